import { messageOf } from '../../base/index.js';
import type { SeriesColumns } from '../columns.js';
import type {
  ChunkBytes,
  ChunkSeriesSet,
  ExemplarSeries,
  LabelAnswer,
  LabelRequest,
  Querier,
  SelectRequest,
  SeriesSet,
} from '../contracts.js';
import type { LabelIds } from '../symbols.js';

/**
 * A querier whose failures are warnings. When the first step of any of its selections fails, all of them are empty, so
 * that a query has everything from this source or nothing; a failure further on is a failure. Source: storage/secondary.go.
 */
export class SecondaryQuerier implements Querier {
  readonly #querier: Querier;
  readonly #outcome = new SharedOutcome();

  constructor(querier: Querier) {
    this.#querier = querier;
  }

  select(request: SelectRequest): SeriesSet {
    return new BestEffortSeriesSet(this.#querier.select(request), this.#outcome);
  }

  selectChunks(request: SelectRequest): ChunkSeriesSet {
    return new BestEffortChunkSeriesSet(this.#querier.selectChunks(request), this.#outcome);
  }

  labelNames(request: LabelRequest): Promise<LabelAnswer> {
    return orWarning(() => this.#querier.labelNames(request));
  }

  labelValues(name: string, request: LabelRequest): Promise<LabelAnswer> {
    return orWarning(() => this.#querier.labelValues(name, request));
  }

  async selectExemplars(request: LabelRequest): Promise<readonly ExemplarSeries[]> {
    try {
      return await this.#querier.selectExemplars(request);
    } catch {
      return [];
    }
  }

  close(): void {
    this.#querier.close();
  }
}

async function orWarning(ask: () => Promise<LabelAnswer>): Promise<LabelAnswer> {
  try {
    return await ask();
  } catch (error) {
    return { values: [], warnings: [messageOf(error)] };
  }
}

interface Steps {
  next(): boolean | Promise<boolean>;
}

/** Takes the first step of every selection when the first of them is asked for it. */
class SharedOutcome {
  readonly #pending: Steps[] = [];
  readonly #firstSteps = new Map<Steps, boolean>();
  #started: Promise<void> | undefined;
  failure: string | undefined;

  join(set: Steps): void {
    this.#pending.push(set);
  }

  async firstStep(set: Steps): Promise<boolean> {
    this.#started ??= this.#takeFirstSteps();
    await this.#started;
    // A selection that came after the others had begun takes its step alone.
    if (!this.#firstSteps.has(set) && this.failure === undefined) await this.#take(set);
    return this.failure === undefined && this.#firstSteps.get(set) === true;
  }

  async #takeFirstSteps(): Promise<void> {
    await Promise.all(this.#pending.map((set) => this.#take(set)));
  }

  async #take(set: Steps): Promise<void> {
    try {
      this.#firstSteps.set(set, await set.next());
    } catch (error) {
      this.failure ??= messageOf(error);
    }
  }
}

class BestEffortSteps<
  Source extends Steps & { readonly labels: LabelIds; readonly warnings: readonly string[]; close(): void },
> {
  protected readonly set: Source;
  readonly #outcome: SharedOutcome;
  #hasBegun = false;
  #isOver = false;

  constructor(set: Source, outcome: SharedOutcome) {
    this.set = set;
    this.#outcome = outcome;
    outcome.join(set);
  }

  next(): boolean | Promise<boolean> {
    if (this.#isOver) return false;
    if (this.#hasBegun) return this.set.next();
    this.#hasBegun = true;
    return this.#outcome.firstStep(this.set).then((found) => {
      this.#isOver = !found;
      return found;
    });
  }

  get labels(): LabelIds {
    return this.set.labels;
  }

  get warnings(): readonly string[] {
    const { failure } = this.#outcome;
    return failure === undefined ? this.set.warnings : [failure];
  }

  close(): void {
    this.set.close();
  }
}

class BestEffortSeriesSet extends BestEffortSteps<SeriesSet> implements SeriesSet {
  get columns(): SeriesColumns {
    return this.set.columns;
  }
}

class BestEffortChunkSeriesSet extends BestEffortSteps<ChunkSeriesSet> implements ChunkSeriesSet {
  get chunks(): readonly ChunkBytes[] {
    return this.set.chunks;
  }
}
