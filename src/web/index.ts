export { type ApiError, type ApiErrorType, apiError } from './api/api-error.js';
export { type QueryShape, queryShape } from './api/query-shape.js';
export * from './options.js';
export * from './ports.js';
export * from './relay.js';
export type { WebRequest } from './request.js';
export { routeCall, runRoute } from './run-route.js';
export * from './server.js';
