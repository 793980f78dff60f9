export * from './api-error.js';
export * from './envelope.js';
export * from './query-handlers.js';
export * from './query-shape.js';
export * from './routes.js';
