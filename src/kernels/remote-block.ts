import type { Kernels } from './kernels.js';

/** Words of the block that a request's kernels work on; `assembly/remote-write.ts` has the same. */
const fields = {
  at: 0,
  end: 1,
  seriesEnd: 3,
  rows: 7,
  rowCapacity: 8,
  seriesCount: 9,
  seriesCapacity: 10,
  rowRefs: 11,
  rowTimes: 12,
  rowValues: 13,
  rowOwners: 14,
  series: 15,
  table: 16,
  mask: 17,
  keys: 18,
  unknown: 19,
  odd: 20,
  kept: 21,
  refusal: 22,
  isFull: 23,
  texts: 24,
} as const;
export const remoteBlockBytes = 112;

export class RemoteBlock {
  readonly #kernels: Kernels;
  readonly at: number;

  constructor(kernels: Kernels, at: number) {
    this.#kernels = kernels;
    this.at = at;
    this.clear();
  }

  clear(): void {
    this.#kernels.bytes.fill(0, this.at, this.at + remoteBlockBytes);
  }

  get(field: keyof typeof fields): number {
    return this.#kernels.words[(this.at >>> 2) + fields[field]] as number;
  }

  set(field: keyof typeof fields, value: number): void {
    this.#kernels.words[(this.at >>> 2) + fields[field]] = value;
  }
}
