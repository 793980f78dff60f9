import { type Clock, type Disk, systemTemporaryDirectory } from '../base/index.js';
import { Kernels, loadKernels, reserveMemory } from '../kernels/index.js';
import type { ScriptParts, ScriptStore } from '../promqltest/index.js';
import { createMemoryStore } from '../storage/index.js';

export const scriptStorages = ['memory', 'tsdb'] as const;
export type ScriptStorage = (typeof scriptStorages)[number];

const kernelBytes = 2 ** 30;
const headBytes = 64 * 2 ** 20;
/** All of a script's samples are in the head, however far apart. Source: util/teststorage. */
const blockDurationMs = 24 * 3_600_000;

/** What query scripts run on: a store in memory, or a database in a directory that is removed with it. */
export async function scriptParts(
  storage: ScriptStorage,
  { disk, clock }: { readonly disk: Disk; readonly clock: Clock },
): Promise<ScriptParts> {
  const kernelModule = await loadKernels(disk);
  const kernels = new Kernels(kernelModule, reserveMemory({ maxBytes: kernelBytes }), kernelBytes);
  if (storage === 'memory') {
    const openStore = async (): Promise<ScriptStore> => ({
      storage: createMemoryStore(),
      close: async () => undefined,
    });
    return { kernels, clock, openStore };
  }
  const { openDatabase } = await import('../tsdb/index.js');
  const readerKernels = new Kernels(kernelModule, reserveMemory({ maxBytes: kernelBytes }), kernelBytes);
  const openStore = async (): Promise<ScriptStore> => {
    const directory = await systemTemporaryDirectory();
    const database = await openDatabase({
      ...{ directory, disk, clock, kernelModule, readerKernels },
      headMaxBytes: headBytes,
      minBlockDurationMs: blockDurationMs,
      maxBlockDurationMs: blockDurationMs,
      lock: false,
      walSync: 'none',
      floatEncoding: 'xor2',
      walStartTimestamps: true,
    });
    return {
      storage: database,
      async close() {
        await database.close();
        await disk.remove(directory);
      },
    };
  };
  return { kernels, clock, openStore };
}
