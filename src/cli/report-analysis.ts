import { formatGoDuration } from '../base/index.js';
import { csvLine } from './render-table.js';
import type { TableFile } from './write-parquet.js';

export interface ReportedCount {
  readonly key: string;
  readonly count: number;
}

/** What a block's labels cost, and its chunks where they were read. */
export interface ReportedAnalysis {
  readonly ulid: string;
  readonly durationMs: number;
  readonly seriesCount: number;
  readonly matchedCount?: number;
  readonly labelNameCount: number;
  readonly pairCount: number;
  readonly entryCount: number;
  readonly churningPairs: readonly ReportedCount[];
  readonly churningNames: readonly ReportedCount[];
  readonly commonPairs: readonly ReportedCount[];
  readonly longestNames: readonly ReportedCount[];
  readonly mostValues: readonly ReportedCount[];
  readonly largestMetrics: readonly ReportedCount[];
  readonly chunks?: {
    readonly chunkCount: number;
    readonly figures: readonly { readonly title: string; readonly values: readonly number[] }[];
  };
}

export const analysisFormats = ['text', 'json', 'csv', 'parquet'] as const;

type ListName =
  | 'churningPairs'
  | 'churningNames'
  | 'commonPairs'
  | 'longestNames'
  | 'mostValues'
  | 'largestMetrics';

/** In promtool's order, with its headings. Source: cmd/promtool/tsdb.go `analyzeBlock`. */
const lists: readonly { readonly name: ListName; readonly title: string; readonly field: string }[] = [
  { name: 'churningPairs', title: 'Label pairs most involved in churning', field: 'churning_pairs' },
  { name: 'churningNames', title: 'Label names most involved in churning', field: 'churning_names' },
  { name: 'commonPairs', title: 'Most common label pairs', field: 'common_pairs' },
  {
    name: 'longestNames',
    title: 'Label names with highest cumulative label value length',
    field: 'value_bytes',
  },
  { name: 'mostValues', title: 'Highest cardinality labels', field: 'label_values' },
  { name: 'largestMetrics', title: 'Highest cardinality metric names', field: 'metric_series' },
];

/** As promtool prints it. `selector` is the text that was given. */
export function renderAnalysis(analysis: ReportedAnalysis, selector: string | undefined): string {
  const { ulid, durationMs, seriesCount, matchedCount, labelNameCount, pairCount, entryCount } = analysis;
  const lines = [
    `Block ID: ${ulid}`,
    `Duration: ${formatGoDuration(durationMs)}`,
    `Total Series: ${seriesCount}`,
    ...(selector === undefined ? [] : [`Matcher: ${selector}`]),
    `Label names: ${labelNameCount}`,
    ...(matchedCount === undefined ? [] : [`Matched series: ${matchedCount}`]),
    `Postings (unique label pairs): ${pairCount}`,
    `Postings entries (total label pairs): ${entryCount}`,
  ];
  for (const { name, title } of lists)
    lines.push('', `${title}:`, ...analysis[name].map(({ key, count }) => `${count} ${key}`));
  const { chunks } = analysis;
  if (chunks !== undefined) {
    lines.push('', 'Compaction analysis:', '');
    for (const { title, values } of chunks.figures)
      lines.push(...renderFigures(title, values, chunks.chunkCount), '');
  }
  return lines.map((line) => `${line}\n`).join('');
}

/** Source: cmd/promtool/tsdb.go `displayHistogram`. */
function renderFigures(title: string, values: readonly number[], total: number): string[] {
  if (values.length === 0) return [`${title}: N/A`];
  const { least, average, most, start, step, counts } = bucketsOf(values);
  const end = start + (counts.length - 1) * step;
  const widths = [end, end + step, Math.max(...counts)].map((number) => String(number).length);
  const padded = (number: number, i: number): string => String(number).padStart(widths[i] as number);
  const lines = [`${title} (min/avg/max): ${least}/${average}/${most}`];
  for (const [i, count] of counts.entries()) {
    const bounds = `[${padded(i * step + start + 1, 0)}, ${padded((i + 1) * step + start, 1)}]`;
    lines.push(`${bounds}: ${padded(count, 2)} ${'#'.repeat(Math.trunc((100 * count) / total))}`);
  }
  return lines;
}

