/** What the rest of the database sees of the head. Only the main thread writes; any thread may read (`HeadView`). */
import type { Distribution, Steps } from '../../base/index.js';
import type { Kernels } from '../../kernels/index.js';
import type { Exemplar, Histogram, Labels, Matcher, Metadata } from '../../model/index.js';
import type {
  Appender,
  CardinalityStats,
  ChunkBytes,
  ExemplarFigures,
  ExemplarSeries,
  FloatBatch,
  HistogramSample,
  LabelRequest,
  SeriesRef,
  SeriesTexts,
} from '../../storage/index.js';
import type { ChunkEnd } from '../wal/index.js';

export interface HeadOptions {
  /** On the head's own memory, reserved whole (`reserveMemory`); the head owns its arena. */
  readonly kernels: Kernels;
  /** At 90 % of the memory new series are refused. */
  readonly maxSeries?: number;
  /** Samples up to so long before a series' newest are taken; 0. */
  readonly outOfOrderWindowMs?: number;
  /** What a block covers (`--storage.tsdb.min-block-duration`, 2 h): chunks end at its multiples. */
  readonly chunkRangeMs: number;
  /** Of floats; 120 when unsaid or not above 0. */
  readonly samplesPerChunk?: number;
  readonly maxExemplars?: number;
  /** 32 random bits, mixed into the hashes of label texts; 0 when unsaid. */
  readonly hashSeed?: number;
}

/** Series one behind another as a record of the log has them, in the head's memory; `checkSeries` found them sound. */
export interface StoredSeries {
  readonly at: number;
  readonly end: number;
  /** Room for `most` doubles. */
  readonly refs: number;
  readonly most: number;
}

/** What `restoreStored` went through. */
export interface RestoredSeries {
  /** Their references stand in the column, negative where the head had them before. */
  readonly count: number;
  /** Where it stopped. */
  readonly at: number;
  /** The series there is the caller's to restore: another reference of one that is there, or memory is used up. */
  readonly isStopped: boolean;
}

/** Where a chunk stands: in `chunks_head`, upstream's ChunkDiskMapperRef in two halves. */
export interface ChunkPlace {
  readonly segment: number;
  /** Of the chunk's record (its series reference) in the file. */
  readonly offset: number;
}

/** A chunk that takes no more samples. */
export interface ClosedChunk {
  readonly ref: SeriesRef;
  readonly encoding: number;
  readonly mintMs: number;
  readonly maxtMs: number;
  readonly samples: number;
  readonly isOutOfOrder: boolean;
}

/** One that is in memory until `chunkWritten` says that it is on disk. */
export interface UnwrittenChunk extends ClosedChunk {
  /** The head's own number of it. */
  readonly id: number;
  /** In the head's memory; valid until the next append or `chunkWritten`. */
  readonly bytes: Uint8Array;
}

/** Rows accepted by one appender, in its order, as columns in the head's memory: addresses of doubles. */
export interface StagedRows {
  readonly length: number;
  readonly refs: number;
  readonly timestamps: number;
  readonly values: number;
  /** Absent where no row has one. */
  readonly startTimestamps?: number;
}

/** Samples that came out of order, in the order of their coming. */
export interface LateRows {
  readonly floats: FloatBatch;
  readonly histograms: readonly HistogramSample[];
}

/** A series that a marker has ended, and the marker's time. */
export interface EndedSeries {
  readonly ref: SeriesRef;
  readonly endMs: number;
}

/** What stands in chunks of late samples. */
export interface LateChunks {
  /** The last commit that is in them. */
  readonly commit: number;
  /** Numbers of the chunk ranges that they reach into, rising. */
  readonly ranges: readonly number[];
}

export interface SeriesExemplar {
  readonly ref: SeriesRef;
  readonly exemplar: Exemplar;
}

/** A series, and the chunks in order that are not on disk; the last takes samples. */
export interface SeriesInMemory {
  readonly ref: SeriesRef;
  /** A damaged log may name it by others too. */
  readonly otherRefs: readonly SeriesRef[];
  readonly labels: Labels;
  readonly chunks: readonly ChunkBytes[];
}

/** The newest sample of a series: a float's bits, or a histogram. */
export type NewestSample = { readonly low: number; readonly high: number } | Histogram;

