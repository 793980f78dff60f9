import type { Exemplar, Labels } from '../../model/index.js';
import {
  type AppendOutcome,
  appendOutcome,
  type ExemplarFigures,
  type ExemplarOwner,
  ExemplarRing,
  type ExemplarSeries,
  type LabelRequest,
  type SeriesRef,
} from '../../storage/index.js';
import type { SeriesExemplar } from './contracts.js';

/** The ring of exemplars, by refs of series. */
export class HeadExemplars {
  readonly #ring: ExemplarRing<ExemplarOwner>;
  readonly #owners = new Map<SeriesRef, ExemplarOwner>();
  readonly #labelsOf: (ref: SeriesRef) => Labels | undefined;

  constructor(
    options: { limit: number; outOfOrderWindowMs: number },
    labelsOf: (ref: SeriesRef) => Labels | undefined,
  ) {
    this.#ring = new ExemplarRing(options);
    this.#labelsOf = labelsOf;
  }

  get limit(): number {
    return this.#ring.limit;
  }

  set limit(limit: number) {
    this.#ring.limit = limit;
  }

  set outOfOrderWindowMs(windowMs: number) {
    this.#ring.outOfOrderWindowMs = windowMs;
  }

  get figures(): ExemplarFigures {
    return this.#ring.figures;
  }

  get enabled(): boolean {
    return this.#ring.enabled;
  }

  check(ref: SeriesRef, exemplar: Exemplar): AppendOutcome {
    const owner = this.#owner(ref);
    return owner === undefined ? appendOutcome.unknownSeries : this.#ring.check(owner, exemplar);
  }

  add(ref: SeriesRef, exemplar: Exemplar, commit: number): void {
    const owner = this.#owner(ref);
    if (owner !== undefined) this.#ring.add(owner, exemplar, commit);
  }

  removeSeries(ref: SeriesRef): void {
    const owner = this.#owners.get(ref);
    if (owner === undefined) return;
    this.#owners.delete(ref);
    this.#ring.removeSeries(owner);
  }

  select(request: LabelRequest): readonly ExemplarSeries[] {
    const { mintMs, maxtMs, matcherSets } = request;
    const found = this.#ring.select({ snapshot: Number.POSITIVE_INFINITY, mintMs, maxtMs, matcherSets });
    return found.map(({ series, exemplars }) => ({ labels: series.labels, exemplars }));
  }

  /** In the order of their coming. */
  all(): readonly SeriesExemplar[] {
    const refs = new Map([...this.#owners].map(([ref, owner]) => [owner, ref]));
    return this.#ring.all().flatMap(({ series, exemplar }) => {
      const ref = refs.get(series);
      return ref === undefined ? [] : [{ ref, exemplar }];
    });
  }

  #owner(ref: SeriesRef): ExemplarOwner | undefined {
    let owner = this.#owners.get(ref);
    if (owner !== undefined) return owner;
    const labels = this.#labelsOf(ref);
    if (labels === undefined) return undefined;
    owner = { labels };
    this.#owners.set(ref, owner);
    return owner;
  }
}
