import { printable } from './display-text.js';
import { exitCode } from './exit-codes.js';
import { csvLine } from './render-table.js';
import type { Terminal } from './terminal.js';

export const findingFormats = ['text', 'json', 'csv'] as const;
export type FindingFormat = (typeof findingFormats)[number];

/** A finding as the TSDB tells it. */
export interface ReportedFinding {
  readonly severity: 'damage' | 'unreadable' | 'warning' | 'info';
  readonly code: string;
  readonly path: string;
  readonly offset: number | undefined;
  readonly message: string;
  readonly advice: string;
}

/** What was read, and how much of each severity was found. */
export interface ReportedSurvey {
  readonly path: string;
  readonly kind: string;
  readonly files: number;
  readonly bytes: number;
  readonly blocks: number;
  readonly series: number;
  readonly chunks: number;
  readonly samples: number;
  readonly segments: number;
  readonly records: number;
  readonly findings: Readonly<Record<ReportedFinding['severity'], number>>;
}

/** Prints findings as they come; JSON is one document at the end. */
export class FindingReporter {
  readonly #format: FindingFormat;
  readonly #terminal: Terminal;
  readonly #kept: ReportedFinding[] = [];

  constructor(format: FindingFormat, terminal: Terminal) {
    this.#format = format;
    this.#terminal = terminal;
    if (format === 'csv')
      terminal.out(`${csvLine(['severity', 'code', 'path', 'offset', 'message', 'advice'])}\n`);
  }

  add(finding: ReportedFinding): void {
    const { severity, code, path, offset, message, advice } = finding;
    if (this.#format === 'json') this.#kept.push(finding);
    else if (this.#format === 'csv') {
      const cells = [severity, code, path, offset === undefined ? '' : String(offset), message, advice];
      this.#terminal.out(`${csvLine(cells.map(printable))}\n`);
    } else {
      const { colour } = this.#terminal;
      const paint = severity === 'warning' ? colour.yellow : severity === 'info' ? colour.dim : colour.red;
      const place = offset === undefined ? path : `${path}:${offset}`;
      this.#terminal.out(`${paint(severity)} ${printable(`${place}: ${message}; ${advice}`)}\n`);
    }
  }

  /** Answers the exit code. */
  finish(survey: ReportedSurvey): number {
    const { findings } = survey;
    if (this.#format === 'json') {
      const found = this.#kept.map((finding) => ({ ...finding, offset: finding.offset ?? null }));
      this.#terminal.out(
        `${JSON.stringify({ ...survey, counts: findings, findings: found }, undefined, 2)}\n`,
      );
    } else if (this.#format === 'text') this.#terminal.out(`${summary(survey)}\n`);
    if (findings.damage > 0) return exitCode.damageFound;
    return findings.unreadable > 0 ? exitCode.failure : exitCode.ok;
  }
}

function summary(survey: ReportedSurvey): string {
  const { findings } = survey;
  const figures = [
    [survey.blocks, 'blocks'],
    [survey.series, 'series'],
    [survey.chunks, 'chunks'],
    [survey.segments, 'log segments'],
    [survey.records, 'records'],
    [survey.samples, 'samples'],
  ] as const;
  const read = figures.filter(([count]) => count > 0).map(([count, what]) => `${count} ${what}`);
  const words = [`${survey.files} files`, `${survey.bytes} bytes`, ...read].join(', ');
  const told = Object.entries(findings).filter(([, count]) => count > 0);
  const verdict =
    findings.damage > 0 ? 'damaged' : findings.unreadable > 0 ? 'not all could be read' : 'sound';
  const counts = told.map(([severity, count]) => `${count} ${severity}`).join(', ');
  return printable(`${survey.path}: ${verdict}${counts === '' ? '' : ` (${counts})`}; read ${words}`);
}