export interface HeadAppender extends Appender {
  /** Series that `series` made and did not find; they stay after a rollback. */
  readonly createdSeries: readonly SeriesRef[];
  /** Floats accepted so far; valid until the next call. For the log: histograms are the caller's to keep. */
  readonly staged: StagedRows;
  /** Rows before this are late whatever their series has; -Infinity where there is no row. */
  readonly validFromMs: number;
  /** The newest sample there was at the first row; -Infinity where there is no row. */
  readonly newestMs: number;
  seriesOfTexts(texts: SeriesTexts, refs: Float64Array): void;
  /**
   * Shows the samples: in slices of at most 5 ms, all visible at the end at once. One publication at a time; whoever
   * commits sees to that. Afterwards the appender is spent.
   */
  publish(): Steps<void>;
}

/** What another thread needs to read the head: goes through `postMessage`. */
export interface HeadView {
  readonly memory: WebAssembly.Memory;
  /** Addresses and sizes of the head's parts. */
  readonly layout: Readonly<Record<string, number>>;
}

/** What is counted row by row. */
export interface HeadCensus {
  readonly chunks: number;
  /** Series whose newest sample is the marker that ends them. */
  readonly staleSeries: number;
  /** Series whose newest sample in order is a native histogram, and how many buckets those have that came since the start. */
  readonly histogramSeries: number;
  readonly histogramBuckets: number;
}

/** Figures that only rise, since the start. */
export interface HeadTallies {
  removedChunks: number;
  lateFloats: number;
  lateHistograms: number;
  /** By how many seconds late samples were behind the newest of all. */
  readonly lateSeconds: Distribution;
}

export interface Head {
  readonly seriesCount: number;
  readonly tallies: HeadTallies;
  readonly exemplars: ExemplarFigures;
  /** The number of the commit that was shown last, and of the oldest that a reader sees. */
  readonly commit: number;
  readonly oldestCommit: number;
  /** Of committed samples; Infinity and -Infinity when there is none. */
  readonly mintMs: number;
  readonly maxtMs: number;
  /** Of samples in order, and of late ones; Infinity where there is none. */
  readonly inOrderMintMs: number;
  readonly lateMintMs: number;
  /** Samples before this are out of bounds (the end of the last block), or late. */
  minValidMs: number;
  /** From the next appender on. */
  outOfOrderWindowMs: number;
  /** The newest stay; 0 for none. */
  maxExemplars: number;
  /**
   * Of a log's samples that are not in order those are taken that are not before this. Unsaid: all where there is a
   * window, else those from `minValidMs` on.
   */
  replayLateFromMs: number;
  readonly usedBytes: number;
  readonly reservedBytes: number;
  /** Series refused for want of memory so far. */
  readonly refusedSeries: number;
  /** Samples that were accepted and then found no memory. */
  readonly refusedSamples: number;

  appender(): HeadAppender;
  view(): HeadView;
  hasSeries(ref: SeriesRef): boolean;
  seriesLabels(ref: SeriesRef): Labels | undefined;
  /** A damaged log may name one series by several references; this is the one that readers know. */
  ownRef(ref: SeriesRef): SeriesRef | undefined;
  /**
   * Writes the series to the head's memory at `at`, as records of the log have it; answers where it ends, 0 where there
   * is none, -1 where it does not fit before `end`.
   */
  writeSeries(ref: SeriesRef, at: number, end: number): number;
  /**
   * At most so many series match: the fewest postings of an equality among the matchers, all series where there is
   * none. Takes microseconds whatever the matchers: decides on which thread a query runs.
   */
  seriesBound?(matchers: readonly Matcher[]): number;
  /** Series that a marker has ended, but for those that have late samples. */
  endedSeries(): Steps<readonly EndedSeries[]>;
  /**
   * Drops those that got no sample since and that no appender holds; `onGone` is told of them in the step in which they
   * go, before anybody can make another series of the same labels.
   */
  evict(ended: readonly EndedSeries[], onGone: (refs: readonly SeriesRef[]) => void): Steps<void>;
  /** One at a time. */
  census(): Steps<HeadCensus>;
  /** Every live series, in rising ref. */
  refs(): Iterable<SeriesRef>;
  cardinality(limit: number): CardinalityStats;
  metadata(): ReadonlyMap<string, Metadata>;
  selectExemplars(request: LabelRequest): readonly ExemplarSeries[];
  /** In the order of their coming. */
  allExemplars(): readonly SeriesExemplar[];
  /** While nothing is published. */
  inMemory(): Iterable<SeriesInMemory>;
  /** No series has ever had a higher one. */
  readonly highestRef: SeriesRef;
  /**
   * The log that was read says of a series that it went to a block, and has samples of it behind that: `chunks_head` has
   * chunks of both its lives by one reference.
   */
  readonly hasReturned: boolean;

