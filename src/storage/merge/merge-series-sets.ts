import type { SeriesColumns } from '../columns.js';
import type { ChunkBytes, ChunkSeriesSet, SeriesSet } from '../contracts.js';
import { compareLabelIds } from '../label-order.js';
import { SeriesRows } from '../series-rows.js';
import type { LabelIds, SymbolTable } from '../symbols.js';
import { mergeChunks } from './merge-chunks.js';
import { mergeColumns } from './merge-columns.js';

export interface MergeOptions {
  /** The table that all sets intern into. */
  readonly symbols: SymbolTable;
  /** Series at most, 0 for all. */
  readonly limit?: number | undefined;
}

/** Sets in label order as one such set; the set named first decides equal times. Closing it closes them. */
export function mergeSeriesSets(sets: readonly SeriesSet[], options: MergeOptions): SeriesSet {
  const [only] = sets;
  if (only !== undefined && sets.length === 1) return only;
  return new MergedSeriesSet(new LabelMerge(sets, options));
}

/** As `mergeSeriesSets`; chunks of different sets that overlap are encoded anew. */
export function mergeChunkSeriesSets(sets: readonly ChunkSeriesSet[], options: MergeOptions): ChunkSeriesSet {
  const [only] = sets;
  if (only !== undefined && sets.length === 1) return only;
  return new MergedChunkSeriesSet(new LabelMerge(sets, options));
}

interface LabelledSet {
  next(): boolean | Promise<boolean>;
  readonly labels: LabelIds;
  readonly warnings: readonly string[];
  close(): void;
}

/** Walks sets in step: after `next` the sets in `current` stand at the least labels, in the order they were named. */
class LabelMerge<Source extends LabelledSet> {
  readonly #sets: readonly Source[];
  readonly #options: MergeOptions;
  /** Sets that stand at a series. */
  #open: Source[] = [];
  #toAdvance: readonly Source[];
  #yielded = 0;
  current: readonly Source[] = [];

  constructor(sets: readonly Source[], options: MergeOptions) {
    this.#sets = sets;
    this.#options = options;
    this.#toAdvance = sets;
  }

  get warnings(): readonly string[] {
    return [...new Set(this.#sets.flatMap((set) => set.warnings))];
  }

  next(): boolean | Promise<boolean> {
    const { limit = 0 } = this.#options;
    if (limit > 0 && this.#yielded >= limit) return false;
    const answers = this.#toAdvance.map((set) => set.next());
    if (answers.some((answer) => typeof answer !== 'boolean'))
      return Promise.all(answers).then((settled) => this.#settle(settled));
    return this.#settle(answers as boolean[]);
  }

  close(): void {
    for (const set of this.#sets) set.close();
  }

  #settle(advanced: readonly boolean[]): boolean {
    const ended = new Set(this.#toAdvance.filter((_, i) => !advanced[i]));
    const started = this.#toAdvance === this.#sets;
    this.#open = (started ? this.#sets : this.#open).filter((set) => !ended.has(set));
    const [first, ...others] = this.#open;
    if (first === undefined) {
      this.#toAdvance = [];
      this.current = [];
      return false;
    }
    let least: Source[] = [first];
    for (const set of others) {
      const order = compareLabelIds(this.#options.symbols, set.labels, (least[0] as Source).labels);
      if (order < 0) least = [set];
      else if (order === 0) least.push(set);
    }
    this.current = least;
    this.#toAdvance = least;
    this.#yielded++;
    return true;
  }
}

class MergedSeriesSet implements SeriesSet {
  readonly #merge: LabelMerge<SeriesSet>;
  #columns: SeriesColumns | undefined;

  constructor(merge: LabelMerge<SeriesSet>) {
    this.#merge = merge;
  }

  next(): boolean | Promise<boolean> {
    this.#columns = undefined;
    return this.#merge.next();
  }

  get labels(): LabelIds {
    return this.#merge.current[0]?.labels ?? new Uint32Array(0);
  }

  get columns(): SeriesColumns {
    this.#columns ??= mergeColumns(this.#merge.current.map((set) => set.columns));
    return this.#columns;
  }

  get warnings(): readonly string[] {
    return this.#merge.warnings;
  }

  close(): void {
    this.#columns = new SeriesRows().columns(0, 0);
    this.#merge.close();
  }
}

class MergedChunkSeriesSet implements ChunkSeriesSet {
  readonly #merge: LabelMerge<ChunkSeriesSet>;
  #chunks: readonly ChunkBytes[] | undefined;

  constructor(merge: LabelMerge<ChunkSeriesSet>) {
    this.#merge = merge;
  }

  next(): boolean | Promise<boolean> {
    this.#chunks = undefined;
    return this.#merge.next();
  }

  get labels(): LabelIds {
    return this.#merge.current[0]?.labels ?? new Uint32Array(0);
  }

  get chunks(): readonly ChunkBytes[] {
    this.#chunks ??= mergeChunks(this.#merge.current.map((set) => set.chunks));
    return this.#chunks;
  }

  get warnings(): readonly string[] {
    return this.#merge.warnings;
  }

  close(): void {
    this.#chunks = [];
    this.#merge.close();
  }
}
