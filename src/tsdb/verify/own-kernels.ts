import type { Disk } from '../../base/index.js';
import { Kernels, loadKernels, reserveMemory } from '../../kernels/index.js';

const memoryBytes = 1 << 30;

/** For a command that has none: its memory grows with its need. */
export async function ownKernels(disk: Disk): Promise<Kernels> {
  return new Kernels(await loadKernels(disk), reserveMemory({ maxBytes: memoryBytes }), memoryBytes);
}
