import type { Steps } from '../base/index.js';
import { appendOutcome } from '../storage/index.js';
import type { WriteRequest } from './decode-write-request.js';
import type { OwnedRows, ReadRequest } from './read-request.js';

/** A request that is not plain, read without kernels: no series of it is known and none will be. */
export class DecodedRequest implements ReadRequest {
  readonly #request: WriteRequest;
  readonly #refs: Float64Array;
  keptCount = 0;
  refusals: { first: number; isFull: boolean } = { first: 0, isFull: false };

  constructor(request: WriteRequest) {
    this.#request = request;
    this.#refs = new Float64Array(request.seriesCount);
  }

  get seriesCount(): number {
    return this.#request.seriesCount;
  }

  get unknownCount(): number {
    return this.#request.seriesCount;
  }

  refOf(index: number): number {
    return this.#refs[index] as number;
  }

  setRef(index: number, ref: number): void {
    this.#refs[index] = ref;
  }

  learn(index: number, ref: number): void {
    this.#refs[index] = ref;
  }

  *makeRoom(): Steps<void> {}

  labels(index: number): Uint8Array {
    const { bytes, labelRanges } = this.#request;
    return bytes.subarray(labelRanges[index * 2], labelRanges[index * 2 + 1]);
  }

  nextTexts(): undefined {
    return undefined;
  }

  // biome-ignore lint/correctness/useYield: it has nothing to wait for
  *fill(latestMs: number): Steps<void> {
    const { floats } = this.#request;
    const { refs, owners, timestamps, values } = floats;
    let kept = 0;
    for (let row = 0; row < floats.length; row++) {
      const owner = owners[row] as number;
      const ref = this.#refs[owner] as number;
      const timestampMs = timestamps[row] as number;
      if (ref === 0) continue;
      if (ref < 0 || timestampMs > latestMs || timestampMs < Number.MIN_SAFE_INTEGER) {
        this.refusals.first ||= ref < 0 ? appendOutcome.limit : appendOutcome.outOfBounds;
        if (ref < 0) this.refusals.isFull = true;
        continue;
      }
      refs[kept] = ref;
      owners[kept] = owner;
      timestamps[kept] = timestampMs;
      if (kept !== row) values.copyWithin(kept, row, row + 1);
      kept++;
    }
    this.keptCount = kept;
  }

  rows(from: number, to: number): OwnedRows {
    const { refs, timestamps, values, owners } = this.#request.floats;
    return {
      length: to - from,
      refs: refs.subarray(from, to),
      timestamps: timestamps.subarray(from, to),
      values: values.subarray(from, to),
      owners: owners.subarray(from, to),
    };
  }
}
