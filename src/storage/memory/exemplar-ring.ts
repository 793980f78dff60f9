import type { Exemplar, Labels, Matcher } from '../../model/index.js';
import { type AppendOutcome, appendOutcome } from '../contracts.js';

/** Names and values of an exemplar's labels together, in characters; the limit of OpenMetrics. */
const maxLabelLength = 128;

/** The series of an exemplar: one object as long as the series lives. */
export interface ExemplarOwner {
  readonly labels: Labels;
}

/** How full a ring is. */
export interface ExemplarFigures {
  readonly exemplars: number;
  readonly series: number;
  /** 0 where there is none. */
  readonly oldestMs: number;
}

interface Entry<Series extends ExemplarOwner> {
  readonly series: Series;
  readonly exemplar: Exemplar;
  readonly commit: number;
}

/** The last `limit` exemplars of all series; the one that came first leaves first. Source: tsdb/exemplar.go. */
export class ExemplarRing<Series extends ExemplarOwner = ExemplarOwner> {
  #limit: number;
  /** From the next exemplar on. */
  outOfOrderWindowMs: number;
  #ring: Entry<Series>[] = [];
  #next = 0;
  /** Each in rising time. */
  readonly #bySeries = new Map<Series, Entry<Series>[]>();

  constructor(options: { limit: number; outOfOrderWindowMs: number }) {
    this.#limit = options.limit;
    this.outOfOrderWindowMs = options.outOfOrderWindowMs;
  }

  get limit(): number {
    return this.#limit;
  }

  /** Keeps the newest. */
  set limit(limit: number) {
    const oldestFirst = this.#oldestFirst();
    const kept = limit > 0 ? oldestFirst.slice(-limit) : [];
    for (const entry of oldestFirst.slice(0, oldestFirst.length - kept.length)) this.#forget(entry);
    this.#limit = limit;
    this.#ring = kept;
    this.#next = kept.length === limit ? 0 : kept.length;
  }

  #oldestFirst(): Entry<Series>[] {
    return [...this.#ring.slice(this.#next), ...this.#ring.slice(0, this.#next)];
  }

  /** Those that are found, in the order of their coming. */
  all(): readonly { readonly series: Series; readonly exemplar: Exemplar }[] {
    return this.#oldestFirst().filter(({ series }) => this.#bySeries.has(series));
  }

  /** Places whose series is gone count until they are taken. */
  get figures(): ExemplarFigures {
    const oldest = this.#ring[this.#next] ?? this.#ring[0];
    return {
      exemplars: this.#ring.length,
      series: this.#bySeries.size,
      oldestMs: oldest?.exemplar.timestampMs ?? 0,
    };
  }

  get enabled(): boolean {
    return this.#limit > 0;
  }

  /** `duplicate` for the newest once more, which upstream drops in silence; `limit` for labels that are too long. */
  check(series: Series, exemplar: Exemplar): AppendOutcome {
    let length = 0;
    for (const part of exemplar.labels.pairs) for (const _ of part) length++;
    if (length > maxLabelLength) return appendOutcome.limit;
    const newest = this.#bySeries.get(series)?.at(-1)?.exemplar;
    if (newest === undefined) return appendOutcome.accepted;
    if (sameExemplar(newest, exemplar)) return appendOutcome.duplicate;
    const ageMs = newest.timestampMs - exemplar.timestampMs;
    if (ageMs > 0 && ageMs >= this.outOfOrderWindowMs) return appendOutcome.outOfOrder;
    if (ageMs !== 0) return appendOutcome.accepted;
    const behind =
      exemplar.value < newest.value ||
      (exemplar.value === newest.value && exemplar.labels.hash() < newest.labels.hash());
    return behind ? appendOutcome.outOfOrder : appendOutcome.accepted;
  }

  add(series: Series, exemplar: Exemplar, commit: number): void {
    if (!this.enabled || this.check(series, exemplar) !== appendOutcome.accepted) return;
    let entries = this.#bySeries.get(series);
    if (entries === undefined) {
      entries = [];
      this.#bySeries.set(series, entries);
    }
    let at = entries.length;
    while (at > 0 && (entries[at - 1] as Entry<Series>).exemplar.timestampMs > exemplar.timestampMs) at--;
    const late = at < entries.length;
    if (late && entries[at - 1]?.exemplar.timestampMs === exemplar.timestampMs) return;
    const entry = { series, exemplar, commit };
    entries.splice(at, 0, entry);
    const evicted = this.#ring[this.#next];
    this.#ring[this.#next] = entry;
    this.#next = (this.#next + 1) % this.#limit;
    if (evicted !== undefined) this.#forget(evicted);
  }

  /** Its exemplars are found no more; their places in the ring are taken in their turn. */
  removeSeries(series: Series): void {
    this.#bySeries.delete(series);
  }

  select(request: {
    snapshot: number;
    mintMs: number;
    maxtMs: number;
    matcherSets: readonly (readonly Matcher[])[];
  }): { series: Series; exemplars: Exemplar[] }[] {
    const { snapshot, mintMs, maxtMs, matcherSets } = request;
    const found: { series: Series; exemplars: Exemplar[] }[] = [];
    for (const [series, entries] of this.#bySeries) {
      const passes = (matchers: readonly Matcher[]): boolean =>
        matchers.every((matcher) => matcher.matches(series.labels.get(matcher.name)));
      if (matcherSets.length > 0 && !matcherSets.some(passes)) continue;
      const exemplars = entries
        .filter(({ commit, exemplar }) => {
          const { timestampMs } = exemplar;
          return commit <= snapshot && timestampMs >= mintMs && timestampMs <= maxtMs;
        })
        .map(({ exemplar }) => exemplar);
      if (exemplars.length > 0) found.push({ series, exemplars });
    }
    return found.sort((a, b) => a.series.labels.compare(b.series.labels));
  }

  #forget(entry: Entry<Series>): void {
    const entries = this.#bySeries.get(entry.series) ?? [];
    const at = entries.indexOf(entry);
    if (at >= 0) entries.splice(at, 1);
    if (entries.length === 0) this.#bySeries.delete(entry.series);
  }
}

function sameExemplar(a: Exemplar, b: Exemplar): boolean {
  if (!a.labels.equals(b.labels)) return false;
  if ((a.hasTimestamp || b.hasTimestamp) && a.timestampMs !== b.timestampMs) return false;
  return a.value === b.value;
}
