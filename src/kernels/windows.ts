/** What the window kernels (assembly/windows*.ts) take; `WindowRunner` calls them. */

export interface WindowsExports {
  windowBounds(block: number): void;
  windowLatest(block: number): number;
  staleCount(values: number, length: number): number;
  dropStale(
    timestamps: number,
    values: number,
    length: number,
    outTimestamps: number,
    outValues: number,
  ): number;
  windowsReduce(block: number, op: number, minimum: number, firstStep: number, budget: number): number;
  windowsSum(block: number, isMean: number, firstStep: number, budget: number): number;
  windowsQuantile(block: number, keys: number, firstStep: number, budget: number): number;
  windowResets(block: number, out: number): number;
  windowsResetCount(block: number, resets: number, resetCount: number): void;
  windowsRate(
    block: number,
    isCounter: number,
    divisor: number,
    resets: number,
    resetCount: number,
    firstStep: number,
    budget: number,
  ): number;
}

/** Operations of `windowsReduce` and how many samples a window must hold for a result. */
export const windowOps = {
  count: { op: 0, minimum: 1 },
  present: { op: 1, minimum: 1 },
  min: { op: 2, minimum: 1 },
  max: { op: 3, minimum: 1 },
  stdvar: { op: 4, minimum: 1 },
  stddev: { op: 5, minimum: 1 },
  first: { op: 6, minimum: 1 },
  last: { op: 7, minimum: 1 },
  'first time': { op: 8, minimum: 1 },
  'last time': { op: 9, minimum: 1 },
  'time of min': { op: 10, minimum: 1 },
  'time of max': { op: 11, minimum: 1 },
  changes: { op: 12, minimum: 1 },
  irate: { op: 13, minimum: 2 },
  idelta: { op: 14, minimum: 2 },
  deriv: { op: 15, minimum: 2 },
  'predict linear': { op: 16, minimum: 2 },
} as const;
export type WindowOp = keyof typeof windowOps;

/** The windows of all series of one node; see `WindowInput` for what the fields mean. */
export interface WindowGrid {
  readonly firstEndMs: number;
  readonly stepMs: number;
  readonly steps: number;
  /** The lookback of an instant selector. */
  readonly rangeMs: number;
  readonly firstEvalMs: number;
  readonly evalStepMs: number;
}

/** Addresses of a series' columns of doubles. */
export interface ColumnsPlace {
  readonly timestamps: number;
  readonly values: number;
  readonly length: number;
}

/** Addresses of a row's first step: doubles, and a byte of presence each. */
export interface RowPlace {
  readonly valuesAt: number;
  readonly presentAt: number;
}
