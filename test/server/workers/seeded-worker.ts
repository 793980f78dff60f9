/** A query worker over a store of its own, with series that make trouble when they are selected. */
import { parentPort, workerData } from 'node:worker_threads';
import { systemClock } from '../../../src/base/index.js';
import type { QueryWorkerData } from '../../../src/server/workers/protocol.js';
import { type QueryReader, runQueryWorker } from '../../../src/server/workers/run-query-worker.js';
import type { Querier, SelectRequest, SeriesSet, Storage } from '../../../src/storage/index.js';
import { type StoreSeed, seededStore } from './seeded-store.js';

function nameOf({ matchers }: SelectRequest): string {
  return matchers.find(({ name }) => name === '__name__')?.value ?? '';
}

/** Each series of `slow` takes a second to come. */
function slowly(set: SeriesSet): SeriesSet {
  return {
    next: async () => {
      await systemClock.sleep(1000);
      return set.next();
    },
    get labels() {
      return set.labels;
    },
    get columns() {
      return set.columns;
    },
    warnings: set.warnings,
    close: () => set.close(),
  };
}

/** Neither looks at the time nor at a cancellation. */
function spin(ms: number): void {
  const endMs = systemClock.monotonicMs() + ms;
  while (systemClock.monotonicMs() < endMs);
}

function fillHeap(): void {
  const kept: number[][] = [];
  for (;;) kept.push(Array.from({ length: 10_000 }, (_, i) => i + 0.5));
}

function troubled(querier: Querier): Querier {
  return {
    select(request) {
      const set = querier.select(request);
      switch (nameOf(request)) {
        case 'slow':
          return slowly(set);
        case 'busy':
          spin(60_000);
          return set;
        case 'die':
          process.exit(7);
          break;
        case 'greedy':
          fillHeap();
      }
      return set;
    },
    selectChunks: (request) => querier.selectChunks(request),
    labelNames: (request) => querier.labelNames(request),
    labelValues: (name, request) => querier.labelValues(name, request),
    selectExemplars: (request) => querier.selectExemplars(request),
    close: () => querier.close(),
  };
}

async function open(source: StoreSeed): Promise<QueryReader> {
  if (source.series < 0) throw new Error('there is no such store');
  let store: Storage = await seededStore(source);
  return {
    querier: (window) => troubled(store.querier(window)),
    async update(changed) {
      store = await seededStore(changed as StoreSeed);
    },
  };
}

if (parentPort !== null) {
  void runQueryWorker(parentPort, workerData as QueryWorkerData, ({ source }) => open(source as StoreSeed));
}
