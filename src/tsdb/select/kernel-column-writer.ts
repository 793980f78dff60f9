import type { CorruptionError } from '../../base/index.js';
import {
  chunkEncoding,
  decodeFloats,
  HistogramChunkReader,
  type HistogramEncoding,
  isHistogramEncoding,
  sampleCountOf,
} from '../../chunkenc/index.js';
import { chunkFault, type KernelScope } from '../../kernels/index.js';
import { type Histogram, wordsOf } from '../../model/index.js';
import type { SeriesColumns, TimeWindow } from '../../storage/index.js';
import type { ChunkRecords, ColumnWriter } from './column-writer.js';
import { FloatRuns } from './float-runs.js';
import { LayeredRows } from './layered-rows.js';

/** The least bits of a sample are two, so that no chunk of so many bytes holds more than four times as many. */
const mostSamplesPerByte = 4;

/**
 * Floats are decoded into a memory of kernels, whatever their order; the first sample that is a histogram or has a
 * start timestamp moves all of them to plain rows.
 */
export class KernelColumnWriter implements ColumnWriter {
  readonly scope: KernelScope;
  readonly mintMs: number;
  readonly maxtMs: number;
  readonly onDamage: ((damage: CorruptionError) => void) | undefined;
  readonly #floats: FloatRuns;
  #plain: LayeredRows | undefined;
  #columns: SeriesColumns | undefined;

  constructor(scope: KernelScope, window: TimeWindow & Pick<ColumnWriter, 'onDamage'>) {
    this.scope = scope;
    this.mintMs = window.mintMs;
    this.maxtMs = window.maxtMs;
    this.onDamage = window.onDamage;
    this.#floats = new FloatRuns(scope, window);
  }

  reset(): void {
    this.#floats.reset();
    this.#plain = undefined;
    this.#columns = undefined;
  }

  appendChunk(encoding: number, at: number, length: number): number {
    this.#columns = undefined;
    if (encoding === chunkEncoding.xor) {
      if (this.#plain === undefined) return this.#floats.appendChunk(at, length);
      return this.#appendXorToPlain(this.#plain, at, length);
    }
    const bytes = this.scope.kernels.bytes.subarray(at, at + length);
    if (encoding === chunkEncoding.xor2) return this.#appendXor2(bytes);
    if (isHistogramEncoding(encoding)) return this.#appendHistograms(encoding, bytes);
    return chunkFault.truncated;
  }

  appendRecords(records: ChunkRecords): number {
    if (this.#plain !== undefined) return 0;
    this.#columns = undefined;
    return this.#floats.appendRecords(records);
  }

  appendFloat(timestampMs: number, low: number, high: number): void {
    this.#columns = undefined;
    if (timestampMs < this.mintMs || timestampMs > this.maxtMs) return;
    if (this.#plain === undefined) this.#floats.append(timestampMs, low, high);
    else this.#plain.rowsFor(timestampMs).appendFloat(timestampMs, low, high, 0);
  }

  appendHistogram(timestampMs: number, histogram: Histogram): void {
    this.#columns = undefined;
    if (timestampMs < this.mintMs || timestampMs > this.maxtMs) return;
    this.#toPlain().rowsFor(timestampMs).appendHistogram(timestampMs, histogram, 0);
  }

  get columns(): SeriesColumns {
    this.#columns ??= this.#plain?.columns() ?? this.#floats.columns();
    return this.#columns;
  }

  close(): void {
    this.reset();
    this.#floats.close();
  }

  #toPlain(): LayeredRows {
    if (this.#plain === undefined) {
      this.#plain = new LayeredRows();
      for (const run of this.#floats.runs()) this.#plain.open().appendColumns(run, 0, run.length);
      this.#floats.reset();
    }
    return this.#plain;
  }

  #appendXorToPlain(plain: LayeredRows, at: number, length: number): number {
    const floats = this.#floats;
    floats.reset();
    const fault = floats.appendChunk(at, length);
    if (fault !== 0) return fault;
    const decoded = floats.columns();
    if (decoded.length > 0) {
      const rows = plain.rowsFor(decoded.timestamps[0] as number);
      rows.appendColumns(decoded, 0, decoded.length);
    }
    floats.reset();
    return 0;
  }

  #appendXor2(bytes: Uint8Array): number {
    const count = Math.min(sampleCountOf(chunkEncoding.xor2, bytes), bytes.length * mostSamplesPerByte);
    const column = (): Float64Array<ArrayBuffer> => new Float64Array(count);
    const into = { timestamps: column(), values: column(), startTimestamps: column() };
    const result = decodeFloats(chunkEncoding.xor2, bytes, into);
    if (result.kind === 'corrupt') return chunkFault.truncated;
    const { timestamps, startTimestamps } = into;
    const words = wordsOf(into.values);
    const hasStarts = startTimestamps.some((startMs) => startMs !== 0);
    let lastMs = Number.NEGATIVE_INFINITY;
    for (let row = 0; row < result.count; row++) {
      const timestampMs = timestamps[row] as number;
      if (timestampMs < this.mintMs || timestampMs <= lastMs) continue;
      if (timestampMs > this.maxtMs) break;
      lastMs = timestampMs;
      const low = words[2 * row] as number;
      const high = words[2 * row + 1] as number;
      if (this.#plain === undefined && !hasStarts) this.#floats.append(timestampMs, low, high);
      else {
        const rows = this.#toPlain().rowsFor(timestampMs);
        rows.appendFloat(timestampMs, low, high, startTimestamps[row] as number);
      }
    }
    return 0;
  }

  #appendHistograms(encoding: HistogramEncoding, bytes: Uint8Array): number {
    const plain = this.#toPlain();
    const reader = new HistogramChunkReader(encoding, bytes);
    let lastMs = Number.NEGATIVE_INFINITY;
    while (reader.next()) {
      const { timestampMs } = reader;
      if (timestampMs < this.mintMs || timestampMs <= lastMs) continue;
      if (timestampMs > this.maxtMs) return 0;
      lastMs = timestampMs;
      plain.rowsFor(timestampMs).appendHistogram(timestampMs, reader.histogram, reader.startTimestampMs);
    }
    return reader.result.kind === 'corrupt' ? chunkFault.truncated : 0;
  }
}
