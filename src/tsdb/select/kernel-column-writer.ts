import type { CorruptionError } from '../../base/index.js';
import {
  chunkEncoding,
  chunkOpening,
  type FloatEncoding,
  HistogramChunkReader,
  type HistogramEncoding,
  HistogramRowsReader,
  isFloatEncoding,
  isHistogramEncoding,
} from '../../chunkenc/index.js';
import { chunkFault, type KernelScope } from '../../kernels/index.js';
import type { Histogram } from '../../model/index.js';
import type { SeriesColumns, TimeWindow } from '../../storage/index.js';
import type { ChunkRecords, ColumnWriter } from './column-writer.js';
import { FloatRuns } from './float-runs.js';
import { LayeredRows } from './layered-rows.js';
import { mayHoldStarts, StartRows } from './start-rows.js';

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
  #withStarts: StartRows | undefined;
  #histograms: HistogramRowsReader | undefined;
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
    if (isFloatEncoding(encoding)) return this.#appendFloats(encoding, at, length);
    if (isHistogramEncoding(encoding)) return this.#appendHistograms(encoding, at, length);
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
    this.#withStarts?.close();
    this.#histograms?.close();
  }

  #toPlain(): LayeredRows {
    if (this.#plain === undefined) {
      this.#plain = new LayeredRows();
      for (const run of this.#floats.runs()) this.#plain.open().appendColumns(run, 0, run.length);
      this.#floats.reset();
    }
    return this.#plain;
  }

  /** Floats of one chunk: by way of the memory of kernels to the rows, column by column. */
  #appendFloatsToPlain(plain: LayeredRows, encoding: FloatEncoding, at: number, length: number): number {
    const floats = this.#floats;
    floats.reset();
    const fault = floats.appendChunk(encoding, at, length);
    if (fault === 0) plain.appendColumns(floats.columns());
    floats.reset();
    return fault;
  }

  #appendFloats(encoding: FloatEncoding, at: number, length: number): number {
    if (encoding === chunkEncoding.xor2 && mayHoldStarts(this.scope.kernels.bytes, at, length)) {
      const decoded = this.#startRows().decode(at, length);
      if (typeof decoded === 'number') return decoded;
      if (decoded.startTimestamps !== undefined) {
        this.#toPlain().appendColumns(decoded);
        return 0;
      }
    }
    if (this.#plain === undefined) return this.#floats.appendChunk(encoding, at, length);
    return this.#appendFloatsToPlain(this.#plain, encoding, at, length);
  }

  #startRows(): StartRows {
    this.#withStarts ??= new StartRows(this.scope, this);
    return this.#withStarts;
  }

  #appendHistograms(encoding: HistogramEncoding, at: number, length: number): number {
    const plain = this.#toPlain();
    this.#histograms ??= new HistogramRowsReader(this.scope);
    const reader = this.#histograms;
    const opening = reader.open(encoding, at, length, this);
    if (opening === chunkOpening.plain) return this.#appendPlainHistograms(plain, encoding, at, length);
    if (opening < 0) return opening;
    for (let rows = reader.next(); rows !== undefined; rows = reader.next())
      plain.rowsFor(rows.timestamps[0] as number).appendHistogramRows(rows);
    return reader.fault;
  }

  /** One sample at a time. */
  #appendPlainHistograms(
    plain: LayeredRows,
    encoding: HistogramEncoding,
    at: number,
    length: number,
  ): number {
    const reader = new HistogramChunkReader(encoding, this.scope.kernels.bytes.subarray(at, at + length));
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
