import { messageOf } from '../../base/index.js';
import { KernelMemoryError } from '../../kernels/index.js';
import type { LabelIds, SeriesColumns, SeriesSet } from '../../storage/index.js';
import { QueryError } from '../errors.js';
import type { SelectorPlan } from '../planner/index.js';
import type { Evaluation } from './evaluation.js';
import { type Row, RowMaker } from './rows.js';

/** Rows one at a time, in the order the source yields series. */
export interface RowStream {
  next(): boolean | Promise<boolean>;
  /** Valid until the next call of `next`, unless taken by `detach`. */
  readonly row: Row;
  /** Gives the row away; it will not be written again. */
  detach(): Row;
  /** Samples held on behalf of the rows so far; whoever ends with them releases them. */
  readonly held: number;
  close(): void;
}

/** Writes a series' row; says how many samples it holds. */
export type FillRow = (labels: LabelIds, columns: SeriesColumns, row: Row) => number;

/** Opens the selector's series; the window must not be empty. */
export function openSeries(evaluation: Evaluation, selector: SelectorPlan): SeriesSet | undefined {
  if (evaluation.querier === undefined || selector.window.maxtMs < selector.window.mintMs) return undefined;
  return evaluation.querier.select({
    matchers: selector.matchers,
    mintMs: selector.window.mintMs,
    maxtMs: selector.window.maxtMs,
    symbols: evaluation.labels.symbols,
    sorted: false,
    hints: selector.hints,
    scope: evaluation.scope,
  });
}

/** A stored series at a time becomes a row. */
export class SeriesRowStream implements RowStream {
  readonly #evaluation: Evaluation;
  readonly #set: SeriesSet | undefined;
  readonly #fill: FillRow;
  readonly #maker: RowMaker;
  readonly #steps: number;
  row: Row;
  held = 0;

  constructor(options: { evaluation: Evaluation; selector: SelectorPlan; steps: number; fill: FillRow }) {
    this.#evaluation = options.evaluation;
    this.#steps = options.steps;
    this.#fill = options.fill;
    this.#maker = new RowMaker(options.steps, options.evaluation.scope);
    this.row = this.#maker.make(new Uint32Array(0), false);
    this.#set = options.steps === 0 ? undefined : openSeries(options.evaluation, options.selector);
  }

  next(): boolean | Promise<boolean> {
    const set = this.#set;
    if (set === undefined) return false;
    for (;;) {
      const pause = this.#evaluation.guard.checkpoint();
      if (pause !== undefined) return this.#nextAfter(pause, set);
      let more: boolean | Promise<boolean>;
      try {
        more = set.next();
      } catch (error) {
        throw expandingFailed(error);
      }
      if (typeof more !== 'boolean') return this.#nextWhen(more, set);
      if (!more) return this.#end(set);
      if (this.#take(set)) return true;
    }
  }

  async #nextAfter(pause: Promise<void>, set: SeriesSet): Promise<boolean> {
    await pause;
    return this.#nextWhen(
      Promise.resolve().then(() => set.next()),
      set,
    );
  }

  async #nextWhen(pending: Promise<boolean>, set: SeriesSet): Promise<boolean> {
    let more: boolean;
    try {
      more = await pending;
    } catch (error) {
      throw expandingFailed(error);
    }
    if (!more) return this.#end(set);
    return this.#take(set) || this.next();
  }

  #take(set: SeriesSet): boolean {
    const { row } = this;
    row.histograms = undefined;
    const samples = this.#fill(set.labels, set.columns, row);
    if (samples === 0) return false;
    this.held += samples;
    this.#evaluation.guard.hold(samples);
    return true;
  }

  #end(set: SeriesSet): boolean {
    for (const warning of set.warnings) this.#evaluation.annotations.addStorageWarning(warning);
    return false;
  }

  detach(): Row {
    const { row } = this;
    this.#evaluation.guard.holdCells(this.#steps);
    this.row = this.#maker.make(row.labels, false);
    return row;
  }

  close(): void {
    this.#set?.close();
  }
}

/** Rows that are at hand already. */
export class HeldRowStream implements RowStream {
  readonly #rows: readonly Row[];
  #next = 0;
  readonly held: number;

  constructor(rows: readonly Row[], held: number) {
    this.#rows = rows;
    this.held = held;
  }

  next(): boolean {
    this.#next++;
    return this.#next <= this.#rows.length;
  }

  get row(): Row {
    return this.#rows[this.#next - 1] as Row;
  }

  detach(): Row {
    return this.row;
  }

  close(): void {}
}

export function expandingFailed(error: unknown): unknown {
  if (error instanceof QueryError || error instanceof KernelMemoryError) return error;
  return new QueryError('execution', `expanding series: ${messageOf(error)}`, { cause: error });
}
