import { type Disk, formatDuration } from '../base/index.js';
import type { Job } from '../config/index.js';
import { type CheckedConfig, checkConfig } from './check-config.js';
import { checkRuleFile } from './check-rule-file.js';
import type { Finding, PrintedLine } from './finding.js';

export interface LintOptions {
  readonly findsDuplicates: boolean;
  /** Jobs that are scraped as seldom, or more seldom, go stale between scrapes; 0 for no such check. */
  readonly lookbackMs: number;
}

export interface ConfigChecks {
  readonly disk: Disk;
  readonly files: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly isSyntaxOnly: boolean;
  readonly isAgent: boolean;
  readonly ignoresUnknownFields: boolean;
  readonly lint: LintOptions;
}

export interface FileCheck {
  readonly file: string;
  readonly lines: readonly PrintedLine[];
  readonly findings: readonly Finding[];
  readonly text: string | undefined;
}

/** Checks configuration files, each followed by the rule files that it names. Source: cmd/promtool/main.go (CheckConfig). */
export async function* checkConfigs(checks: ConfigChecks): AsyncGenerator<FileCheck> {
  const { disk, files, env, isSyntaxOnly, isAgent, ignoresUnknownFields, lint } = checks;
  for (const file of files) {
    const checked = await checkConfig({ disk, file, env, isSyntaxOnly, isAgent });
    yield withLint(file, checked, isSyntaxOnly ? 0 : lint.lookbackMs);
    if (isSyntaxOnly) continue;
    for (const ruleFile of checked.ruleFiles)
      yield {
        file: ruleFile,
        ...(await checkRuleFile({
          disk,
          file: ruleFile,
          ignoresUnknownFields,
          findsDuplicates: lint.findsDuplicates,
        })),
      };
  }
}

function withLint(file: string, checked: CheckedConfig, lookbackMs: number): FileCheck {
  const { lines, findings, text, jobs = [] } = checked;
  const isSeldom = ({ scrape }: Job): boolean => lookbackMs > 0 && scrape.scrapeIntervalMs >= lookbackMs;
  const seldom = jobs.find(isSeldom);
  if (seldom === undefined) return { file, lines, findings, text };
  const { jobName, scrapeIntervalMs } = seldom.scrape;
  const message = `too long scrape interval found, data point will be marked as stale - job: ${jobName}, interval: ${formatDuration(scrapeIntervalMs)}`;
  const finding = {
    severity: 'lint',
    check: 'too-long-scrape-interval',
    file,
    line: 0,
    column: 0,
    message,
  } as const;
  return {
    file,
    text,
    lines: [...lines, { stream: 'err', text: `  FAILED: ${message}` }],
    findings: [...findings, finding],
  };
}
