export * from './redirect.js';
export * from './routes.js';
