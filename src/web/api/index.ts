export * from './api-error.js';
export * from './envelope.js';
export * from './routes.js';
