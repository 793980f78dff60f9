import { formatRfc3339 } from '../base/index.js';
import { isLegacyLabelName, isLegacyMetricName, type Labels } from '../model/index.js';
import { printable } from './display-text.js';
import { renderChart } from './render-chart.js';
import { csvLine, renderTable } from './render-table.js';
import type { Terminal } from './terminal.js';

/** A series of a query's answer. */
export interface ReportedSeries {
  readonly labels: Labels;
  readonly timestamps: Float64Array;
  readonly values: Float64Array;
  /** Each value as the engine or server wrote it. */
  readonly texts: readonly string[];
}

export interface ReportedAnswer {
  readonly kind: 'scalar' | 'string' | 'vector' | 'matrix';
  readonly series: readonly ReportedSeries[];
  readonly warnings: readonly string[];
  readonly infos: readonly string[];
  /** Why it is empty. */
  readonly hints?: readonly string[];
}

export const answerFormats = ['table', 'chart', 'json', 'csv'] as const;
export type AnswerFormat = (typeof answerFormats)[number];

const chartHeight = 12;
/** More lines than this are not told apart on a terminal. */
const chartedSeries = 20;

/** Prints a query's answer on stdout, and what was said about it on stderr. */
export function reportAnswer(answer: ReportedAnswer, format: AnswerFormat, terminal: Terminal): void {
  for (const warning of answer.warnings)
    terminal.err(`${terminal.errColour.yellow('warning:')} ${warning}\n`);
  for (const info of answer.infos) terminal.err(`${terminal.errColour.cyan('info:')} ${info}\n`);
  writeAnswer(answer, format, terminal);
  for (const hint of answer.hints ?? [])
    terminal.err(`${terminal.errColour.cyan('hint:')} ${printable(hint)}\n`);
}

function writeAnswer(answer: ReportedAnswer, format: AnswerFormat, terminal: Terminal): void {
  switch (format) {
    case 'json':
      writeJson(answer, terminal);
      return;
    case 'csv':
      writeCsv(answer, terminal);
      return;
    case 'chart':
      writeChart(answer, terminal);
      return;
    case 'table':
      writeTable(answer, terminal);
  }
}

/** `metric{a="b"}`, as PromQL and the text format write a series; names outside their grammar are quoted. */
export function seriesName(labels: Labels): string {
  const name = labels.get('__name__');
  const isPlain = name === '' || isLegacyMetricName(name);
  const inside = isPlain ? [] : [quoteText(name)];
  for (const [label, value] of labels) {
    if (label === '__name__') continue;
    inside.push(`${isLegacyLabelName(label) ? label : quoteText(label)}=${quoteText(value)}`);
  }
  if (inside.length === 0 && name !== '') return name;
  return `${isPlain ? name : ''}{${inside.join(', ')}}`;
}

/** The escapes that the text format has; PromQL knows them too. */
function quoteText(text: string): string {
  return `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')}"`;
}

const seconds = (ms: number): number => ms / 1000;

/** The `data` of the HTTP API's answer, one series a line. */
function writeJson({ kind, series }: ReportedAnswer, terminal: Terminal): void {
  const point = (entry: ReportedSeries, i: number): [number, string] => [
    seconds(entry.timestamps[i] as number),
    entry.texts[i] as string,
  ];
  const [first] = series;
  if ((kind === 'scalar' || kind === 'string') && first) {
    terminal.out(`${JSON.stringify({ resultType: kind, result: point(first, 0) })}\n`);
    return;
  }
  const lines = series.map((entry) => {
    const metric = entry.labels.toObject();
    const points = entry.texts.map((_, i) => point(entry, i));
    return JSON.stringify(kind === 'vector' ? { metric, value: points[0] } : { metric, values: points });
  });
  const body = lines.length > 0 ? `\n${lines.join(',\n')}\n` : '';
  terminal.out(`{"resultType":"${kind}","result":[${body}]}\n`);
}

/** One row a sample, one column a label name. */
function writeCsv({ series }: ReportedAnswer, terminal: Terminal): void {
  const names = [...new Set(series.flatMap(({ labels }) => [...labels].map(([name]) => name)))].sort();
  terminal.out(`${csvLine([...names, 'timestamp', 'value'])}\n`);
  for (const { labels, timestamps, texts } of series) {
    const cells = names.map((name) => labels.get(name));
    const rows = texts.map((text, i) => csvLine([...cells, String(seconds(timestamps[i] as number)), text]));
    terminal.out(rows.map((row) => `${row}\n`).join(''));
  }
}

function writeTable({ kind, series }: ReportedAnswer, terminal: Terminal): void {
  const [first] = series;
  if ((kind === 'scalar' || kind === 'string') && first) {
    terminal.out(`${first.texts[0]}\n`);
    return;
  }
  if (series.length === 0) {
    terminal.err('no series\n');
    return;
  }
  const rows = series.flatMap(({ labels, timestamps, texts }) =>
    texts.map((text, i) => [seriesName(labels), text, formatRfc3339(timestamps[i] as number)]),
  );
  const columns = [{ title: 'SERIES' }, { title: 'VALUE', align: 'right' as const }, { title: 'TIME' }];
  terminal.out(`${renderTable(columns, rows)}\n`);
}

function writeChart({ series }: ReportedAnswer, terminal: Terminal): void {
  const shown = series.slice(0, chartedSeries);
  const chart = renderChart(
    shown.map(({ labels, timestamps, values }) => ({ name: seriesName(labels), timestamps, values })),
    { width: Math.min(terminal.width, 120), height: chartHeight },
  );
  if (chart === '') {
    terminal.err(series.length === 0 ? 'no series\n' : 'no finite value to draw\n');
    return;
  }
  const rows = shown.map(({ labels, values, texts }) => {
    const finite = values.filter(Number.isFinite);
    const text = (value: number): string => texts[values.indexOf(value)] ?? '';
    const low = finite.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
    const high = finite.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
    return [seriesName(labels), text(low), text(high), texts.at(-1) ?? ''];
  });
  const right = 'right' as const;
  const columns = [
    { title: 'SERIES' },
    { title: 'LOWEST', align: right },
    { title: 'HIGHEST', align: right },
    { title: 'LAST', align: right },
  ];
  terminal.out(`${chart}\n\n${renderTable(columns, rows)}\n`);
  if (series.length > shown.length)
    terminal.err(`${series.length - shown.length} more series are not drawn\n`);
}
