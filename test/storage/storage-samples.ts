/** Rows in and out of a Storage as texts that compare bit for bit. */
import type { Histogram } from '../../src/model/index.js';
import { Matcher, type MatchType, setStaleAt, wordsOf } from '../../src/model/index.js';
import {
  type Appender,
  type ChunkBytes,
  type FloatBatch,
  histogramKind,
  type Queryable,
  readChunk,
  type SelectRequest,
  type SeriesColumns,
  type SeriesSet,
  type Storage,
  SymbolTable,
  type TimeWindow,
} from '../../src/storage/index.js';

export type FloatRow = readonly [ref: number, timestampMs: number, value: number | 'stale', startMs?: number];

export function batchOf(...rows: readonly FloatRow[]): FloatBatch {
  const values = new Float64Array(rows.length);
  const words = wordsOf(values);
  rows.forEach(([, , value], i) => {
    if (value === 'stale') setStaleAt(words, i);
    else values[i] = value;
  });
  return {
    length: rows.length,
    refs: Float64Array.from(rows, (row) => row[0]),
    timestamps: Float64Array.from(rows, (row) => row[1]),
    values,
    startTimestamps: rows.some((row) => row[3]) ? Float64Array.from(rows, (row) => row[3] ?? 0) : undefined,
  };
}

/** Appends the rows and answers their outcomes. */
export function appendRows(appender: Appender, ...rows: readonly FloatRow[]): number[] {
  const outcomes = new Uint8Array(rows.length);
  appender.appendFloats(batchOf(...rows), outcomes);
  return [...outcomes];
}

export function matchers(...specs: readonly string[]): Matcher[] {
  return specs.map((spec) => {
    const parts = /^(\w+)(=~|!~|!=|=)(.*)$/s.exec(spec);
    if (parts === null) throw new Error(`no matcher: ${spec}`);
    return new Matcher(parts[2] as MatchType, parts[1] as string, parts[3] as string);
  });
}

/** `time=value` (or the bits of a NaN, or a histogram's fields), with `@start` where a row has one. */
export function rowTexts(columns: SeriesColumns): string[] {
  const words = wordsOf(columns.values);
  const texts: string[] = [];
  for (let i = 0; i < columns.length; i++) {
    const start = columns.startTimestamps?.[i] ?? 0;
    const value =
      columns.kinds?.[i] === histogramKind
        ? histogramText(columns.histograms?.at(i) as Histogram)
        : floatText(columns.values[i] as number, words[2 * i] as number, words[2 * i + 1] as number);
    texts.push(`${columns.timestamps[i]}=${value}${start === 0 ? '' : `@${start}`}`);
  }
  return texts;
}

function floatText(value: number, low: number, high: number): string {
  if (Object.is(value, -0)) return '-0';
  if (!Number.isNaN(value)) return String(value);
  // The quiet bit may be set on the way; the rest of the payload may not change.
  return `nan:${((high & 0xfff7ffff) >>> 0).toString(16)}${low.toString(16).padStart(8, '0')}`;
}

export const staleText = 'nan:7ff0000000000002';

export function histogramText(histogram: Histogram): string {
  if (histogram.stale) return histogram.integer ? 'stale-histogram' : 'stale-float-histogram';
  const spans = (list: Histogram['positiveSpans']): string =>
    list.map((span) => `${span.offset}:${span.length}`).join(' ');
  return [
    histogram.integer ? 'h' : 'fh',
    histogram.counterResetHint,
    histogram.schema,
    histogram.zeroThreshold,
    histogram.zeroCount,
    histogram.count,
    histogram.sum,
    `+${spans(histogram.positiveSpans)}[${histogram.positiveBuckets.join(' ')}]`,
    `-${spans(histogram.negativeSpans)}[${histogram.negativeBuckets.join(' ')}]`,
    histogram.customValues?.join(' ') ?? '',
  ].join('|');
}

/** Everything a set yields: labels and rows of each series. */
export async function drain(
  set: SeriesSet,
  symbols: SymbolTable,
): Promise<[labels: string, rows: string[]][]> {
  const found: [string, string[]][] = [];
  try {
    while (await set.next()) found.push([symbols.labels(set.labels).toString(), rowTexts(set.columns)]);
  } finally {
    set.close();
  }
  return found;
}

export function request(
  specs: readonly string[],
  window: Partial<SelectRequest> & { symbols: SymbolTable },
): SelectRequest {
  return {
    mintMs: Number.NEGATIVE_INFINITY,
    maxtMs: Number.POSITIVE_INFINITY,
    matchers: matchers(...specs),
    sorted: true,
    ...window,
  };
}

export const always = { mintMs: Number.NEGATIVE_INFINITY, maxtMs: Number.POSITIVE_INFINITY };

export async function readAll(
  storage: Queryable,
  specs: readonly string[] = ['__name__=~.+'],
  window: Partial<SelectRequest> = {},
): Promise<[labels: string, rows: string[]][]> {
  const symbols = new SymbolTable();
  const querier = storage.querier(always);
  try {
    return await drain(querier.select(request(specs, { symbols, ...window })), symbols);
  } finally {
    querier.close();
  }
}

/** Every chunk that overlaps the window, with its samples. */
export async function readChunks(
  storage: Storage,
  window: TimeWindow,
): Promise<[labels: string, chunks: { chunk: ChunkBytes; rows: string[] }[]][]> {
  const symbols = new SymbolTable();
  const querier = storage.querier(always);
  const set = querier.selectChunks(request(['__name__=~.+'], { symbols, ...window }));
  const found: [string, { chunk: ChunkBytes; rows: string[] }[]][] = [];
  while (await set.next()) {
    const chunks = set.chunks.map((chunk) => {
      const rows = readChunk(chunk);
      return {
        chunk: { ...chunk, bytes: chunk.bytes.slice() },
        rows: rowTexts(rows.columns(0, rows.length)),
      };
    });
    found.push([symbols.labels(set.labels).toString(), chunks]);
  }
  set.close();
  querier.close();
  return found;
}

export function integerHistogram(change: Partial<Histogram> = {}): Histogram {
  return {
    integer: true,
    counterResetHint: 'unknown',
    schema: 1,
    zeroThreshold: 0.001,
    zeroCount: 2,
    count: 12,
    sum: 18.4,
    stale: false,
    positiveSpans: [
      { offset: 0, length: 2 },
      { offset: 1, length: 2 },
    ],
    negativeSpans: [],
    positiveBuckets: Float64Array.of(1, 2, 3, 4),
    negativeBuckets: new Float64Array(0),
    customValues: undefined,
    ...change,
  };
}
