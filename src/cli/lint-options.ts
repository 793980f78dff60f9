export interface LintChoice {
  readonly findsDuplicates: boolean;
  readonly lookbackMs: number;
  /** Names that are none. */
  readonly unknown: readonly string[];
}

/** What `--lint` asks for, as promtool reads it. Source: cmd/promtool/main.go (newConfigLintConfig). */
export function readLintOptions(text: string, lookbackMs: number): LintChoice {
  const names = text.split(',');
  if (names.includes('none')) return { findsDuplicates: false, lookbackMs: 0, unknown: [] };
  const isAll = names.includes('all');
  const known = ['all', 'duplicate-rules', 'too-long-scrape-interval', ''];
  return {
    findsDuplicates: isAll || names.includes('duplicate-rules'),
    lookbackMs: isAll || names.includes('too-long-scrape-interval') ? lookbackMs : 0,
    unknown: names.filter((name) => !known.includes(name)),
  };
}
