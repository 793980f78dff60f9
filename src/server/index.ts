export { type ServerFlag, serverFlags } from './flags/index.js';
export { type RunningServer, serve } from './serve.js';
export type { ServeOptions } from './serve-options.js';
export { type GivenFlags, readSettings, type ServerSettings } from './settings.js';
