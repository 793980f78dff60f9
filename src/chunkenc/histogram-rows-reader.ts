import { assert } from '../base/index.js';
import {
  BitReader,
  chunkFault,
  histogramCursor,
  histogramCursorFlags,
  type KernelScope,
  noRoomForChunk,
} from '../kernels/index.js';
import { type HistogramEncoding, holdsStarts, isIntegerEncoding, sampleCountOf } from './encodings.js';
import type { HistogramLayout } from './histogram-layout.js';
import {
  histogramHeaderSize,
  largestSchema,
  readChunkLayout,
  resetByte,
  resetHeader,
  resetMask,
} from './histogram-reader.js';

/** Samples of one histogram chunk as columns. Views of a memory of kernels, valid until its reader goes on. */
export interface HistogramRows {
  readonly length: number;
  readonly integer: boolean;
  /** Of a gauge; else of a counter whose resets begin a chunk. */
  readonly isGauge: boolean;
  /** Of all rows but stale markers, which have none. */
  readonly layout: HistogramLayout;
  readonly timestamps: Float64Array;
  /** 0 where a sample has none; absent where the encoding has none. */
  readonly startTimestamps: Float64Array | undefined;
  /** Of a stale marker these say nothing. */
  readonly counts: Float64Array;
  readonly zeroCounts: Float64Array;
  readonly sums: Float64Array;
  /** `histogramRowFlags` a row. */
  readonly flags: Uint8Array;
  /** Absolute counts, positive then negative, row behind row; stale markers have no such row. */
  readonly buckets: Float64Array;
  readonly bucketsPerRow: number;
}

export interface HistogramRowsWindow {
  /** Both are inclusive; a sample that is not later than the one before is left out. */
  readonly mintMs: number;
  readonly maxtMs: number;
  /** All samples whose time is in the window, rising or not. */
  readonly allRows?: boolean | undefined;
}

/** What `open` finds beside a `chunkFault`: a chunk for this reader, or one for `HistogramChunkReader`. */
export const chunkOpening = { columns: 0, plain: 1 } as const;

/** Doubles of one slice of rows, unless a single row has more; and buckets a row that one call of a kernel may take. */
const sliceDoubles = 32_768;
const mostSliceRows = 4096;
const mostBuckets = 65_536;
const doublesPerRow = 6;

/** Reads histogram chunks that stand in a memory of kernels. They are not trusted. */
export class HistogramRowsReader {
  readonly #scope: KernelScope;
  #block = 0;
  #blockBytes = 0;
  #cursor = 0;
  #rows = 0;
  #buckets = 0;
  #capacity = 0;
  #window: HistogramRowsWindow = { mintMs: 0, maxtMs: 0 };
  #encoding: HistogramEncoding = 2;
  #isGauge = false;
  #layout: HistogramLayout | undefined;
  #width = 0;
  #answer = 0;

  constructor(scope: KernelScope) {
    this.#scope = scope;
  }

  /** `chunkOpening`, or a fault. Rows come from `next`. */
  open(encoding: HistogramEncoding, at: number, length: number, window: HistogramRowsWindow): number {
    this.#answer = 1;
    const bytes = this.#scope.kernels.bytes.subarray(at, at + length);
    if (length < histogramHeaderSize) return chunkFault.truncated;
    const samples = sampleCountOf(encoding, bytes);
    if (samples === 0) return chunkOpening.columns;
    const reader = new BitReader(bytes, histogramHeaderSize);
    const opened = readChunkLayout(reader, encoding);
    if (opened === undefined) return chunkFault.truncated;
    const { layout, counts } = opened;
    const width = counts.positive + counts.negative;
    if (layout.schema > largestSchema || width > mostBuckets) return chunkOpening.plain;
    this.#encoding = encoding;
    this.#window = window;
    this.#layout = layout;
    this.#width = width;
    const header = (bytes[resetByte(encoding)] as number) & resetMask;
    this.#isGauge = header === resetHeader.gauge;
    this.#reserve(samples);
    this.#setCursor({ at, length, bit: reader.bit, samples, ...counts });
    this.#answer = 0;
    return chunkOpening.columns;
  }

