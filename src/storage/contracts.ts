/**
 * What it means to append and to query. Everything that stores or serves samples implements these; everything that
 * reads or writes samples takes them. Rules of ownership stand at each member.
 */
import type { CorruptionError } from '../base/index.js';
import type { KernelScope } from '../kernels/index.js';
import type { Exemplar, Histogram, Labels, Matcher, Metadata } from '../model/index.js';
import type { SeriesColumns } from './columns.js';
import type { LabelIds, SymbolTable } from './symbols.js';

/** A store's own number of a series: rises for ever, below 2^53, never reused. 0 is no series. */
export type SeriesRef = number & { readonly __ref: 'series' };
export const noSeries = 0 as SeriesRef;

/** What became of an appended sample; upstream's error of the same name (storage/interface.go). */
export const appendOutcome = {
  accepted: 0,
  outOfOrder: 1,
  outOfBounds: 2,
  tooOld: 3,
  duplicate: 4,
  unknownSeries: 5,
  limit: 6,
  invalidHistogram: 7,
} as const;
export type AppendOutcome = (typeof appendOutcome)[keyof typeof appendOutcome];

/** Upstream's error text for an outcome that is not `accepted`. */
export const appendOutcomeText: Record<AppendOutcome, string> = {
  0: '',
  1: 'out of order sample',
  2: 'out of bounds',
  3: 'too old sample',
  4: 'duplicate sample for timestamp',
  5: 'not found',
  6: 'series limit reached',
  7: 'invalid histogram',
};

/** Float samples as columns, rows 0 to `length`: series, time in ms, value (stale markers as bits). */
export interface FloatBatch {
  readonly length: number;
  readonly refs: Float64Array;
  readonly timestamps: Float64Array;
  readonly values: Float64Array;
  readonly startTimestamps?: Float64Array | undefined;
}

export interface HistogramSample {
  readonly ref: SeriesRef;
  readonly timestampMs: number;
  readonly histogram: Histogram;
  readonly startTimestampMs?: number | undefined;
}

/** Label sets as bytes: each text a u32 of its bytes and the bytes, 0 up to a multiple of 4; name, value, name, value… */
export interface SeriesTexts {
  readonly length: number;
  readonly bytes: Uint8Array;
  /** Where in `bytes` each label set begins; multiples of 4. */
  readonly starts: Uint32Array;
  readonly labelCounts: Uint32Array;
}

/** Who must be able to rely on a commit: a sender that is told so, or a scrape that nobody is told about. */
export type CommitKind = 'acknowledged' | 'scraped';

/**
 * One transaction. Nothing is visible before `commit` resolves, and then all of it at once. The store copies what it
 * is given before a call returns. After `commit` or `rollback` the appender is spent.
 */
export interface Appender {
  /** Finds the series or makes it; `noSeries` when a limit forbids a new one. Labels hold a metric name and are valid. */
  series(labels: Labels): SeriesRef;
  /** As `series`, for label sets in label order, of UTF-8, without empty texts; one ref each into `refs`. */
  seriesOfTexts?(texts: SeriesTexts, refs: Float64Array): void;
  /** Writes one outcome a row into `outcomes`; returns how many rows were not accepted. */
  appendFloats(batch: FloatBatch, outcomes: Uint8Array): number;
  appendHistogram(sample: HistogramSample): AppendOutcome;
  appendExemplar(ref: SeriesRef, exemplar: Exemplar): AppendOutcome;
  setMetadata(ref: SeriesRef, metadata: Metadata): void;
  /**
   * Resolves when the samples are visible and as durable as the store promises for `kind`.
   * Rejects when they could not be written; then none is visible and none will be.
   */
  commit(kind: CommitKind): Promise<void>;
  rollback(): void;
}

/** Inclusive on both ends, ms; -Infinity and Infinity stand for Go's MinInt64 and MaxInt64. */
export interface TimeWindow {
  readonly mintMs: number;
  readonly maxtMs: number;
}

/** What the asker will do with the series; a store may use it to do less, never to answer differently. */
export interface SelectHints {
  readonly stepMs?: number;
  readonly rangeMs?: number;
  readonly func?: string;
  readonly grouping?: readonly string[];
  readonly by?: boolean;
}

