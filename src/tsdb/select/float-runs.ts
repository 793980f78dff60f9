import { assert } from '../../base/index.js';
import { chunkEncoding, type FloatEncoding, mostSamplesPerByte } from '../../chunkenc/index.js';
import { type KernelScope, mostChunkRecords, noRoomForChunk } from '../../kernels/index.js';
import type { ColumnPlace, SeriesColumns, TimeWindow } from '../../storage/index.js';
import type { ChunkRecords } from './column-writer.js';

const firstCapacity = 1024;
/** Room is made for so many a record; for larger ones when they come. */
const usualChunkRows = 120;
const none = Number.NEGATIVE_INFINITY;

/** Two columns of `capacity` doubles. */
interface Pair extends ColumnPlace {
  readonly capacity: number;
}

/**
 * Floats in a memory of kernels: runs in rising time, one behind another, which become one when they are asked for. Of
 * equal times the sample of the earlier run stays.
 */
export class FloatRuns {
  readonly #scope: KernelScope;
  readonly #window: TimeWindow;
  #pair: Pair | undefined;
  #length = 0;
  #lastMs = none;
  /** Where runs begin, the first (at 0) not among them. */
  #starts: number[] = [];

  constructor(scope: KernelScope, window: TimeWindow) {
    this.#scope = scope;
    this.#window = window;
  }

  reset(): void {
    this.#length = 0;
    this.#lastMs = none;
    if (this.#starts.length > 0) this.#starts = [];
  }

  /** Answers 0 or a `chunkFault`. Start timestamps are dropped. */
  appendChunk(encoding: FloatEncoding, at: number, length: number): number {
    const { kernels } = this.#scope;
    const { exports } = kernels;
    const count = length < 2 ? 0 : ((kernels.bytes[at] as number) << 8) | (kernels.bytes[at + 1] as number);
    this.#reserve(this.#length + Math.min(count, length * mostSamplesPerByte[encoding]));
    const row = this.#length;
    let written = this.#decode(encoding, at, length, this.#lastMs);
    const isXor = encoding === chunkEncoding.xor;
    const report = (isXor ? exports.xorDecodeReport() : exports.xor2DecodeReport()) >>> 0;
    if (written >= 0 && kernels.words[report >>> 2] !== 0 && row > 0) {
      this.#starts.push(row);
      written = this.#decode(encoding, at, length, none);
    }
    assert(written !== noRoomForChunk, 'a chunk has no more samples than its size allows');
    if (written < 0) return written;
    this.#length += written;
    if (written > 0) this.#lastMs = kernels.doubles[(report + 8) >>> 3] as number;
    return 0;
  }

  #decode(encoding: FloatEncoding, at: number, length: number, lastMs: number): number {
    const { exports } = this.#scope.kernels;
    const { timestamps, values, capacity } = this.#pair as Pair;
    const { mintMs, maxtMs } = this.#window;
    const row = this.#length;
    if (encoding === chunkEncoding.xor)
      return exports.xorDecode(at, length, timestamps, values, row, capacity, mintMs, maxtMs, lastMs);
    return exports.xor2Decode(at, length, timestamps, values, 0, row, capacity, mintMs, maxtMs, lastMs);
  }

  /** As `ColumnWriter.appendRecords`. */
  appendRecords({ at, available, offsets, first, end }: ChunkRecords): number {
    const { kernels } = this.#scope;
    const { exports } = kernels;
    const count = Math.min(end - first, mostChunkRecords);
    const { timestamps, values, capacity } = this.#reserve(this.#length + count * usualChunkRows);
    const { words } = kernels;
    const into = exports.xorRecordOffsets() >>> 2;
    const base = offsets[first] as number;
    for (let i = 0; i < count; i++) words[into + i] = (offsets[first + i] as number) - base;
    const row = this.#length;
    const { mintMs, maxtMs } = this.#window;
    const done = exports.xorRecords(
      at,
      available,
      count,
      timestamps,
      values,
      row,
      capacity,
      mintMs,
      maxtMs,
      this.#lastMs,
    );
    const report = exports.xorRecordsReport() >>> 0;
    this.#length = row + (words[report >>> 2] as number);
    this.#lastMs = kernels.doubles[(report + 8) >>> 3] as number;
    return done;
  }

