import {
  chunkEncoding,
  chunkOpening,
  decodeResult,
  type FloatEncoding,
  HistogramChunkReader,
  type HistogramEncoding,
  HistogramRowsReader,
  isFloatEncoding,
  isHistogramEncoding,
  sampleCountOf,
} from '../../chunkenc/index.js';
import { KernelBuffer, KernelScope, type Kernels } from '../../kernels/index.js';

/** What a chunk's bytes say. `fault` is set where they are no chunk; then the rest may be 0. */
export interface CheckedChunk {
  fault: string | undefined;
  samples: number;
  isHistogram: boolean;
  mintMs: number;
  maxtMs: number;
}

/** Of the downsampled blocks of Thanos, which hold several chunks in one. */
const aggregateEncoding = 0xff;
const mostSamples = 0xffff;
const columnBytes = 8 * (mostSamples + 1);
const risingFault = 'timestamps do not rise';
const none = Number.NEGATIVE_INFINITY;
const allTime = { mintMs: none, maxtMs: Number.POSITIVE_INFINITY, allRows: true };

/** Decodes chunks whole and looks at nothing but their times. */
export class ChunkChecker {
  readonly #kernels: Kernels;
  readonly #columns: KernelBuffer;
  readonly #histograms: HistogramRowsReader;
  /** Of the last call. */
  readonly result: CheckedChunk = { fault: undefined, samples: 0, isHistogram: false, mintMs: 0, maxtMs: 0 };

  constructor(kernels: Kernels) {
    this.#kernels = kernels;
    this.#columns = new KernelBuffer(kernels);
    this.#columns.reserve(2 * columnBytes);
    this.#histograms = new HistogramRowsReader(new KernelScope(kernels));
  }

  static isAggregate(encoding: number): boolean {
    return encoding === aggregateEncoding;
  }

  /** The chunk's data stand at an address of the kernels' memory. */
  check(encoding: number, at: number, length: number): CheckedChunk {
    const { result } = this;
    result.fault = undefined;
    result.samples = 0;
    result.isHistogram = false;
    if (isFloatEncoding(encoding)) this.#checkFloats(encoding, at, length);
    else if (isHistogramEncoding(encoding)) this.#checkHistograms(encoding, at, length);
    else result.fault = `encoding ${encoding} is not known`;
    if (result.fault === undefined && result.samples === 0) result.fault = 'a chunk without samples';
    return result;
  }

  #checkFloats(encoding: FloatEncoding, at: number, length: number): void {
    const { result } = this;
    const { bytes } = this.#kernels;
    const rows = this.#decode(encoding, at, length);
    const decoded = decodeResult(rows);
    if (decoded.kind === 'corrupt') {
      result.fault = decoded.reason;
      return;
    }
    const count = sampleCountOf(encoding, bytes.subarray(at, at + length));
    result.samples = count;
    if (rows !== count) {
      result.fault = risingFault;
      return;
    }
    const { doubles } = this.#kernels;
    const times = this.#columns.at >>> 3;
    result.mintMs = doubles[times] as number;
    result.maxtMs = doubles[times + count - 1] as number;
  }

  /** Rows that rise in time, or a fault. */
  #decode(encoding: FloatEncoding, at: number, length: number): number {
    const { exports } = this.#kernels;
    const times = this.#columns.at;
    const values = times + columnBytes;
    const room = mostSamples + 1;
    const { mintMs, maxtMs } = allTime;
    if (encoding === chunkEncoding.xor)
      return exports.xorDecode(at, length, times, values, 0, room, mintMs, maxtMs, none);
    return exports.xor2Decode(at, length, times, values, 0, 0, room, mintMs, maxtMs, none);
  }

  #checkHistograms(encoding: HistogramEncoding, at: number, length: number): void {
    const { result } = this;
    const bytes = this.#kernels.bytes.subarray(at, at + length);
    result.isHistogram = true;
    result.samples = sampleCountOf(encoding, bytes);
    const reader = this.#histograms;
    const opening = reader.open(encoding, at, length, allTime);
    if (opening === chunkOpening.plain) {
      this.#checkPlainHistograms(encoding, bytes);
      return;
    }
    let last = none;
    if (opening === chunkOpening.columns)
      for (let rows = reader.next(); rows !== undefined; rows = reader.next())
        for (let row = 0; row < rows.length; row++)
          last = this.#checkTime(rows.timestamps[row] as number, last);
    const decoded = decodeResult(Math.min(opening, reader.fault));
    if (decoded.kind === 'corrupt') result.fault = decoded.reason;
  }

  #checkPlainHistograms(encoding: HistogramEncoding, bytes: Uint8Array): void {
    const reader = new HistogramChunkReader(encoding, bytes);
    let last = none;
    while (reader.next()) last = this.#checkTime(reader.timestampMs, last);
    if (reader.result.kind === 'corrupt') this.result.fault = reader.result.reason;
  }

  #checkTime(timeMs: number, lastMs: number): number {
    const { result } = this;
    if (lastMs === none) result.mintMs = timeMs;
    if (!(timeMs > lastMs)) result.fault = risingFault;
    result.maxtMs = timeMs;
    return timeMs;
  }

  release(): void {
    this.#columns.release();
    this.#histograms.close();
  }
}
