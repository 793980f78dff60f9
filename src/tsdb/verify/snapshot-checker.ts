import { KernelBuffer, type Kernels } from '../../kernels/index.js';
import { decodeSnapshotRecord, type SnapshotChunk } from '../snapshot/index.js';
import { ChunkChecker } from './check-chunk.js';
import type { KnownRefs } from './log-refs.js';

/** Looks at the records of a chunk snapshot: the series, their chunks whole, deletions, exemplars. */
export class SnapshotChecker {
  readonly #chunks: ChunkChecker;
  readonly #data: KernelBuffer;

  constructor(kernels: Kernels) {
    this.#chunks = new ChunkChecker(kernels);
    this.#data = new KernelBuffer(kernels);
  }

  /** Answers how many samples it holds. Throws `DecodeError`. */
  check(bytes: Uint8Array, refs: KnownRefs, onDamage: (message: string) => void): number {
    const record = decodeSnapshotRecord(bytes);
    if (record.kind !== 'series') return 0;
    const { ref, labels, chunk } = record;
    if (refs.has(ref)) onDamage(`series ${ref} once more`);
    else refs.addSeries(ref, labels, onDamage);
    return chunk === undefined ? 0 : this.#checkChunk(ref, chunk, onDamage);
  }

  #checkChunk(
    ref: number,
    { encoding, mintMs, maxtMs, bytes }: SnapshotChunk,
    onDamage: (message: string) => void,
  ): number {
    const found = this.#chunks.check(encoding, this.#data.put(bytes), bytes.length);
    if (found.fault !== undefined) {
      onDamage(`the chunk of series ${ref}: ${found.fault}`);
      return 0;
    }
    if (found.mintMs !== mintMs || found.maxtMs !== maxtMs)
      onDamage(
        `the chunk of series ${ref}: samples from ${found.mintMs} to ${found.maxtMs}, the record says ${mintMs} to ${maxtMs}`,
      );
    return found.samples;
  }

  release(): void {
    this.#data.release();
    this.#chunks.release();
  }
}
