/** The window kernels over columns in a query's memory. */
import type { KernelScope } from './kernels.js';
import type { WindowReport } from './twins/windows.js';
import { goSeconds, type RateOptions } from './twins/windows-rate.js';
import {
  type ColumnsPlace,
  type RowPlace,
  type WindowGrid,
  type WindowOp,
  type WindowsExports,
  windowOps,
} from './windows.js';

/** Samples or keys that one call looks at: well under 5 ms. */
const defaultBudget = 1 << 19;
const blockBytes = 112;

/** Runs one node's series through kernels. Its memory is the scope's. Kernels write every step of a row's presence. */
export class WindowRunner {
  readonly #scope: KernelScope;
  readonly #kernels: WindowsExports;
  readonly #grid: WindowGrid;
  readonly #betweenSlices: () => void;
  readonly #budget: number;
  readonly #block: number;
  readonly #words: Uint32Array;
  readonly #doubles: Float64Array;
  #resetsAt = 0;
  #resetsBytes = 0;
  #resetCount = 0;
  #keysAt = 0;
  #keysBytes = 0;
  /** Steps that the last operation answered. */
  answered = 0;

  /** `betweenSlices` may throw to end the work. */
  constructor(options: {
    scope: KernelScope;
    grid: WindowGrid;
    /** The scalar argument that kernels read, one value a step. */
    param?: Float64Array | undefined;
    betweenSlices: () => void;
    /** For tests. */
    sliceBudget?: number;
  }) {
    const { scope, grid, param, betweenSlices } = options;
    const { steps } = grid;
    this.#scope = scope;
    this.#kernels = scope.kernels.exports;
    this.#grid = grid;
    this.#betweenSlices = betweenSlices;
    this.#budget = options.sliceBudget ?? defaultBudget;
    const block = scope.alloc(blockBytes);
    const bounds = scope.alloc(8 * steps);
    const params = param === undefined ? 0 : scope.alloc(8 * steps);
    if (param !== undefined) scope.kernels.doubles.set(param, params >>> 3);
    this.#block = block;
    // A view stays good when the memory grows: it is the same shared buffer.
    this.#words = new Uint32Array(scope.kernels.memory.buffer, block, blockBytes / 4);
    this.#doubles = new Float64Array(scope.kernels.memory.buffer, block, blockBytes / 8);
    this.#words[3] = steps;
    this.#doubles.set([grid.firstEndMs, grid.stepMs, grid.rangeMs, grid.firstEvalMs, grid.evalStepMs], 2);
    this.#words[14] = bounds;
    this.#words[15] = params;
  }

  /** The columns hold no stale markers, save for `latest`. They and the row are used until the next call. */
  open(columns: ColumnsPlace, out: RowPlace): void {
    const words = this.#words;
    words[0] = columns.timestamps;
    words[1] = columns.values;
    words[2] = columns.length;
    words[16] = out.valuesAt;
    words[17] = out.presentAt;
  }

  /** The instant selector's samples into the row; says how many. */
  latest(): number {
    return this.#kernels.windowLatest(this.#block);
  }

  reduce(name: WindowOp): WindowReport {
    const { op, minimum } = windowOps[name];
    return this.#run((step) => this.#kernels.windowsReduce(this.#block, op, minimum, step, this.#budget));
  }

  sum(isMean: boolean): WindowReport {
    return this.#run((step) => this.#kernels.windowsSum(this.#block, Number(isMean), step, this.#budget));
  }

  /** Of the quantiles in `param`. */
  quantile(): WindowReport {
    return this.#run((step) => {
      if (step === 0) this.#reserveKeys(16 * (this.#words[20] as number));
      return this.#kernels.windowsQuantile(this.#block, this.#keysAt, step, this.#budget);
    });
  }

  rate({ isCounter, perSecond }: RateOptions): WindowReport {
    if (isCounter) this.#findResets();
    const divisor = perSecond ? goSeconds(this.#grid.rangeMs) : 1;
    const counter = Number(isCounter);
    const count = isCounter ? this.#resetCount : 0;
    return this.#run((step) =>
      this.#kernels.windowsRate(this.#block, counter, divisor, this.#resetsAt, count, step, this.#budget),
    );
  }

  resets(): WindowReport {
    this.#findResets();
    return this.#run(() => {
      this.#kernels.windowsResetCount(this.#block, this.#resetsAt, this.#resetCount);
      return this.#grid.steps;
    });
  }

  #run(slice: (step: number) => number): WindowReport {
    const { steps } = this.#grid;
    this.#kernels.windowBounds(this.#block);
    let step = slice(0);
    while (step < steps) {
      this.#betweenSlices();
      step = slice(step);
    }
    this.answered = this.#words[18] as number;
    const total = this.#doubles[12] as number;
    return { most: this.#words[20] as number, total, read: this.#samplesRead(total) };
  }

  /** Samples that a window had and the one before it had not, all added up; as `samplesRead` of the twins. */
  #samplesRead(total: number): number {
    const { stepMs, rangeMs, steps } = this.#grid;
    if (stepMs >= rangeMs || steps === 0) return total;
    const firstFrom = this.#scope.kernels.words[(this.#words[14] as number) >>> 2] as number;
    return (this.#words[22] as number) - firstFrom;
  }

  #findResets(): void {
    this.#resetCount = this.#kernels.windowResets(this.#block, 0);
    if (this.#resetCount === 0) return;
    const bytes = 4 * this.#resetCount;
    if (bytes > this.#resetsBytes) {
      if (this.#resetsBytes > 0) this.#scope.free(this.#resetsAt);
      this.#resetsBytes = 0;
      this.#resetsAt = this.#scope.alloc(2 * bytes);
      this.#resetsBytes = 2 * bytes;
    }
    this.#kernels.windowResets(this.#block, this.#resetsAt);
  }

  #reserveKeys(bytes: number): void {
    if (bytes <= this.#keysBytes) return;
    if (this.#keysBytes > 0) this.#scope.free(this.#keysAt);
    this.#keysBytes = 0;
    this.#keysAt = this.#scope.alloc(2 * bytes);
    this.#keysBytes = 2 * bytes;
  }
}
