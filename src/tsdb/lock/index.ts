export { type DirectoryLock, type LockEvents, lockDirectory } from './directory-lock.js';
export { flockHolder } from './prometheus-lock.js';
export { lockAddress, type SocketAddress, socketFileName } from './socket-address.js';
