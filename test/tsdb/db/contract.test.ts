import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { systemClock, systemDisk } from '../../../src/base/index.js';
import { openDatabase } from '../../../src/tsdb/index.js';
import { describeStorageContract } from '../../storage/contract.js';
import { kernelModule, sharedKernels } from '../../support/kernels.js';

describeStorageContract('a database', async ({ outOfOrderWindowMs }) => {
  const directory = await mkdtemp(path.join(tmpdir(), 'tsprom-db-'));
  const storage = await openDatabase({
    directory,
    disk: systemDisk,
    clock: systemClock,
    walSync: 'interval',
    kernelModule: await kernelModule(),
    readerKernels: await sharedKernels(),
    headMaxBytes: 64 << 20,
    maxExemplars: 1000,
    outOfOrderWindowMs,
  });
  return {
    storage,
    async dispose() {
      await storage.close();
      await rm(directory, { recursive: true });
    },
  };
});
