import { type Disk, decodeUtf8, errnoOf, messageOf } from '../base/index.js';
import { duplicateRules, parseRuleFile, type RuleFile } from '../rules/index.js';
import type { Finding, PrintedLine } from './finding.js';

export interface CheckRuleFileOptions {
  readonly disk: Disk;
  readonly file: string;
  readonly ignoresUnknownFields: boolean;
  readonly findsDuplicates: boolean;
}

export interface CheckedRuleFile {
  readonly lines: readonly PrintedLine[];
  readonly findings: readonly Finding[];
  readonly text: string | undefined;
}

/** Checks a file of rules as `promtool check rules` does. Source: cmd/promtool/main.go (checkRules). */
export async function checkRuleFile(options: CheckRuleFileOptions): Promise<CheckedRuleFile> {
  const { disk, file, ignoresUnknownFields } = options;
  const lines: PrintedLine[] = [{ stream: 'out', text: `Checking ${file}` }];
  const findings: Finding[] = [];
  const fail = (texts: readonly string[]): void => {
    for (const text of ['  FAILED:', ...texts]) lines.push({ stream: 'err', text });
  };
  let text: string;
  try {
    text = decodeUtf8(await disk.readFile(file));
  } catch (error) {
    const reason = errnoOf(error) === 'ENOENT' ? 'no such file or directory' : messageOf(error);
    const message = `open ${file}: ${reason}`;
    fail([`${file}: ${message}`]);
    findings.push({ severity: 'error', check: 'rule-file', file, line: 0, column: 0, message });
    return { lines, findings, text: undefined };
  }
  const parsed = parseRuleFile({ text, file, ignoresUnknownFields });
  for (const { line, column, message } of parsed.problems)
    findings.push({ severity: 'error', check: 'rule-file', file, line, column, message });
  if (parsed.problems.length > 0) {
    fail(parsed.problems.map(({ upstreamText }) => `${file}: ${upstreamText}`));
    return { lines, findings, text };
  }
  const duplicates = parsed.file === undefined ? undefined : duplicatesOf(parsed.file, options);
  if (duplicates === undefined) {
    const count = parsed.file?.groups.reduce((sum, { rules }) => sum + rules.length, 0) ?? 0;
    lines.push({ stream: 'out', text: `  SUCCESS: ${count} rules found` });
  } else {
    fail([`lint error ${duplicates}`]);
    const [message = ''] = duplicates.split('\n');
    findings.push({ severity: 'lint', check: 'duplicate-rules', file, line: 0, column: 0, message });
  }
  lines.push({ stream: 'out', text: '' });
  return { lines, findings, text };
}

function duplicatesOf(file: RuleFile, { findsDuplicates }: CheckRuleFileOptions): string | undefined {
  const duplicates = findsDuplicates ? duplicateRules(file) : [];
  if (duplicates.length === 0) return undefined;
  const shown = duplicates.map(({ metric, labels }) => {
    const each = [...labels].map(([name, value]) => `\t${name}: ${value}\n`).join('');
    return `Metric: ${metric}\nLabel(s):\n${each}`;
  });
  return `${duplicates.length} duplicate rule(s) found.\n${shown.join('')}Might cause inconsistency while recording expressions`;
}
