export { isArchive, unpackArchive } from './unpack-archive.js';
