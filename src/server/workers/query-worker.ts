/** The module that a query worker starts with. */
import { parentPort, workerData } from 'node:worker_threads';
import { openDatabaseReader } from '../../tsdb/index.js';
import type { DatabaseSource } from './database-views.js';
import type { QueryWorkerData } from './protocol.js';
import { type OpenReader, runQueryWorker } from './run-query-worker.js';

const openReader: OpenReader = async ({ source, kernels, disk }) => {
  const { view, readerSlot } = source as DatabaseSource;
  const reader = await openDatabaseReader({ view, readerSlot, disk, kernels });
  return {
    querier: (window) => reader.querier(window),
    update: (changed) => reader.update((changed as DatabaseSource).view),
  };
};

// Nothing happens where the module is imported by a thread that has no parent.
if (parentPort !== null) void runQueryWorker(parentPort, workerData as QueryWorkerData, openReader);
