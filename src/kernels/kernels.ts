/**
 * The compiled kernels (`assembly/`, one WebAssembly module) and the memories they work on. One instance a memory; all
 * memories are shared memories, so that one build serves every thread. Addresses are bytes from the memory's start.
 */

import * as path from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Disk, UserError } from '../base/index.js';
import type { KernelExports } from './exports.js';

const pageBytes = 65_536;
/** As many pages as the module's import allows. */
const mostPages = 65_535;
const fileName = 'kernels.wasm';

/** Reads the module that the build put at the root of its output. */
export async function loadKernels(disk: Disk): Promise<WebAssembly.Module> {
  let folder = path.dirname(fileURLToPath(import.meta.url));
  for (;;) {
    const file = path.join(folder, fileName);
    if ((await disk.stat(file)) !== undefined) {
      return new WebAssembly.Module((await disk.readFile(file)) as Uint8Array<ArrayBuffer>);
    }
    const above = path.dirname(folder);
    if (above === folder) {
      throw new UserError({ code: 'not-found', message: `${fileName} is missing from the installation` });
    }
    folder = above;
  }
}

export interface MemoryOptions {
  /** Reserved whole at once where `initialBytes` says the same: pages that were never touched cost nothing. */
  readonly maxBytes: number;
  readonly initialBytes?: number;
}

/** Throws `UserError` when the system has no such memory to give. */
export function reserveMemory({ maxBytes, initialBytes = 4 * pageBytes }: MemoryOptions): WebAssembly.Memory {
  const maximum = Math.min(mostPages, Math.ceil(maxBytes / pageBytes));
  const initial = Math.min(maximum, Math.ceil(initialBytes / pageBytes));
  try {
    return new WebAssembly.Memory({ initial, maximum, shared: true });
  } catch (error) {
    throw new UserError({
      code: 'no-memory',
      message: `cannot reserve ${maximum * pageBytes} bytes of shared memory: ${(error as Error).message}`,
      cause: error,
    });
  }
}

/** Thrown when a memory, or a query's share of it, is used up. */
export class KernelMemoryError extends Error {
  override name = 'KernelMemoryError';
}

/**
 * An instance and its memory. `bytes`, `words` and `doubles` span the whole memory and are made anew when it grows:
 * read them from here each time, keep none across an allocation.
 */
export class Kernels {
  readonly exports: KernelExports;
  readonly memory: WebAssembly.Memory;
  readonly #maxBytes: number;
  bytes: Uint8Array<SharedArrayBuffer>;
  words: Uint32Array<SharedArrayBuffer>;
  doubles: Float64Array<SharedArrayBuffer>;

  constructor(module: WebAssembly.Module, memory: WebAssembly.Memory, maxBytes = mostPages * pageBytes) {
    this.memory = memory;
    this.#maxBytes = maxBytes;
    const instance = new WebAssembly.Instance(module, { env: { memory } });
    this.exports = instance.exports as unknown as KernelExports;
    this.exports.start?.();
    const buffer = memory.buffer;
    this.bytes = new Uint8Array(buffer);
    this.words = new Uint32Array(buffer, 0, buffer.byteLength >>> 2);
    this.doubles = new Float64Array(buffer, 0, buffer.byteLength >>> 3);
    this.exports.arenaInit(this.exports.heapBase(), buffer.byteLength);
  }

  /** The address of a block of at least `size` bytes, aligned to 16. Throws `KernelMemoryError` when there is none. */
  alloc(size: number): number {
    const at = this.exports.arenaAlloc(size) >>> 0;
    if (at !== 0) return at;
    this.#grow(this.exports.arenaSize(size) >>> 0);
    const again = this.exports.arenaAlloc(size) >>> 0;
    if (again === 0) throw new KernelMemoryError(`no ${size} bytes are left in a memory of kernels`);
    return again;
  }

  /** `size` as it was asked for. */
  free(at: number, size: number): void {
    this.exports.arenaFree(at, size);
  }

  #grow(needed: number): void {
    const sizeNow = this.memory.buffer.byteLength;
    const wanted = Math.min(this.#maxBytes, sizeNow + Math.max(needed, Math.min(sizeNow, 64 << 20)));
    const pages = Math.floor((wanted - sizeNow) / pageBytes);
    try {
      if (pages > 0) this.memory.grow(pages);
    } catch {
      return;
    }
    const buffer = this.memory.buffer;
    this.bytes = new Uint8Array(buffer);
    this.words = new Uint32Array(buffer, 0, buffer.byteLength >>> 2);
    this.doubles = new Float64Array(buffer, 0, buffer.byteLength >>> 3);
    this.exports.arenaExtend(Math.min(buffer.byteLength, 0xffff_0000));
  }
}

/** Blocks of one owner (a query), given back together. Refuses to hold more than its budget. */
export class KernelScope {
  readonly kernels: Kernels;
  readonly #budgetBytes: number;
  readonly #blocks = new Map<number, number>();
  #held = 0;

  constructor(kernels: Kernels, budgetBytes = Number.POSITIVE_INFINITY) {
    this.kernels = kernels;
    this.#budgetBytes = budgetBytes;
  }

  get heldBytes(): number {
    return this.#held;
  }

  /** Throws `KernelMemoryError` when the budget or the memory is used up. */
  alloc(size: number): number {
    if (this.#held + size > this.#budgetBytes) {
      throw new KernelMemoryError(`more than the ${this.#budgetBytes} bytes that one query may hold`);
    }
    const at = this.kernels.alloc(size);
    this.#blocks.set(at, size);
    this.#held += size;
    return at;
  }

  free(at: number): void {
    const size = this.#blocks.get(at);
    if (size === undefined) return;
    this.#blocks.delete(at);
    this.#held -= size;
    this.kernels.free(at, size);
  }

  close(): void {
    for (const [at, size] of this.#blocks) this.kernels.free(at, size);
    this.#blocks.clear();
    this.#held = 0;
  }
}
