import type { Labels, MetricType } from '../model/index.js';
import { renderTable } from './render-table.js';
import { seriesName } from './report-answer.js';
import type { Terminal } from './terminal.js';

export const pageFormats = ['table', 'json', 'prom'] as const;
export type PageFormat = (typeof pageFormats)[number];

/** A scraped page, as the scrape layer reports it. */
export interface ReportedPage {
  readonly url: string;
  readonly contentType: string;
  readonly format: string;
  readonly sizeBytes: number;
  readonly durationMs: number;
  readonly seriesCount: number;
  readonly samples: readonly {
    readonly labels: Labels;
    readonly value: string;
    readonly type: MetricType;
    readonly timestampMs: number | undefined;
  }[];
  readonly families: readonly {
    readonly name: string;
    readonly type: MetricType;
    readonly unit: string;
    readonly help: string;
  }[];
  readonly problems: readonly {
    readonly line: number;
    readonly message: string;
    readonly isFatal: boolean;
  }[];
}

/** Prints the page on stdout; in the formats for people, its figures and problems on stderr. */
export function reportPage(page: ReportedPage, format: PageFormat, terminal: Terminal): void {
  if (format === 'json') {
    const samples = page.samples.map(({ labels, value, type, timestampMs }) => ({
      metric: labels.toObject(),
      value,
      type,
      ...(timestampMs === undefined ? {} : { timestamp: timestampMs / 1000 }),
    }));
    terminal.out(`${JSON.stringify({ ...page, samples }, undefined, 2)}\n`);
    return;
  }
  if (format === 'prom') terminal.out(page.samples.map((sample) => `${promLine(sample)}\n`).join(''));
  else terminal.out(`${pageTable(page)}\n`);
  summarize(page, terminal);
}

function promLine({ labels, value, timestampMs }: ReportedPage['samples'][number]): string {
  return `${seriesName(labels)} ${value}${timestampMs === undefined ? '' : ` ${timestampMs}`}`;
}

function pageTable({ samples }: ReportedPage): string {
  const rows = samples.map(({ labels, value, type }) => [seriesName(labels), value, type]);
  return renderTable([{ title: 'SERIES' }, { title: 'VALUE', align: 'right' }, { title: 'TYPE' }], rows);
}

function summarize(page: ReportedPage, terminal: Terminal): void {
  const { errColour: colour } = terminal;
  const figures = [
    `${page.seriesCount} series`,
    `${page.samples.length} samples`,
    `${page.families.length} metric families`,
    `${page.sizeBytes} bytes`,
    `${page.durationMs.toFixed(1)} ms`,
    page.format,
  ];
  terminal.err(`\n${colour.bold(page.url)}: ${figures.join(', ')}\n`);
  for (const { line, message, isFatal } of page.problems) {
    const head = isFatal ? colour.red('error:') : colour.yellow('problem:');
    terminal.err(`${head} ${line > 0 ? `line ${line}: ` : ''}${message}\n`);
  }
  if (page.problems.length === 0) terminal.err('no problems found\n');
}
