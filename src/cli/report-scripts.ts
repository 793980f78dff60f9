import { UserError } from '../base/index.js';
import { printable } from './display-text.js';
import { exitCode } from './exit-codes.js';
import { renderError } from './render-error.js';
import type { Terminal } from './terminal.js';

export const scriptFormats = ['text', 'json'] as const;
export type ScriptFormat = (typeof scriptFormats)[number];

/** What became of one evaluation; `failure` is undefined for a pass. */
export interface ReportedEvaluation {
  readonly line: number;
  readonly query: string;
  readonly failure: string | undefined;
}

export interface ScriptRun {
  readonly paths: readonly string[];
  readonly format: ScriptFormat;
  readonly terminal: Terminal;
  /** Rejects with `UserError` where the script, or the file, cannot be read on. */
  run(path: string): AsyncIterable<ReportedEvaluation>;
}

interface ScriptReport {
  readonly path: string;
  passed: number;
  readonly failures: ReportedEvaluation[];
  /** Why the script ended before its end. */
  error: string | undefined;
}

/** Runs scripts and prints what failed; answers the exit code. A script that cannot be read on counts as a failure. */
export async function reportScripts({ paths, format, terminal, run }: ScriptRun): Promise<number> {
  const reports: ScriptReport[] = [];
  for (const path of paths) {
    const report: ScriptReport = { path, passed: 0, failures: [], error: undefined };
    reports.push(report);
    try {
      for await (const evaluation of run(path)) {
        if (evaluation.failure === undefined) report.passed++;
        else report.failures.push(evaluation);
        if (evaluation.failure !== undefined && format === 'text')
          terminal.out(failureText(path, evaluation, terminal));
      }
      if (report.passed + report.failures.length === 0) throw noEvaluation(path);
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      report.error = error.message;
      terminal.err(`${renderError(error, terminal.errColour)}\n`);
    }
  }
  const passed = reports.reduce((sum, report) => sum + report.passed, 0);
  const failed = reports.reduce(
    (sum, { failures, error }) => sum + failures.length + (error === undefined ? 0 : 1),
    0,
  );
  if (format === 'json')
    terminal.out(`${JSON.stringify({ passed, failed, files: reports }, undefined, 2)}\n`);
  else {
    const { colour } = terminal;
    const failedText = `${failed} failed`;
    terminal.out(`${passed} passed, ${failed === 0 ? failedText : colour.red(failedText)}\n`);
  }
  return failed === 0 ? exitCode.ok : exitCode.failure;
}

function failureText(
  path: string,
  { line, query, failure }: ReportedEvaluation,
  { colour }: Terminal,
): string {
  const place = colour.red(`${printable(path)}:${line}:`);
  return `${place} ${printable(query)}\n  ${printable(failure ?? '')}\n`;
}

function noEvaluation(path: string): UserError {
  return new UserError({
    code: 'no-evaluation',
    message: `${path} evaluates nothing`,
    suggestions: [
      'An evaluation is a line such as "eval instant at 5m sum(up)", with what is expected below it.',
    ],
  });
}
