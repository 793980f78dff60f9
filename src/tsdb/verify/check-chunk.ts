import {
  decodeFloats,
  HistogramChunkReader,
  isFloatEncoding,
  isHistogramEncoding,
  sampleCountOf,
} from '../../chunkenc/index.js';
import { KernelBuffer, type Kernels } from '../../kernels/index.js';

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
const xorEncoding = 1;
const allTime = { mint: Number.NEGATIVE_INFINITY, maxt: Number.POSITIVE_INFINITY };
const truncatedFault = -1;

/** Decodes chunks whole and looks at nothing but their times. */
export class ChunkChecker {
  readonly #kernels: Kernels;
  readonly #columns: KernelBuffer;
  readonly #timestamps = new Float64Array(mostSamples + 1);
  readonly #values = new Float64Array(mostSamples + 1);
  readonly #starts = new Float64Array(mostSamples + 1);
  /** Of the last call. */
  readonly result: CheckedChunk = { fault: undefined, samples: 0, isHistogram: false, mintMs: 0, maxtMs: 0 };

  constructor(kernels: Kernels) {
    this.#kernels = kernels;
    this.#columns = new KernelBuffer(kernels);
    this.#columns.reserve(2 * columnBytes);
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
    if (encoding === xorEncoding) this.#checkXor(at, length);
    else if (isFloatEncoding(encoding)) this.#checkFloats(encoding, this.#copy(at, length));
    else if (isHistogramEncoding(encoding)) this.#checkHistograms(encoding, this.#copy(at, length));
    else result.fault = `encoding ${encoding} is not known`;
    if (result.fault === undefined && result.samples === 0) result.fault = 'a chunk without samples';
    return result;
  }

  #copy(at: number, length: number): Uint8Array {
    return this.#kernels.bytes.slice(at, at + length);
  }

  #checkXor(at: number, length: number): void {
    const { result } = this;
    const { exports, bytes } = this.#kernels;
    const count = ((bytes[at] as number) << 8) | (bytes[at + 1] as number);
    const times = this.#columns.at;
    const rows = exports.xorDecode(
      at,
      length,
      times,
      times + columnBytes,
      0,
      mostSamples + 1,
      allTime.mint,
      allTime.maxt,
      allTime.mint,
    );
    if (rows < 0) {
      result.fault =
        rows === truncatedFault ? 'the chunk ends within a sample' : 'a timestamp is out of range';
      return;
    }
    result.samples = count;
    if (rows !== count) {
      result.fault = 'timestamps do not rise';
      return;
    }
    const { doubles } = this.#kernels;
    result.mintMs = doubles[times / 8] as number;
    result.maxtMs = doubles[times / 8 + count - 1] as number;
  }

  #checkFloats(encoding: 1 | 4, bytes: Uint8Array): void {
    const { result } = this;
    const timestamps = this.#timestamps;
    const columns = { timestamps, values: this.#values, startTimestamps: this.#starts };
    const decoded = decodeFloats(encoding, bytes, columns);
    if (decoded.kind === 'corrupt') {
      result.fault = decoded.reason;
      return;
    }
    const { count } = decoded;
    result.samples = count;
    for (let i = 1; i < count; i++) {
      if (!((timestamps[i] as number) > (timestamps[i - 1] as number)))
        result.fault = 'timestamps do not rise';
    }
    result.mintMs = timestamps[0] as number;
    result.maxtMs = timestamps[count - 1] as number;
  }

  #checkHistograms(encoding: 2 | 3 | 5 | 6, bytes: Uint8Array): void {
    const { result } = this;
    result.isHistogram = true;
    result.samples = sampleCountOf(encoding, bytes);
    const reader = new HistogramChunkReader(encoding, bytes);
    let last = Number.NEGATIVE_INFINITY;
    while (reader.next()) {
      const time = reader.timestampMs;
      if (last === Number.NEGATIVE_INFINITY) result.mintMs = time;
      if (!(time > last)) result.fault = 'timestamps do not rise';
      last = time;
    }
    result.maxtMs = last;
    if (reader.result.kind === 'corrupt') result.fault = reader.result.reason;
  }

  release(): void {
    this.#columns.release();
  }
}
