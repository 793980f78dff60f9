import { compareUtf8 } from '../../base/index.js';
import type { Matcher } from '../../model/index.js';
import type { SeriesColumns } from '../columns.js';
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
import { SeriesRows } from '../series-rows.js';
import type { LabelIds } from '../symbols.js';
import { MemoryChunkSeriesSet } from './memory-chunks.js';
import type { MemoryHead } from './memory-head.js';
import type { MemorySeries } from './memory-series.js';
import type { Postings } from './postings.js';
import type { SeriesWalk } from './series-walk.js';

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
    return new MemorySeriesSet({
      series: this.#selectSeries(request),
      snapshot: this.#snapshot,
      window: this.#narrow(request),
      symbols: request.symbols,
      limit: request.limit ?? 0,
    });
  }

  selectChunks(request: SelectRequest): ChunkSeriesSet {
    return new MemoryChunkSeriesSet({
      series: this.#selectSeries(request),
      snapshot: this.#snapshot,
      window: this.#narrow(request),
      symbols: request.symbols,
      limit: request.limit ?? 0,
    });
  }

  async labelNames(request: LabelRequest): Promise<LabelAnswer> {
    if (!this.#covers(request)) return answer([], request);
    const names = new Set<string>();
    if (request.matcherSets.length === 0) {
      for (const name of this.#head.index.names)
        if (this.#anyVisible(this.#head.index.values(name).values())) names.add(name);
    } else {
      for (const series of this.#matching(request.matcherSets))
        for (const [name] of series.labels) names.add(name);
    }
    return answer(names, request);
  }

  async labelValues(name: string, request: LabelRequest): Promise<LabelAnswer> {
    if (!this.#covers(request)) return answer([], request);
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
    return answer(values, request);
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

  #selectSeries(request: SelectRequest): readonly MemorySeries[] {
    const series = this.#visible(this.#head.index.select(request.matchers));
    return request.sorted ? this.#head.sortByLabels(series) : series;
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

class MemorySeriesSet implements SeriesSet {
  readonly warnings: readonly string[] = [];
  labels: LabelIds = new Uint32Array(0);
  columns: SeriesColumns = new SeriesRows().columns(0, 0);
  readonly #walk: SeriesWalk;
  #at = 0;
  #yielded = 0;

  constructor(walk: SeriesWalk) {
    this.#walk = walk;
  }

  /** Series without a row in the window are passed over. */
  next(): boolean {
    const { series: list, snapshot, window, symbols, limit } = this.#walk;
    if (limit > 0 && this.#yielded >= limit) return false;
    while (this.#at < list.length) {
      const series = list[this.#at++] as MemorySeries;
      const { rows, length } = series.visibleAt(snapshot);
      const from = rows.rowAtOrAfter(window.mintMs, length);
      let to = length;
      if (to > from && (rows.timestamps[to - 1] as number) > window.maxtMs)
        to = rows.rowAfter(window.maxtMs, length);
      if (to <= from) continue;
      this.labels = symbols.internLabels(series.labels);
      this.columns = rows.columns(from, to);
      this.#yielded++;
      return true;
    }
    return false;
  }

  close(): void {
    this.#at = this.#walk.series.length;
  }
}

function answer(values: Iterable<string>, request: LabelRequest): LabelAnswer {
  const sorted = [...values].sort(compareUtf8);
  const limit = request.limit ?? 0;
  return { values: limit > 0 ? sorted.slice(0, limit) : sorted, warnings: [] };
}
