import type { Exemplar } from '../../model/index.js';
import type {
  ChunkSeriesSet,
  ExemplarSeries,
  LabelAnswer,
  LabelRequest,
  Querier,
  SelectRequest,
  SeriesSet,
} from '../contracts.js';
import { labelAnswer } from '../label-answer.js';
import { mergeChunkSeriesSets, mergeSeriesSets } from './merge-series-sets.js';
import { SecondaryQuerier } from './secondary-querier.js';

/**
 * Several queriers as one, primaries first. Of equal times the querier named first decides. What fails in a primary
 * fails; what fails in a secondary is a warning, and the answer goes without it. Closing it closes them.
 */
export function mergeQueriers(primaries: readonly Querier[], secondaries: readonly Querier[] = []): Querier {
  const queriers = [...primaries, ...secondaries.map((querier) => new SecondaryQuerier(querier))];
  const [only] = queriers;
  return only !== undefined && queriers.length === 1 ? only : new MergedQuerier(queriers);
}

/** Values of all answers, in order, none twice; their warnings, none twice. */
export function mergeLabelAnswers(answers: readonly LabelAnswer[], limit = 0): LabelAnswer {
  return labelAnswer(
    answers.flatMap((answer) => answer.values),
    { limit, warnings: answers.flatMap((answer) => answer.warnings) },
  );
}

class MergedQuerier implements Querier {
  readonly #queriers: readonly Querier[];

  constructor(queriers: readonly Querier[]) {
    this.#queriers = queriers;
  }

  select(request: SelectRequest): SeriesSet {
    const sorted = { ...request, sorted: true };
    return mergeSeriesSets(
      this.#queriers.map((querier) => querier.select(sorted)),
      request,
    );
  }

  selectChunks(request: SelectRequest): ChunkSeriesSet {
    const sorted = { ...request, sorted: true };
    return mergeChunkSeriesSets(
      this.#queriers.map((querier) => querier.selectChunks(sorted)),
      request,
    );
  }

  async labelNames(request: LabelRequest): Promise<LabelAnswer> {
    const answers = await Promise.all(this.#queriers.map((querier) => querier.labelNames(request)));
    return mergeLabelAnswers(answers, request.limit);
  }

  async labelValues(name: string, request: LabelRequest): Promise<LabelAnswer> {
    const answers = await Promise.all(this.#queriers.map((querier) => querier.labelValues(name, request)));
    return mergeLabelAnswers(answers, request.limit);
  }

  async selectExemplars(request: LabelRequest): Promise<readonly ExemplarSeries[]> {
    const answers = await Promise.all(this.#queriers.map((querier) => querier.selectExemplars(request)));
    const bySeries = new Map<string, { labels: ExemplarSeries['labels']; exemplars: Exemplar[] }>();
    for (const { labels, exemplars } of answers.flat()) {
      const found = bySeries.get(labels.key()) ?? { labels, exemplars: [] };
      found.exemplars.push(...exemplars);
      bySeries.set(labels.key(), found);
    }
    for (const { exemplars } of bySeries.values()) exemplars.sort((a, b) => a.timestampMs - b.timestampMs);
    return [...bySeries.values()].sort((a, b) => a.labels.compare(b.labels));
  }

  close(): void {
    for (const querier of this.#queriers) querier.close();
  }
}
