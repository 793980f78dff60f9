import { formatFloatShortest, quoteGo } from '../../base/index.js';
import {
  formatHistogram,
  type Histogram,
  type HistogramBucket,
  type Labels,
  sideBuckets,
  zeroBucket,
} from '../../model/index.js';
import { floatKind, type SeriesColumns, type SeriesSet } from '../../storage/index.js';
import type { RowForm, RowWriter } from './row-writer.js';

/** promtool's two forms of `dump` and that of `dump-openmetrics`, then ours. */
export type DumpForm = 'prom' | 'seriesjson' | 'openmetrics' | 'json' | 'csv';

/** How a series is written. */
export interface DumpWriting {
  readonly rows: RowForm;
  readonly head: string;
  readonly foot: string;
  /** Whether samples need not be read. */
  readonly labelsAlone: boolean;
  /** The series at which the set stands. Answers whether there was anything to write. */
  write(labels: Labels, set: SeriesSet, writer: RowWriter): Promise<boolean>;
}

/** Text is handed on in about such lengths. */
const textLength = 1 << 16;

const milliseconds: RowForm = { separator: ' ', inSeconds: false };

const writings: Readonly<Record<DumpForm, DumpWriting>> = {
  prom: {
    rows: milliseconds,
    head: '',
    foot: '',
    labelsAlone: false,
    write: (labels, { columns }, writer) => writeRows(labels.toString(), ' ', columns, writer),
  },
  csv: {
    rows: { separator: ',', inSeconds: false },
    head: 'series,value,timestamp\n',
    foot: '',
    labelsAlone: false,
    write: (labels, { columns }, writer) => writeRows(csvCell(labels.toString()), ',', columns, writer),
  },
  openmetrics: {
    rows: { separator: ' ', inSeconds: true },
    head: '',
    foot: '# EOF\n',
    labelsAlone: false,
    write: writeOpenMetrics,
  },
  seriesjson: {
    rows: milliseconds,
    head: '',
    foot: '',
    labelsAlone: true,
    async write(labels, _set, writer) {
      await writer.text(`${goJson(labels)}\n`);
      return true;
    },
  },
  json: { rows: milliseconds, head: '', foot: '', labelsAlone: false, write: writeJson },
};

export function dumpFormOf(form: DumpForm): DumpWriting {
  return writings[form];
}

async function writeRows(
  prefix: string,
  separator: string,
  columns: SeriesColumns,
  writer: RowWriter,
): Promise<boolean> {
  const { kinds, histograms, timestamps, values, length } = columns;
  if (kinds === undefined || histograms === undefined) {
    await writer.rows(prefix, columns, length);
    return length > 0;
  }
  let text = '';
  for (let row = 0; row < length; row++) {
    const isFloat = kinds[row] === floatKind;
    const value = isFloat ? formatFloatShortest(values[row] as number) : formatHistogram(histograms.at(row));
    const cell = separator === ',' ? csvCell(value) : value;
    text += `${prefix}${separator}${cell}${separator}${timestamps[row]}\n`;
    if (text.length < textLength) continue;
    await writer.text(text);
    text = '';
  }
  await writer.text(text);
  return length > 0;
}

/** A series ends at its first histogram, which has no form here. */
async function writeOpenMetrics(labels: Labels, { columns }: SeriesSet, writer: RowWriter): Promise<boolean> {
  const { kinds, length } = columns;
  const firstHistogram = kinds?.subarray(0, length).findIndex((kind) => kind !== floatKind) ?? -1;
  const end = firstHistogram < 0 ? length : firstHistogram;
  const pairs: string[] = [];
  for (const [name, value] of labels) {
    if (name !== '__name__') pairs.push(`${name}=${quoteGo(value)}`);
  }
  await writer.rows(`${labels.get('__name__')}{${pairs.join(',')}}`, columns, end);
  return end > 0;
}

/** One line a series, its samples as the HTTP API writes them. */
async function writeJson(labels: Labels, { columns }: SeriesSet, writer: RowWriter): Promise<boolean> {
  const { kinds, histograms, timestamps, values, length } = columns;
  if (length === 0) return false;
  const metric = JSON.stringify(labels.toObject());
  const floats: string[] = [];
  const others: string[] = [];
  for (let row = 0; row < length; row++) {
    const seconds = (timestamps[row] as number) / 1000;
    if (kinds === undefined || kinds[row] === floatKind || histograms === undefined)
      floats.push(`[${seconds},"${formatFloatShortest(values[row] as number)}"]`);
    else others.push(`[${seconds},${JSON.stringify(jsonHistogram(histograms.at(row)))}]`);
  }
  const parts = [
    ...(floats.length > 0 ? [`"values":[${floats.join(',')}]`] : []),
    ...(others.length > 0 ? [`"histograms":[${others.join(',')}]`] : []),
  ];
  await writer.text(`{"metric":${metric},${parts.join(',')}}\n`);
  return true;
}

/** As the HTTP API writes it: how a bucket's bounds count, its bounds, its count. */
function jsonHistogram(histogram: Histogram): object {
  const all = sideBuckets(histogram, 'negative').reverse();
  all.push(zeroBucket(histogram), ...sideBuckets(histogram, 'positive'));
  const buckets = all
    .filter(({ count }) => count !== 0)
    .map((bucket) => [
      boundaryRule(bucket),
      ...[bucket.lower, bucket.upper, bucket.count].map((value) => formatFloatShortest(value)),
    ]);
  const { count, sum } = histogram;
  return {
    count: formatFloatShortest(count),
    sum: formatFloatShortest(sum),
    ...(buckets.length > 0 ? { buckets } : {}),
  };
}

/** 0 without its lower bound, 1 without its upper one, 2 without either, 3 with both. */
function boundaryRule({ lowerInclusive, upperInclusive }: HistogramBucket): number {
  if (lowerInclusive) return upperInclusive ? 3 : 1;
  return upperInclusive ? 0 : 2;
}

function csvCell(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** Labels as encoding/json writes a map: safe within HTML. Source: model/labels `MarshalJSON`. */
function goJson(labels: Labels): string {
  const escapeCharacter = (character: string): string =>
    `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  const pairs = [...labels].map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`);
  return `{${pairs.join(',')}}`.replace(/[<>&\u2028\u2029]/g, escapeCharacter);
}
