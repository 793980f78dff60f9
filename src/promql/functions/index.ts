export { functionTable } from './table.js';
