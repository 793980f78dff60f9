/**
 * How a problem ends upstream's reading of the file: a `syntax` or `value` problem at once, `type` problems together
 * at the end, a `check` (of the decoded whole) last.
 */
export type ProblemKind = 'syntax' | 'value' | 'type' | 'check';

/** One thing wrong in a YAML file. Line and column count from 1; 0 where the problem has no place. */
export interface ConfigProblem {
  readonly kind: ProblemKind;
  readonly file: string;
  /** Keys from the top: `scrape_configs[0].scrape_interval`; "" for the document. */
  readonly path: string;
  readonly message: string;
  /** Upstream's own words for it, where it has some. */
  readonly upstreamText?: string;
  readonly line: number;
  readonly column: number;
}

/** What upstream's reader says of the same file: the first problem that ends it, or all type problems. */
export function upstreamMessage(problems: readonly ConfigProblem[]): string | undefined {
  const text = (problem: ConfigProblem): string => problem.upstreamText ?? problem.message;
  const fatal = problems.find((problem) => problem.kind === 'syntax' || problem.kind === 'value');
  if (fatal !== undefined) return text(fatal);
  const types = problems.filter((problem) => problem.kind === 'type');
  if (types.length > 0) {
    return `yaml: unmarshal errors:\n${types.map((problem) => `  ${text(problem)}`).join('\n')}`;
  }
  const check = problems[0];
  return check === undefined ? undefined : text(check);
}