  // Reading what the log and the chunk files hold, before anyone reads.
  restoreSeries(ref: SeriesRef, labels: Labels): void;
  /** Makes series out of a record's bytes, as `restoreSeries` does. */
  restoreStored(series: StoredSeries): RestoredSeries;
  /** False when the series is unknown. Chunks of a series come in rising time. */
  restoreChunk(chunk: ClosedChunk, place: ChunkPlace): boolean;
  /** The same for one that is on no disk: its bytes are copied into the head's memory. */
  restoreChunkBytes(chunk: ClosedChunk, bytes: Uint8Array): boolean;
  /** The same for the newest of a series, and what its last sample is. */
  restoreNewest(chunk: ClosedChunk, bytes: Uint8Array, sample: NewestSample): boolean;
  /** Samples up to here were in order, or are known from elsewhere: what the log has of them came late. */
  noteReplayed(ref: SeriesRef, upToMs: number): void;
  /** Series whose restored chunks reach further than what was replayed. */
  unloggedEnds(): readonly ChunkEnd[];
  /** The time of the newest sample in order; -Infinity where there is none. */
  newestMs(ref: SeriesRef): number;
  /** Samples not later than the series' restored chunks are passed over. Returns how many rows have no series. */
  replayFloats(batch: FloatBatch): number;
  /** The same for `length` rows at addresses in the head's memory. */
  replayRows(rows: StagedRows): number;
  /**
   * The same for rows that need not be seen until `endReplay`: they wait for others of their series, so that each row and
   * its chunk are fetched once for some samples. Whatever else is done to a series comes behind what waits for it.
   */
  stageRows(rows: StagedRows): number;
  /** Whether what waits should be settled, by `settleReplayed` in slices of at most 5 ms, before more comes. */
  readonly isStageFull: boolean;
  settleReplayed(): Steps<void>;
  /** Settles all that waits and gives the memory for it back. */
  endReplay(): void;
  replayHistogram(sample: HistogramSample): boolean;
  /** The same for samples that were late whatever the log has of their series. */
  replayLateFloats(batch: FloatBatch): number;
  replayLateHistogram(sample: HistogramSample): boolean;
  /** What came in order of a series so far is in a block. */
  forgetReplayed(ref: SeriesRef): void;
  /** Takes away those of these that nothing came for since; answers their references. */
  removeForgotten(): readonly SeriesRef[];
  restoreMetadata(metric: string, metadata: Metadata): void;
  /** Refs up to this one are never given out. */
  reserveRefs(upTo: SeriesRef): void;

  /** Closed chunks that are not on disk are at most so many. */
  readonly unwrittenCount: number;
  /** Closed chunks that are not on disk, oldest first, at most `limit`. */
  unwritten(limit: number): readonly UnwrittenChunk[];
  /** Frees the memory once no reader can be in it. On disk the chunk has that encoding. */
  chunkWritten(id: number, place: ChunkPlace, encoding: number): void;

  /**
   * Drops chunks in order that end before `mintMs`, and series that then have no chunk and that no appender holds, in
   * slices of at most 5 ms. Answers the refs that are gone.
   */
  truncateBefore(mintMs: number): Steps<readonly SeriesRef[]>;

  /** Late samples that were shown, or read from a log, since the last call; undefined where there is none. */
  takeLate(): LateRows | undefined;
  /** Ends the chunks of late samples: those that come later begin others. Nothing is published until it is done. */
  endLate(): Steps<LateChunks>;
  /** Drops the chunks of late samples of a commit and of those before. */
  dropLate(commit: number): Steps<void>;
  /** The oldest file of `chunks_head` that a chunk names; Infinity where none does. */
  oldestChunkFile(): Steps<number>;

  /** A place in the table of readers for a thread; the main thread has its own. */
  openReaderSlot(): number;
  /** Also when the thread died: whatever it held is reclaimed. */
  closeReaderSlot(slot: number): void;
}
