/** The inside of the maintenance worker: jobs one after the other, with kernels on a memory of its own. */
import type { MessagePort } from 'node:worker_threads';
import { type Disk, errnoOf, messageOf, systemDisk } from '../../base/index.js';
import { Kernels, reserveMemory } from '../../kernels/index.js';
import { lowerPriority } from './lower-priority.js';
import type { FromMaintenance, MaintenanceWorkerData, ToMaintenance } from './maintenance-thread.js';

/** Does a job on whatever thread it is called; answers plain data. */
export type RunJob = (job: unknown, parts: { readonly disk: Disk; readonly kernels: Kernels }) => unknown;

export function runMaintenanceWorker(port: MessagePort, data: MaintenanceWorkerData, run: RunJob): void {
  lowerPriority();
  const post = (message: FromMaintenance): void => port.postMessage(message);
  let kernels: Kernels | undefined;
  const takeJob = async ({ id, job }: ToMaintenance): Promise<void> => {
    try {
      const { module, memoryBytes } = data;
      kernels ??= new Kernels(module, reserveMemory({ maxBytes: memoryBytes }), memoryBytes);
      post({ id, ok: true, result: await run(job, { disk: systemDisk, kernels }) });
    } catch (error) {
      post({ id, ok: false, message: messageOf(error), code: errnoOf(error) });
    }
  };
  let last = Promise.resolve();
  port.on('message', (message: ToMaintenance) => {
    last = last.then(() => takeJob(message));
  });
}
