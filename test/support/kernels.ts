import { systemDisk } from '../../src/base/index.js';
import { Kernels, loadKernels, reserveMemory } from '../../src/kernels/index.js';

let compiled: Promise<WebAssembly.Module> | undefined;

/** The compiled module, read once a process. */
export function kernelModule(): Promise<WebAssembly.Module> {
  compiled ??= loadKernels(systemDisk);
  return compiled;
}

/** An instance on a memory of its own. */
export async function createTestKernels(maxBytes = 256 << 20): Promise<Kernels> {
  return new Kernels(await kernelModule(), reserveMemory({ maxBytes }), maxBytes);
}

let shared: Promise<Kernels> | undefined;

/** One instance for all tests of a process that give back what they take: memories are reserved whole. */
export function sharedKernels(): Promise<Kernels> {
  shared ??= createTestKernels();
  return shared;
}
