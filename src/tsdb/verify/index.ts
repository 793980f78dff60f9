export type { Finding, FindingCode, Severity } from './findings.js';
export { type LogEntry, type LogFilter, type LogRecord, recordNames } from './log-records.js';
export { type LogStat, type LogTypeStat, readLogStat } from './log-stat.js';
export { type ReadLogOptions, readLog } from './read-log.js';
export type { SurveyCounts } from './survey.js';
export { type TailLogOptions, tailLog } from './tail-log.js';
export type { TargetKind } from './target-kind.js';
export { type VerifyOptions, type VerifyReport, verifyTarget } from './verify-target.js';
