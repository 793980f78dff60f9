import { CorruptionError } from '../../base/index.js';
import type { ChunkBytes, LabelIds } from '../../storage/index.js';
import type { ColumnWriter, MatchedSeries, MatchRequest, SampleSource } from '../select/index.js';

const noLabels: LabelIds = new Uint32Array(0);

/**
 * A source that, where the request asks to be told of damage (`onDamage`), leaves out the series that it lies in, or
 * what is left of their samples, and goes on.
 */
export function tolerantSource(source: SampleSource): SampleSource {
  return {
    window: source.window,
    match(request: MatchRequest) {
      const { onDamage } = request;
      if (onDamage === undefined) return source.match(request);
      const attempt: Attempt = (ask, otherwise) => {
        try {
          return ask();
        } catch (error) {
          if (!(error instanceof CorruptionError)) throw error;
          onDamage(error);
          return otherwise;
        }
      };
      return attempt<MatchedSeries>(() => new TolerantSeries(source.match(request), attempt), noSeries);
    },
    labelNames: (matchers, into) => source.labelNames(matchers, into),
    labelValues: (name, matchers, into) => source.labelValues(name, matchers, into),
    close: () => source.close(),
  };
}

type Attempt = <Answer>(ask: () => Answer, otherwise: Answer) => Answer;

const noSeries: MatchedSeries = {
  count: 0,
  labels: () => noLabels,
  load: () => undefined,
  chunks: () => [],
  close: () => undefined,
};

/** A series whose labels cannot be read has none, and no samples. */
class TolerantSeries implements MatchedSeries {
  readonly #series: MatchedSeries;
  readonly #attempt: Attempt;
  readonly #unreadable = new Set<number>();
  // Absent where the series has none: what it does not know is then found out by reading.
  readonly hasLabels?: (index: number, labels: LabelIds) => boolean;
  readonly overlaps?: (index: number) => boolean;

  constructor(series: MatchedSeries, attempt: Attempt) {
    this.#series = series;
    this.#attempt = attempt;
    const hasLabels = series.hasLabels?.bind(series);
    if (hasLabels !== undefined)
      this.hasLabels = (index, labels) => this.#ofReadable(index, () => hasLabels(index, labels), false);
    const overlaps = series.overlaps?.bind(series);
    if (overlaps !== undefined)
      this.overlaps = (index) => this.#ofReadable(index, () => overlaps(index), false);
  }

  get count(): number {
    return this.#series.count;
  }

  labels(index: number): LabelIds {
    return this.#ofReadable(index, () => this.#series.labels(index), noLabels);
  }

  load(index: number, into: ColumnWriter): void {
    this.#ofReadable(index, () => this.#series.load(index, into), undefined);
  }

  chunks(index: number): readonly ChunkBytes[] {
    return this.#ofReadable(index, () => this.#series.chunks(index), []);
  }

  /** A series that failed once is told of once. */
  #ofReadable<Answer>(index: number, ask: () => Answer, otherwise: Answer): Answer {
    if (this.#unreadable.has(index)) return otherwise;
    this.#unreadable.add(index);
    return this.#attempt(() => {
      const answer = ask();
      this.#unreadable.delete(index);
      return answer;
    }, otherwise);
  }

  close(): void {
    this.#series.close();
  }
}