  /** Undefined at the end and at a fault, which `fault` tells; rows before a fault have come. */
  next(): HistogramRows | undefined {
    while (this.#answer === 0) {
      const { kernels } = this.#scope;
      const { mintMs, maxtMs } = this.#window;
      this.#answer = kernels.exports.histogramDecode(
        this.#cursor,
        this.#rows,
        this.#buckets,
        this.#capacity,
        mintMs,
        maxtMs,
      );
      assert(this.#answer !== noRoomForChunk, 'rows have room');
      const length = kernels.words[(this.#cursor + histogramCursor.rows) >>> 2] as number;
      if (length > 0) return this.#view(length);
    }
    return undefined;
  }

  /** 0 or a `chunkFault`. */
  get fault(): number {
    return Math.min(this.#answer, 0);
  }

  close(): void {
    if (this.#blockBytes > 0) this.#scope.free(this.#block);
    this.#blockBytes = 0;
  }

  /** One block for the cursor, the rows and their buckets. */
  #reserve(samples: number): void {
    const { exports } = this.#scope.kernels;
    const width = this.#width;
    const fitting = Math.floor(sliceDoubles / (doublesPerRow + width));
    const capacity = Math.max(1, Math.min(samples, mostSliceRows, fitting));
    const cursorBytes = exports.histogramCursorBytes(width);
    const rowBytes = (exports.histogramRowBytes(capacity) + 15) & -16;
    const bytes = cursorBytes + rowBytes + 8 * capacity * width;
    if (bytes > this.#blockBytes) {
      this.close();
      this.#block = this.#scope.alloc(bytes);
      this.#blockBytes = bytes;
    }
    this.#capacity = capacity;
    this.#cursor = this.#block;
    this.#rows = this.#cursor + cursorBytes;
    this.#buckets = this.#rows + rowBytes;
  }

  #setCursor(chunk: {
    at: number;
    length: number;
    bit: number;
    samples: number;
    positive: number;
    negative: number;
  }): void {
    const { kernels } = this.#scope;
    const { wholeCounts, starts, allRows } = histogramCursorFlags;
    const cursor = this.#cursor;
    kernels.bytes.fill(0, cursor, cursor + kernels.exports.histogramCursorBytes(this.#width));
    const set = (field: number, value: number): void => {
      kernels.words[(cursor + field) >>> 2] = value;
    };
    set(histogramCursor.at, chunk.at);
    set(histogramCursor.length, chunk.length);
    set(histogramCursor.bit, chunk.bit);
    set(histogramCursor.samples, chunk.samples);
    set(histogramCursor.positiveBuckets, chunk.positive);
    set(histogramCursor.negativeBuckets, chunk.negative);
    const flags =
      (isIntegerEncoding(this.#encoding) ? wholeCounts : 0) |
      (holdsStarts(this.#encoding) ? starts : 0) |
      (this.#window.allRows === true ? allRows : 0);
    set(histogramCursor.flags, flags);
    kernels.doubles[(cursor + histogramCursor.lastTime) >>> 3] = Number.NEGATIVE_INFINITY;
  }

  #view(length: number): HistogramRows {
    const { kernels } = this.#scope;
    const rows = this.#rows;
    const column = (i: number): Float64Array => {
      const first = (rows >>> 3) + i * this.#capacity;
      return kernels.doubles.subarray(first, first + length);
    };
    const flags = rows + 40 * this.#capacity;
    const bucketRows = kernels.words[(this.#cursor + histogramCursor.bucketRows) >>> 2] as number;
    const buckets = this.#buckets >>> 3;
    return {
      length,
      integer: isIntegerEncoding(this.#encoding),
      isGauge: this.#isGauge,
      layout: this.#layout as HistogramLayout,
      timestamps: column(0),
      startTimestamps: holdsStarts(this.#encoding) ? column(1) : undefined,
      counts: column(2),
      zeroCounts: column(3),
      sums: column(4),
      flags: kernels.bytes.subarray(flags, flags + length),
      buckets: kernels.doubles.subarray(buckets, buckets + bucketRows * this.#width),
      bucketsPerRow: this.#width,
    };
  }
}