export interface SelectRequest extends TimeWindow {
  /** All must match; at least one must not match "". Checked by the asker. */
  readonly matchers: readonly Matcher[];
  readonly symbols: SymbolTable;
  /** Series come in label order (names and values as UTF-8 bytes). */
  readonly sorted: boolean;
  /** At most so many series, 0 for all. */
  readonly limit?: number;
  readonly hints?: SelectHints;
  /** The asker's memory of kernels: a store that can puts float columns there and says where (`SeriesColumns.place`). */
  readonly scope?: KernelScope | undefined;
  /**
   * Told of each chunk that cannot be read, whose samples are then left out, and of each place with a damaged index,
   * which is left out as a whole; absent, `next` or `columns` throws. For whoever saves what is left of damaged files.
   */
  readonly onDamage?: ((damage: CorruptionError) => void) | undefined;
}

/**
 * Series one at a time. `next` answers at once where the series is at hand and with a promise where it must wait;
 * it throws or rejects with `UserError`, `CorruptionError` or the system's error. Series without a sample in the
 * window may appear with `length` 0.
 */
export interface SeriesSet {
  next(): boolean | Promise<boolean>;
  /** May be kept. */
  readonly labels: LabelIds;
  /** Rows within the window, none outside. Valid until the next call of `next` or `close`. */
  readonly columns: SeriesColumns;
  /** Complete once `next` has answered false. */
  readonly warnings: readonly string[];
  close(): void;
}

/** Bytes of one chunk as its encoding writes them, undecoded. Valid until the next series. */
export interface ChunkBytes {
  /** chunkenc's number: 1 XOR, 2 histogram, 3 float histogram, 4 XOR2, 5 and 6 histograms with start timestamps. */
  readonly encoding: number;
  readonly mintMs: number;
  readonly maxtMs: number;
  readonly bytes: Uint8Array;
  /** CRC-32C of encoding and bytes, where they stood in a file with it and it was found right. */
  readonly checksum?: number;
}

/** As SeriesSet, with the chunks that overlap the window, whole, in rising `mintMs`. */
export interface ChunkSeriesSet {
  next(): boolean | Promise<boolean>;
  readonly labels: LabelIds;
  readonly chunks: readonly ChunkBytes[];
  readonly warnings: readonly string[];
  close(): void;
}

export interface LabelRequest extends TimeWindow {
  /** Each list is one selector; series that match any of them count. Empty: all series. */
  readonly matcherSets: readonly (readonly Matcher[])[];
  /** At most so many values, 0 for all. */
  readonly limit?: number;
}

/** Values in UTF-8 byte order, none twice. */
export interface LabelAnswer {
  readonly values: readonly string[];
  readonly warnings: readonly string[];
}

export interface ExemplarSeries {
  readonly labels: Labels;
  /** In rising time. */
  readonly exemplars: readonly Exemplar[];
}

/** A snapshot: what was committed when it was made and nothing later. Closed by whoever made it. */
export interface Querier {
  select(request: SelectRequest): SeriesSet;
  selectChunks(request: SelectRequest): ChunkSeriesSet;
  labelNames(request: LabelRequest): Promise<LabelAnswer>;
  labelValues(name: string, request: LabelRequest): Promise<LabelAnswer>;
  selectExemplars(request: LabelRequest): Promise<readonly ExemplarSeries[]>;
  close(): void;
}

export interface Queryable {
  /** Takes the snapshot; `window` bounds all that will be asked of it. */
  querier(window: TimeWindow): Querier;
}

export interface Appendable {
  appender(): Appender;
}

/** Figures for /api/v1/status/tsdb; each list descending, at most `limit` long. */
export interface CardinalityStats {
  readonly seriesCount: number;
  readonly labelPairCount: number;
  readonly chunkCount: number;
  /** Of all samples; Infinity and -Infinity when there is none. */
  readonly mintMs: number;
  readonly maxtMs: number;
  readonly seriesCountByMetricName: readonly NamedCount[];
  readonly labelValueCountByLabelName: readonly NamedCount[];
  readonly memoryInBytesByLabelName: readonly NamedCount[];
  readonly seriesCountByLabelValuePair: readonly NamedCount[];
}

export interface NamedCount {
  readonly name: string;
  readonly value: number;
}

export interface Storage extends Queryable, Appendable {
  cardinality(limit: number): CardinalityStats;
  /** The last metadata set for each metric name. */
  metadata(): ReadonlyMap<string, Metadata>;
  close(): Promise<void>;
}
