import { ByteReader, DecodeError } from '../../../base/index.js';
import { KernelBuffer, type Kernels } from '../../../kernels/index.js';
import { recordType } from '../format.js';
import { decodeSamples, SampleColumns } from './samples.js';

/** Float rows as columns of doubles in a kernel memory: addresses. References and times are safe integers. */
export interface SampleRows {
  readonly length: number;
  readonly refs: number;
  readonly timestamps: number;
  readonly values: number;
}

/** Rows of one record: about a millisecond to encode, compress and frame. */
export const maxRecordRows = 65_536;
const headBytes = 17;
const mostRowBytes = 28;
const leastRowBytes = 10;
const keptBytes = 4 << 20;

/** Room that a record of so many rows takes at most. */
export function sampleRecordBytes(rows: number): number {
  return headBytes + rows * mostRowBytes;
}

/** A record of type 2 at `into`; answers its length. */
export function encodeSampleRows(kernels: Kernels, rows: SampleRows, into: number): number {
  return kernels.exports.walEncodeSamples(rows.refs, rows.timestamps, rows.values, rows.length, into);
}

/** Part of the rows; at most those from `start` on. */
export function partOfRows(rows: SampleRows, start: number, length: number): SampleRows {
  const skip = start * 8;
  return {
    length: Math.min(length, rows.length - start),
    refs: rows.refs + skip,
    timestamps: rows.timestamps + skip,
    values: rows.values + skip,
  };
}

/** Decodes records of type 2 within a kernel memory; the rows are good until the next call. */
export class SampleRowsDecoder {
  readonly #kernels: Kernels;
  readonly #state: KernelBuffer;
  readonly #columns: KernelBuffer;

  constructor(kernels: Kernels) {
    this.#kernels = kernels;
    this.#state = new KernelBuffer(kernels);
    this.#columns = new KernelBuffer(kernels, keptBytes);
  }

  /** The record's bytes are `at` to `end`, its type with them. Throws `DecodeError`, and `KernelMemoryError`. */
  decode(at: number, end: number): SampleRows {
    this.#columns.trim();
    const { exports } = this.#kernels;
    const most = Math.ceil((end - at) / leastRowBytes);
    const columnBytes = most * 8;
    const refs = this.#columns.reserve(3 * columnBytes);
    const timestamps = refs + columnBytes;
    const values = timestamps + columnBytes;
    const state = this.#state.reserve(24);
    let fault = exports.walOpenSamples(state, at + 1, end);
    let length = 0;
    while (fault === 0) {
      const skip = length * 8;
      const count = exports.walDecodeSamples(
        state,
        refs + skip,
        timestamps + skip,
        values + skip,
        Math.min(maxRecordRows, most - length),
      );
      if (count <= 0) {
        fault = count;
        break;
      }
      length += count;
    }
    if (fault !== 0) this.#explain(at, end);
    return { length, refs, timestamps, values };
  }

  /** The twin finds the same fault and says where it is. */
  #explain(at: number, end: number): never {
    const reader = new ByteReader(this.#kernels.bytes.slice(at, end), { path: 'record', start: 1 });
    decodeSamples(reader, new SampleColumns());
    throw new DecodeError({
      kind: 'damaged',
      path: 'record',
      offset: 0,
      expected: `a record of type ${recordType.samples}`,
      found: 'one that cannot be read',
    });
  }

  release(): void {
    this.#state.release();
    this.#columns.release();
  }
}
