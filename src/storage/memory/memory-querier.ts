import type { Matcher } from '../../model/index.js';
import type {
  ChunkSeriesSet,
  ExemplarSeries,
  LabelAnswer,
  LabelRequest,
  Querier,
  SelectRequest,
  SeriesRef,
  SeriesSet,
  TimeWindow,
} from '../contracts.js';
import { labelAnswer } from '../label-answer.js';
import type { MemoryHead } from './memory-head.js';
import type { MemorySeries } from './memory-series.js';
import { MemoryChunkSeriesSet, MemorySeriesSet, type SeriesWalkOptions } from './memory-series-sets.js';
import type { Postings } from './postings.js';

export class MemoryQuerier implements Querier {
  readonly #head: MemoryHead;
  readonly #window: TimeWindow;
  readonly #snapshot: number;
  /** Whether the window meets the samples that were there; labels are answered for the whole store or not at all. */
  readonly #meetsSamples: boolean;
  #closed = false;

  constructor(head: MemoryHead, window: TimeWindow) {
    this.#head = head;
    this.#window = window;
    this.#snapshot = head.openSnapshot();
    this.#meetsSamples = window.mintMs <= head.maxtMs && window.maxtMs >= head.mintMs;
  }

  select(request: SelectRequest): SeriesSet {
    return new MemorySeriesSet(this.#walkOf(request));
  }

  selectChunks(request: SelectRequest): ChunkSeriesSet {
    return new MemoryChunkSeriesSet(this.#walkOf(request));
  }

  async labelNames(request: LabelRequest): Promise<LabelAnswer> {
    if (!this.#covers(request)) return labelAnswer([]);
    const names = new Set<string>();
    if (request.matcherSets.length === 0) {
      for (const name of this.#head.index.names)
        if (this.#anyVisible(this.#head.index.values(name).values())) names.add(name);
    } else {
      for (const series of this.#matching(request.matcherSets))
        for (const [name] of series.labels) names.add(name);
    }
    return labelAnswer(names, request);
  }

  async labelValues(name: string, request: LabelRequest): Promise<LabelAnswer> {
    if (!this.#covers(request)) return labelAnswer([]);
    const values = new Set<string>();
    const ownMatchers = request.matcherSets.every((set) => set.every((matcher) => matcher.name === name));
    if (ownMatchers) {
      for (const [value, postings] of this.#head.index.values(name)) {
        const passes = (set: readonly Matcher[]): boolean => set.every((matcher) => matcher.matches(value));
        if (request.matcherSets.length > 0 && !request.matcherSets.some(passes)) continue;
        if (this.#anyVisible([postings])) values.add(value);
      }
    } else {
      for (const series of this.#matching(request.matcherSets)) {
        const value = series.labels.get(name);
        if (value !== '') values.add(value);
      }
    }
    return labelAnswer(values, request);
  }

  async selectExemplars(request: LabelRequest): Promise<readonly ExemplarSeries[]> {
    const { mintMs, maxtMs } = this.#narrow(request);
    const { matcherSets } = request;
    const found = this.#head.exemplars.select({ snapshot: this.#snapshot, mintMs, maxtMs, matcherSets });
    return found.map(({ series, exemplars }) => ({ labels: series.labels, exemplars }));
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#head.closeSnapshot(this.#snapshot);
  }

  #narrow(window: TimeWindow): TimeWindow {
    return {
      mintMs: Math.max(window.mintMs, this.#window.mintMs),
      maxtMs: Math.min(window.maxtMs, this.#window.maxtMs),
    };
  }

  #covers(request: LabelRequest): boolean {
    const { mintMs, maxtMs } = this.#narrow(request);
    return this.#meetsSamples && mintMs <= this.#head.maxtMs && maxtMs >= this.#head.mintMs;
  }

  #walkOf(request: SelectRequest): SeriesWalkOptions {
    const series = this.#visible(this.#head.index.select(request.matchers));
    return {
      series: request.sorted ? this.#head.sortByLabels(series) : series,
      snapshot: this.#snapshot,
      window: this.#narrow(request),
      symbols: request.symbols,
      limit: request.limit ?? 0,
    };
  }

  #matching(matcherSets: readonly (readonly Matcher[])[]): Set<MemorySeries> {
    const found = new Set<MemorySeries>();
    for (const matchers of matcherSets)
      for (const series of this.#visible(this.#head.index.select(matchers))) found.add(series);
    return found;
  }

  #visible(postings: Postings): MemorySeries[] {
    const visible: MemorySeries[] = [];
    for (let i = 0; i < postings.length; i++) {
      const series = this.#head.seriesOf(postings[i] as number);
      if (series !== undefined && series.firstCommit <= this.#snapshot) visible.push(series);
    }
    return visible;
  }

  #anyVisible(lists: Iterable<Postings>): boolean {
    for (const postings of lists) {
      for (let i = 0; i < postings.length; i++) {
        const series = this.#head.seriesOf(postings[i] as SeriesRef);
        if (series !== undefined && series.firstCommit <= this.#snapshot) return true;
      }
    }
    return false;
  }
}
