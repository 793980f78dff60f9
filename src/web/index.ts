export * from './options.js';
export * from './ports.js';
export * from './server.js';
