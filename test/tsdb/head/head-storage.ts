/** A head as a Storage: its source alone behind a querier. */
import { Kernels, reserveMemory } from '../../../src/kernels/index.js';
import type { Metadata } from '../../../src/model/index.js';
import type { Appender, CardinalityStats, Querier, Storage, TimeWindow } from '../../../src/storage/index.js';
import {
  createHead,
  type Head,
  type HeadOptions,
  type MappedChunks,
  openHeadSource,
} from '../../../src/tsdb/head/index.js';
import { createSourceQuerier } from '../../../src/tsdb/select/index.js';
import { createTestKernels, kernelModule } from '../../support/kernels.js';

export const noMapped: MappedChunks = {
  read() {
    throw new Error('no chunk is on disk');
  },
};

export async function openTestHead(
  options: Partial<HeadOptions> & { maxBytes?: number } = {},
): Promise<Head> {
  return (await openHeadAndKernels(options))[0];
}

/** With the kernels of its memory. */
export async function openHeadAndKernels(
  options: Partial<HeadOptions> & { maxBytes?: number } = {},
): Promise<[Head, Kernels]> {
  const { maxBytes = 64 << 20 } = options;
  const memory = reserveMemory({ maxBytes, initialBytes: maxBytes });
  const kernels = new Kernels(await kernelModule(), memory, maxBytes);
  const head = createHead({
    kernels,
    chunkRangeMs: 7_200_000,
    maxExemplars: 1000,
    hashSeed: 0x9e3779b9,
    ...options,
  });
  return [head, kernels];
}

export class HeadStorage implements Storage {
  readonly head: Head;
  readonly #kernels: Kernels;
  readonly #mapped: MappedChunks;

  constructor(head: Head, kernels: Kernels, mapped: MappedChunks = noMapped) {
    this.head = head;
    this.#kernels = kernels;
    this.#mapped = mapped;
  }

  static async open(options: Partial<HeadOptions> & { maxBytes?: number } = {}): Promise<HeadStorage> {
    return new HeadStorage(await openTestHead(options), await createTestKernels());
  }

  appender(): Appender {
    return this.head.appender();
  }

  querier(window: TimeWindow): Querier {
    const source = openHeadSource({
      view: this.head.view(),
      readerSlot: 0,
      kernels: this.#kernels,
      window,
      mapped: this.#mapped,
    });
    return createSourceQuerier({
      sources: [source],
      window,
      kernels: this.#kernels,
      exemplars: (request) => this.head.selectExemplars(request),
    });
  }

  cardinality(limit: number): CardinalityStats {
    return this.head.cardinality(limit);
  }

  metadata(): ReadonlyMap<string, Metadata> {
    return this.head.metadata();
  }

  async close(): Promise<void> {}
}
