/** A maintenance worker whose jobs are named by what they do. */
import { parentPort, workerData } from 'node:worker_threads';
import { systemClock } from '../../../src/base/index.js';
import type { MaintenanceWorkerData } from '../../../src/server/workers/maintenance-thread.js';
import { runMaintenanceWorker } from '../../../src/server/workers/run-maintenance-worker.js';

if (parentPort !== null) {
  runMaintenanceWorker(parentPort, workerData as MaintenanceWorkerData, async (job, { kernels }) => {
    switch (job) {
      case 'die':
        return process.exit(3);
      case 'throw':
        throw Object.assign(new Error('no space left on device'), { code: 'ENOSPC' });
      case 'wait':
        await systemClock.sleep(100);
        return 'waited';
      default:
        return { job, at: kernels.alloc(16) };
    }
  });
}
