import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { systemClock, systemDisk } from '../../../src/base/index.js';
import { openDatabase } from '../../../src/tsdb/index.js';
import { describeStorageContract } from '../../storage/contract.js';

describeStorageContract('a database', async ({ outOfOrderWindowMs }) => {
  const directory = await mkdtemp(path.join(tmpdir(), 'tsprom-db-'));
  const storage = await openDatabase({
    directory,
    disk: systemDisk,
    clock: systemClock,
    walSync: 'interval',
    store: { outOfOrderWindowMs },
  });
  return {
    storage,
    async dispose() {
      await storage.close();
      await rm(directory, { recursive: true });
    },
  };
});
