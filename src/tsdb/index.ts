export * from './db/index.js';
export { type DirectoryLock, lockDirectory, socketFileName } from './lock/index.js';
