export { hashLabels, xxhash64 } from './twins/xxhash64.js';
