/** What is looked at in CI: the configuration, rule files. */
export type { Finding, PrintedLine } from './finding.js';
export { type ConfigChecks, checkConfigs, type FileCheck, type LintOptions } from './run-checks.js';
