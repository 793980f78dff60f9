/** Running state of groups in a query's memory (assembly/aggregations.ts). */

export interface AggregationsExports {
  aggregateBytes(op: number, steps: number): number;
  aggregateAdd(
    op: number,
    group: number,
    steps: number,
    values: number,
    present: number,
    fromStep: number,
    toStep: number,
  ): void;
  aggregateFinish(op: number, group: number, steps: number, outValues: number, outPresent: number): number;
}

/** Numbers of the operations. */
export const aggregateOps = {
  sum: 0,
  avg: 1,
  min: 2,
  max: 3,
  count: 4,
  stdvar: 5,
  stddev: 6,
  group: 7,
} as const;