/** Buckets of equal width, `start` to `start + counts.length * step`. */
interface Buckets {
  readonly least: number;
  readonly average: number;
  readonly most: number;
  readonly start: number;
  readonly step: number;
  readonly counts: readonly number[];
}

/** Source: cmd/promtool/tsdb.go `generateBucket`. */
function bucketsOf(values: readonly number[]): Buckets {
  const least = values.reduce((a, b) => Math.min(a, b));
  const most = values.reduce((a, b) => Math.max(a, b));
  const tenth = Math.trunc((most - least) / 10);
  let step = 10;
  while (step < tenth && step <= 10_000) step *= 10;
  const start = least - (least % step);
  const end = most - (most % step) + step;
  const counts = new Array<number>((end - start) / step + 1).fill(0);
  let sum = 0;
  for (const value of values) {
    sum += value;
    const bucket = Math.trunc((value - start) / step);
    counts[bucket] = (counts[bucket] as number) + 1;
  }
  return { least, average: Math.trunc(sum / values.length), most, start, step, counts };
}

export function analysisJson(analysis: ReportedAnalysis): string {
  const { ulid, durationMs, seriesCount, matchedCount, labelNameCount, pairCount, entryCount } = analysis;
  const counted = lists.map(({ name, field }) => [field, analysis[name]] as const);
  const chunks = analysis.chunks?.figures.map(({ title, values }) => {
    const field = title.replaceAll(' ', '_');
    if (values.length === 0) return [field, null] as const;
    const { least, average, most, start, step, counts } = bucketsOf(values);
    return [field, { min: least, avg: average, max: most, start, step, counts }] as const;
  });
  return `${JSON.stringify(
    {
      ulid,
      duration_ms: durationMs,
      series: seriesCount,
      matched_series: matchedCount,
      label_names: labelNameCount,
      label_pairs: pairCount,
      label_pair_entries: entryCount,
      ...Object.fromEntries(counted),
      ...(chunks === undefined ? {} : { chunks: Object.fromEntries(chunks) }),
    },
    undefined,
    2,
  )}\n`;
}

/** One row a figure: the list or group it belongs to, its key, its count. */
function rowsOf(analysis: ReportedAnalysis): readonly (readonly [string, string, number])[] {
  const { durationMs, seriesCount, matchedCount, labelNameCount, pairCount, entryCount, chunks } = analysis;
  const rows: [string, string, number][] = [
    ['block', 'duration_ms', durationMs],
    ['block', 'series', seriesCount],
    ...(matchedCount === undefined
      ? []
      : [['block', 'matched_series', matchedCount] as [string, string, number]]),
    ['block', 'label_names', labelNameCount],
    ['block', 'label_pairs', pairCount],
    ['block', 'label_pair_entries', entryCount],
  ];
  for (const { name, field } of lists)
    for (const { key, count } of analysis[name]) rows.push([field, key, count]);
  for (const { title, values } of chunks?.figures ?? []) {
    if (values.length === 0) continue;
    const field = title.replaceAll(' ', '_');
    const { least, average, most, start, step, counts } = bucketsOf(values);
    rows.push([field, 'min', least], [field, 'avg', average], [field, 'max', most]);
    for (const [i, count] of counts.entries())
      rows.push([field, `${i * step + start + 1}-${(i + 1) * step + start}`, count]);
  }
  return rows;
}

const fields = ['list', 'key', 'count'];

export function analysisCsv(analysis: ReportedAnalysis): string {
  return [fields, ...rowsOf(analysis)].map((row) => `${csvLine(row.map(String))}\n`).join('');
}

export function analysisTable(analysis: ReportedAnalysis): TableFile {
  const columns = fields.map((name) => ({
    name,
    kind: name === 'count' ? ('whole' as const) : ('text' as const),
  }));
  return { columns, rows: rowsOf(analysis) };
}
