/** One thing that a check found. */
export interface Finding {
  readonly severity: 'error' | 'warning' | 'lint';
  /** Which check found it: `config`, `rule-file`, `duplicate-rules`… */
  readonly check: string;
  readonly file: string;
  /** From 1; 0 where it has no place. */
  readonly line: number;
  readonly column: number;
  readonly message: string;
}

/** What promtool prints, in its order. */
export interface PrintedLine {
  readonly stream: 'out' | 'err';
  readonly text: string;
}
