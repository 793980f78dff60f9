export type { AlertmanagerOptions } from './alerting.js';
export type { Config, Job } from './config.js';
export type { GlobalConfig } from './global.js';
export { type LoadedConfig, type LoadOptions, loadConfig, loadScrapeConfigFile } from './load-config.js';
export { maskSecrets } from './mask-secrets.js';
export { type RenderOptions, renderConfig, renderScrapeConfig } from './render-config.js';