  /** The sample lies in the window. */
  append(timestampMs: number, low: number, high: number): void {
    const row = this.#length;
    const pair = this.#reserve(row + 1);
    if (timestampMs <= this.#lastMs) this.#starts.push(row);
    const { doubles, words } = this.#scope.kernels;
    doubles[(pair.timestamps >>> 3) + row] = timestampMs;
    const word = (pair.values >>> 2) + 2 * row;
    words[word] = low;
    words[word + 1] = high;
    this.#length = row + 1;
    this.#lastMs = timestampMs;
  }

  /** Valid until the next change. */
  columns(): SeriesColumns {
    if (this.#starts.length > 0) this.#mergeAll();
    return this.#view(0, this.#length);
  }

  /** Each run as columns, valid until the next change. */
  runs(): SeriesColumns[] {
    if (this.#length === 0) return [];
    const bounds = [0, ...this.#starts, this.#length];
    return bounds.slice(1).map((end, i) => this.#view(bounds[i] as number, end));
  }

  close(): void {
    this.reset();
    this.#release(this.#pair);
    this.#pair = undefined;
  }

  #view(from: number, to: number): SeriesColumns {
    const pair = this.#pair ?? { timestamps: 0, values: 0 };
    const place = { timestamps: pair.timestamps + 8 * from, values: pair.values + 8 * from };
    return new PlacedColumns(this.#scope.kernels.memory.buffer as SharedArrayBuffer, place, to - from);
  }

  /** Neighbours two by two until one run is left. */
  #mergeAll(): void {
    const { exports } = this.#scope.kernels;
    let source = this.#pair as Pair;
    let target = this.#alloc(source.capacity);
    let bounds = [0, ...this.#starts, this.#length];
    while (bounds.length > 2) {
      const next = [0];
      let out = 0;
      for (let i = 0; i + 1 < bounds.length; i += 2) {
        const from = bounds[i] as number;
        const middle = bounds[i + 1] as number;
        const to = bounds[i + 2] ?? middle;
        const at = 8 * from;
        out += exports.mergeRuns(
          source.timestamps + at,
          source.values + at,
          middle - from,
          to - middle,
          target.timestamps + 8 * out,
          target.values + 8 * out,
        );
        next.push(out);
      }
      bounds = next;
      [source, target] = [target, source];
    }
    this.#pair = source;
    this.#release(target);
    this.#length = bounds[1] as number;
    this.#starts = [];
    const { doubles } = this.#scope.kernels;
    this.#lastMs = doubles[(source.timestamps >>> 3) + this.#length - 1] as number;
  }

  #reserve(rows: number): Pair {
    const pair = this.#pair;
    if (pair !== undefined && rows <= pair.capacity) return pair;
    const grown = this.#alloc(Math.max(firstCapacity, rows, 2 * (pair?.capacity ?? 0)));
    if (pair !== undefined && this.#length > 0) {
      const { bytes } = this.#scope.kernels;
      const length = 8 * this.#length;
      bytes.copyWithin(grown.timestamps, pair.timestamps, pair.timestamps + length);
      bytes.copyWithin(grown.values, pair.values, pair.values + length);
    }
    this.#release(pair);
    this.#pair = grown;
    return grown;
  }

  /** One block, so that either both columns are there or none. */
  #alloc(capacity: number): Pair {
    const timestamps = this.#scope.alloc(16 * capacity);
    return { timestamps, values: timestamps + 8 * capacity, capacity };
  }

  #release(pair: Pair | undefined): void {
    if (pair !== undefined) this.#scope.free(pair.timestamps);
  }
}

/** Views are made when they are asked for: whoever works with addresses needs none. */
class PlacedColumns implements SeriesColumns {
  readonly place: ColumnPlace;
  readonly length: number;
  readonly #buffer: SharedArrayBuffer;
  #timestamps: Float64Array | undefined;
  #values: Float64Array | undefined;

  constructor(buffer: SharedArrayBuffer, place: ColumnPlace, length: number) {
    this.#buffer = buffer;
    this.place = place;
    this.length = length;
  }

  get timestamps(): Float64Array {
    this.#timestamps ??= new Float64Array(this.#buffer, this.place.timestamps, this.length);
    return this.#timestamps;
  }

  get values(): Float64Array {
    this.#values ??= new Float64Array(this.#buffer, this.place.values, this.length);
    return this.#values;
  }
}
