import { exitCode } from './exit-codes.js';
import { renderCodeFrame } from './render-error.js';
import type { Terminal } from './terminal.js';

export const checkFormats = ['text', 'json', 'github', 'sarif', 'junit'] as const;
export type CheckFormat = (typeof checkFormats)[number];

export interface CheckFinding {
  readonly severity: 'error' | 'warning' | 'lint';
  readonly check: string;
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly message: string;
}

/** What was found in one file, and what promtool prints of it. */
export interface ReportedCheck {
  readonly file: string;
  readonly lines: readonly { readonly stream: 'out' | 'err'; readonly text: string }[];
  readonly findings: readonly CheckFinding[];
  /** Of the file, without its secrets, with the same lines. */
  readonly source: (line: number) => string | undefined;
}

export interface CheckReport {
  readonly format: CheckFormat;
  readonly terminal: Terminal;
  /** Whether lint findings make the check fail. */
  readonly isLintFatal: boolean;
}

/** Prints checks as they come, and at the end what other programs read; answers the exit code. */
export async function reportChecks(
  checks: AsyncIterable<ReportedCheck>,
  { format, terminal, isLintFatal }: CheckReport,
): Promise<number> {
  const all: ReportedCheck[] = [];
  for await (const check of checks) {
    all.push(check);
    if (format === 'text') printText(check, terminal);
  }
  const findings = all.flatMap((check) => check.findings);
  const written = {
    text: () => '',
    json: () => `${JSON.stringify(findings, undefined, 2)}\n`,
    github: () => findings.map(githubLine).join(''),
    sarif: () => `${JSON.stringify(sarifLog(findings), undefined, 2)}\n`,
    junit: () => junitReport(all),
  }[format]();
  if (written !== '') terminal.out(written);
  if (findings.some(({ severity }) => severity === 'error')) return exitCode.failure;
  return isLintFatal && findings.some(({ severity }) => severity === 'lint')
    ? exitCode.lintFindings
    : exitCode.ok;
}

/** Where each finding stands, before promtool's own words. */
function printText({ lines, findings, source }: ReportedCheck, terminal: Terminal): void {
  let isShown = false;
  const show = (): void => {
    if (isShown) return;
    isShown = true;
    for (const finding of findings) {
      const { line, column, severity, message, file } = finding;
      if (line === 0 || severity === 'lint') continue;
      const kind = severity === 'error' ? '' : 'WARNING: ';
      terminal.err(`${file}:${line}:${column}: ${kind}${message}\n`);
      const text = severity === 'error' ? source(line) : undefined;
      if (text !== undefined)
        terminal.err(`${renderCodeFrame(text, { line, column }, terminal.errColour)}\n`);
    }
  };
  for (const { stream, text } of lines) {
    if (stream === 'err') {
      show();
      terminal.err(`${text}\n`);
    } else {
      terminal.out(`${text}\n`);
    }
  }
  show();
}

/** https://docs.github.com/actions: workflow commands. */
function githubLine({ severity, file, line, column, message, check }: CheckFinding): string {
  const command = severity === 'error' ? 'error' : 'warning';
  const escaped = (text: string): string =>
    text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
  const value = (text: string): string => escaped(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
  const place = line === 0 ? '' : `,line=${line},col=${column}`;
  return `::${command} file=${value(file)}${place},title=${value(check)}::${escaped(message)}\n`;
}

/** https://docs.oasis-open.org/sarif/sarif/v2.1.0. */
function sarifLog(findings: readonly CheckFinding[]): object {
  const levels = { error: 'error', warning: 'warning', lint: 'note' } as const;
  return {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: 'tsprom',
            rules: [...new Set(findings.map(({ check }) => check))].map((id) => ({ id })),
          },
        },
        results: findings.map(({ check, severity, message, file, line, column }) => ({
          ruleId: check,
          level: levels[severity],
          message: { text: message },
          locations: [
            {
              physicalLocation: {
                artifactLocation: { uri: file },
                ...(line === 0 ? {} : { region: { startLine: line, startColumn: column } }),
              },
            },
          ],
        })),
      },
    ],
  };
}

function junitReport(checks: readonly ReportedCheck[]): string {
  const failing = ({ severity }: CheckFinding): boolean => severity !== 'warning';
  const cases = checks.map(({ file, findings }) => {
    const failures = findings.filter(failing).map(({ check, line, column, message }) => {
      const place = line === 0 ? file : `${file}:${line}:${column}`;
      return `      <failure type="${xml(check)}" message="${xml(message)}">${xml(`${place}: ${message}`)}</failure>\n`;
    });
    return `    <testcase name="${xml(file)}" classname="tsprom.check">\n${failures.join('')}    </testcase>\n`;
  });
  const failed = checks.filter(({ findings }) => findings.some(failing)).length;
  const counts = `tests="${checks.length}" failures="${failed}"`;
  return (
    '<?xml version="1.0" encoding="UTF-8"?>\n' +
    `<testsuites ${counts}>\n  <testsuite name="tsprom check" ${counts}>\n${cases.join('')}  </testsuite>\n</testsuites>\n`
  );
}

function xml(text: string): string {
  const names: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
  return (
    text
      .replace(/[&<>"]/g, (character) => names[character] as string)
      // biome-ignore lint/suspicious/noControlCharactersInRegex: XML takes none of these
      .replace(/[\x00-\x08\x0b\x0c\x0e-\x1f]/g, '\ufffd')
      .toWellFormed()
  );
}
