/** The module that the maintenance worker starts with. */
import { parentPort, workerData } from 'node:worker_threads';
import { type MaintenanceJob, runMaintenance } from '../../tsdb/index.js';
import type { MaintenanceWorkerData } from './maintenance-thread.js';
import { runMaintenanceWorker } from './run-maintenance-worker.js';

if (parentPort !== null) {
  runMaintenanceWorker(parentPort, workerData as MaintenanceWorkerData, (job, parts) =>
    runMaintenance(job as MaintenanceJob, parts),
  );
}
