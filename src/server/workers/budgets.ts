/**
 * The table of memory budgets of all threads but the head's (`--storage.head.max-memory`). Each is a bound, not a
 * reservation: memory of kernels costs nothing before it is used.
 *
 * | what                         | bytes                                                                        |
 * | ---------------------------- | ---------------------------------------------------------------------------- |
 * | all queries together         | half of the machine                                                          |
 * | one query (on a worker)      | `--query.max-memory`, at most its worker's share of what all queries have    |
 * | one query on the main thread | 64 MiB, at most what one on a worker has: small ones alone run there         |
 * | answer pieces                | 1 MiB a worker: four slots of 256 KiB                                        |
 * | JavaScript heap              | 512 MiB a worker                                                             |
 * | maintenance                  | 512 MiB of kernels' memory, 512 MiB of heap                                  |
 *
 * A worker whose memory has grown past an eighth of a query's budget, 64 MiB at least, is replaced after its query.
 */
export interface Budgets {
  readonly maxWorkers: number;
  readonly queryBytes: number;
  readonly mainQueryBytes: number;
  readonly replaceAboveBytes: number;
  readonly workerHeapBytes: number;
  readonly maintenanceBytes: number;
  readonly maintenanceHeapBytes: number;
}

const mebibyte = 2 ** 20;
/** The whole address space of kernels. */
const mostBytes = 65_535 * 65_536;
const leastQueryBytes = 16 * mebibyte;

export function planBudgets(machine: {
  readonly processors: number;
  readonly memoryBytes: number;
  readonly queryMaxBytes: number;
}): Budgets {
  // Workers stand apart from each other first, so that a long query leaves room for others; then they add speed.
  const maxWorkers = Math.min(16, Math.max(3, machine.processors - 1));
  const share = Math.floor(machine.memoryBytes / 2 / maxWorkers);
  const queryBytes = Math.max(leastQueryBytes, Math.min(machine.queryMaxBytes, share, mostBytes));
  return {
    maxWorkers,
    queryBytes,
    mainQueryBytes: Math.min(64 * mebibyte, queryBytes),
    replaceAboveBytes: Math.max(64 * mebibyte, queryBytes / 8),
    workerHeapBytes: 512 * mebibyte,
    maintenanceBytes: 512 * mebibyte,
    maintenanceHeapBytes: 512 * mebibyte,
  };
}
