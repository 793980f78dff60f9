/**
 * A query's value as upstream's API prints it (web/api/v1/json_codec.go), in pieces of bounded size. Loops
 * over samples stand in functions of their own that stop when a piece is full and say where to go on.
 */
import { formatApiFloat, formatFloatPlain } from '../../base/index.js';
import type { Kernels } from '../../kernels/index.js';
import type { MatrixValue, QueryValue, VectorValue } from '../../promql/index.js';
import { floatKind, histogramKind, type LabelIds, type SeriesColumns } from '../../storage/index.js';
import type { ByteWriter } from './byte-writer.js';
import { jsonStandardString } from './json-text.js';
import { KernelRows } from './kernel-rows.js';
import { LabelTexts } from './label-texts.js';
import { TimestampCache } from './timestamp-cache.js';
import { writeHistogram } from './write-histogram.js';

const comma = 44;
const quote = 34;
const closingBracket = 93;

/** Upstream's name of a value's type. */
export function resultTypeOf(value: QueryValue): string {
  return value.kind;
}

/**
 * Writes the value; yields the writer's bytes whenever a piece is full. What remains in it at the end is the
 * caller's. With kernels the rows of floats are written by them, into the same text.
 */
export function* writeResult(
  out: ByteWriter,
  value: QueryValue,
  kernels?: Kernels,
): Generator<Uint8Array, void> {
  switch (value.kind) {
    case 'scalar':
      out.text(`[${formatApiFloat(value.timestampMs / 1000)},"${formatFloatPlain(value.value)}"]`);
      return;
    case 'string':
      out.text(`[${formatApiFloat(value.timestampMs / 1000)},${jsonStandardString(value.value)}]`);
      return;
    case 'vector':
      yield* writeVector(out, value);
      return;
    case 'matrix':
      yield* writeMatrix(out, value, kernels);
  }
}

function* writeVector(out: ByteWriter, value: VectorValue): Generator<Uint8Array, void> {
  const labels = new LabelTexts(value.symbols);
  out.text('[');
  for (let i = 0; i < value.labels.length; i++) {
    out.text(`${i === 0 ? '' : ','}{"metric":${labels.text(value.labels[i] as LabelIds)}`);
    const histogram = value.histograms?.[i];
    out.text(histogram === undefined ? ',"value":[' : ',"histogram":[');
    out.timestamp(value.timestampMs);
    if (histogram === undefined) {
      out.text(',"');
      out.float(value.values[i] as number);
      out.text('"]}');
    } else {
      out.byte(comma);
      writeHistogram(out, histogram);
      out.text(']}');
    }
    if (out.isFull) yield out.take();
  }
  out.text(']');
}

function* writeMatrix(
  out: ByteWriter,
  value: MatrixValue,
  kernels: Kernels | undefined,
): Generator<Uint8Array, void> {
  const labels = new LabelTexts(value.symbols);
  const times = new TimestampCache();
  const rows = kernels === undefined ? undefined : KernelRows.open(kernels);
  try {
    out.text('[');
    let first = true;
    for (const series of value.series) {
      out.text(`${first ? '' : ','}{"metric":${labels.text(series.labels)}`);
      first = false;
      yield* writeFloats(out, { times, rows, columns: series.columns });
      if (series.columns.histograms !== undefined) yield* writeHistograms(out, series.columns);
      out.text('}');
      if (out.isFull) yield out.take();
    }
    out.text(']');
  } finally {
    rows?.close();
  }
}

interface FloatsToWrite {
  readonly times: TimestampCache;
  readonly rows: KernelRows | undefined;
  readonly columns: SeriesColumns;
}

function* writeFloats(out: ByteWriter, { times, rows, columns }: FloatsToWrite): Generator<Uint8Array, void> {
  if (!hasKind(columns, floatKind)) return;
  out.text(',"values":[');
  if (rows?.start(columns)) {
    while (!rows.write(out)) yield out.take();
  } else {
    times.startSeries(columns.timestamps, columns.length);
    const start = firstOf(columns, floatKind);
    let row = writeFloatRows(out, times, columns, start, start);
    while (row < columns.length) {
      yield out.take();
      row = writeFloatRows(out, times, columns, row, start);
    }
  }
  out.text(']');
}

/** Writes rows from `row` on until the piece is full; returns the row to go on with. */
function writeFloatRows(
  out: ByteWriter,
  times: TimestampCache,
  { length, timestamps, values, kinds }: SeriesColumns,
  from: number,
  first: number,
): number {
  for (let row = from; row < length; row++) {
    if (kinds !== undefined && kinds[row] !== floatKind) continue;
    if (out.isFull) return row;
    if (row !== first) out.byte(comma);
    times.write(out, timestamps[row] as number);
    out.float(values[row] as number);
    out.byte(quote);
    out.byte(closingBracket);
  }
  return length;
}

function* writeHistograms(out: ByteWriter, columns: SeriesColumns): Generator<Uint8Array, void> {
  const { histograms, kinds, length, timestamps } = columns;
  if (histograms === undefined || !hasKind(columns, histogramKind)) return;
  out.text(',"histograms":[');
  let first = true;
  for (let row = 0; row < length; row++) {
    if (kinds !== undefined && kinds[row] !== histogramKind) continue;
    out.text(first ? '[' : ',[');
    first = false;
    out.timestamp(timestamps[row] as number);
    out.byte(comma);
    writeHistogram(out, histograms.at(row));
    out.byte(closingBracket);
    if (out.isFull) yield out.take();
  }
  out.text(']');
}

function hasKind(columns: SeriesColumns, kind: number): boolean {
  return columns.length > 0 && firstOf(columns, kind) < columns.length;
}

/** The first row of a kind, or the length. Without `kinds` all rows are of one kind. */
function firstOf({ kinds, length, histograms }: SeriesColumns, kind: number): number {
  if (kinds === undefined)
    return (histograms === undefined ? floatKind : histogramKind) === kind ? 0 : length;
  let row = 0;
  while (row < length && kinds[row] !== kind) row++;
  return row;
}
