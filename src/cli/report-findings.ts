import { printable } from './display-text.js';
import { exitCode } from './exit-codes.js';
import type { ProgressBar } from './progress-bar.js';
import { csvLine } from './render-table.js';
import type { Terminal } from './terminal.js';
import { type Place, withPlace } from './with-place.js';

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

interface Listeners {
  onFinding(finding: ReportedFinding): void;
  onProgress(progress: { readonly doneBytes: number; readonly totalBytes: number }): void;
}

export interface Verification {
  /** Each is verified in turn. */
  readonly paths: readonly string[];
  readonly format: FindingFormat;
  readonly terminal: Terminal;
  readonly bar: ProgressBar;
  open(path: string, signal: AbortSignal): Promise<VerifiedPlace>;
  verify(directory: string, listeners: Listeners): Promise<ReportedSurvey>;
}

interface VerifiedPlace extends Place {
  readonly directory: string;
  /** A text about files of the directory, with the names that its reader knows. */
  told(text: string): string;
}

/** Verifies and prints what is found; answers the exit code, of several places the worst. */
export async function reportVerification(verification: Verification): Promise<number> {
  const { paths, format, terminal, bar, open, verify } = verification;
  const reporter = new FindingReporter(format, terminal);
  for (const path of paths)
    await withPlace(
      (signal) => open(path, signal),
      async (place) => {
        const survey = await verify(place.directory, {
          onFinding(finding) {
            bar.clear();
            reporter.add({
              ...finding,
              path: place.told(finding.path),
              message: place.told(finding.message),
            });
          },
          onProgress: ({ doneBytes, totalBytes }) => bar.show(doneBytes, totalBytes),
        });
        bar.clear();
        reporter.endOf({ ...survey, path });
      },
    );
  return reporter.finish();
}

/** Prints findings as they come; JSON is one document at the end, of several places a list. */
class FindingReporter {
  readonly #format: FindingFormat;
  readonly #terminal: Terminal;
  readonly #documents: object[] = [];
  #kept: ReportedFinding[] = [];
  #isDamaged = false;
  #isUnread = false;

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

  endOf(survey: ReportedSurvey): void {
    const { findings } = survey;
    this.#isDamaged ||= findings.damage > 0;
    this.#isUnread ||= findings.unreadable > 0;
    if (this.#format === 'json') {
      const found = this.#kept.map((finding) => ({ ...finding, offset: finding.offset ?? null }));
      this.#documents.push({ ...survey, counts: findings, findings: found });
      this.#kept = [];
    } else if (this.#format === 'text') this.#terminal.out(`${summary(survey)}\n`);
  }

  /** Answers the exit code. */
  finish(): number {
    if (this.#format === 'json') {
      const [only, ...others] = this.#documents;
      const document = others.length === 0 ? only : this.#documents;
      this.#terminal.out(`${JSON.stringify(document, undefined, 2)}\n`);
    }
    if (this.#isDamaged) return exitCode.damageFound;
    return this.#isUnread ? exitCode.failure : exitCode.ok;
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
