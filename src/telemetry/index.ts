export * from './build-info.js';
export type { LogLevel, LogRecord, LogValue } from './log-record.js';
export * from './logger.js';
export * from './metric-family.js';
export * from './metric-registry.js';
export * from './process-metrics.js';
export * from './runtime-metrics.js';
