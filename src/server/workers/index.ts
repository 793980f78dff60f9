export { createWorkers, type Workers } from './start-workers.js';
