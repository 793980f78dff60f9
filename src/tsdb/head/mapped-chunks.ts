import type { KernelScope } from '../../kernels/index.js';
import type { ChunkPlace } from './contracts.js';

/** Chunks of the head that are on disk. */
export interface MappedChunks {
  /** Puts the chunk's bytes into a memory; valid until the scope frees or closes. Throws `CorruptionError`. */
  read(
    place: ChunkPlace,
    into: KernelScope,
  ): { readonly at: number; readonly length: number; readonly encoding: number };
}
