export { type DirectoryLock, lockDirectory } from './directory-lock.js';
export { flockHolder } from './prometheus-lock.js';
export { lockAddress, socketFileName } from './socket-address.js';
