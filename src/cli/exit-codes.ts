/** What tsprom's exit codes mean; a contract with scripts. */
export const exitCode = {
  ok: 0,
  /** Failure, usage, bad input. */
  failure: 1,
  /** `server` and `pushgateway` alone: bad flags, configuration or rule file at start, as upstream. */
  badConfiguration: 2,
  /** Lint findings, as promtool. */
  lintFindings: 3,
  /** A threshold missed. */
  thresholdMissed: 4,
  /** Damage found. */
  damageFound: 5,
  /** Differences found. */
  differencesFound: 6,
  interrupted: 130,
} as const;

export type ExitCode = (typeof exitCode)[keyof typeof exitCode];
