import { compareUtf8 } from '../../base/index.js';
import type { LabelIds, SymbolTable } from '../../storage/index.js';
import type { MatchedSeries } from './contracts.js';

const noEntry = -1;

/** The series of all sources, each once, numbered; and where each of them is found. */
export interface JoinedSeries {
  readonly labels: readonly LabelIds[];
  /** Series in the order that was asked for. */
  readonly order: Uint32Array;
  /** Calls `visit` for each source that has the series, in the order of the sources. */
  visit(series: number, visit: (source: number, index: number) => void): void;
  /** Whether `test` says yes of a source that has the series; it is not called again then. */
  some(series: number, test: (source: number, index: number) => boolean): boolean;
}

/**
 * Joins by label ids. A source that has the series in the order of those before it costs one comparison a series;
 * where it differs, the series is looked up in a table.
 */
export function joinSeries(sources: readonly MatchedSeries[]): Join {
  const join = new Join();
  for (const [i, source] of sources.entries()) join.add(i, source);
  return join;
}

export class Join implements JoinedSeries {
  readonly labels: LabelIds[] = [];
  order = new Uint32Array(0);
  #sourceCount = 0;
  /** Entry i: its source, the series' number there, the next entry of the same series. */
  #entries = new Int32Array(3 * 64);
  #entryCount = 0;
  /** Of each series the first and last entry. */
  #ends = new Int32Array(2 * 64);
  #table: LabelTable | undefined;

  add(source: number, matched: MatchedSeries): void {
    const known = this.labels.length;
    let expected = 0;
    for (let index = 0; index < matched.count; index++) {
      let series = expected < known && this.#isExpected(matched, index, expected) ? expected : noEntry;
      if (series === noEntry) {
        const labels = matched.labels(index);
        if (known > 0) series = this.#find(labels);
        if (series === noEntry) series = this.#addSeries(labels);
        else expected = series + 1;
      } else expected = series + 1;
      this.#addEntry(series, source, index);
    }
    this.#sourceCount++;
  }

  /** Numbers as they came, or in the order of labels. */
  arrange(symbols: SymbolTable | undefined): void {
    const { labels } = this;
    this.order = new Uint32Array(labels.length);
    for (let i = 0; i < labels.length; i++) this.order[i] = i;
    if (symbols === undefined) return;
    const ranks = ranksOf(labels, symbols);
    const compare = (a: number, b: number): number =>
      compareRanked(ranks, labels[a] as LabelIds, labels[b] as LabelIds);
    for (let i = 1; i < labels.length; i++) {
      if (compare(i - 1, i) <= 0) continue;
      this.order.sort(compare);
      return;
    }
  }

  visit(series: number, visit: (source: number, index: number) => void): void {
    const entries = this.#entries;
    for (let at = this.#ends[2 * series] as number; at !== noEntry; at = entries[3 * at + 2] as number)
      visit(entries[3 * at] as number, entries[3 * at + 1] as number);
  }

  some(series: number, test: (source: number, index: number) => boolean): boolean {
    const entries = this.#entries;
    for (let at = this.#ends[2 * series] as number; at !== noEntry; at = entries[3 * at + 2] as number)
      if (test(entries[3 * at] as number, entries[3 * at + 1] as number)) return true;
    return false;
  }

  #isExpected(matched: MatchedSeries, index: number, expected: number): boolean {
    const labels = this.labels[expected] as LabelIds;
    return matched.hasLabels?.(index, labels) ?? sameIds(labels, matched.labels(index));
  }

  #find(labels: LabelIds): number {
    this.#table ??= new LabelTable(this.labels);
    return this.#table.find(labels);
  }

  #addSeries(labels: LabelIds): number {
    const series = this.labels.length;
    this.labels.push(labels);
    // A source has no series twice, so that what the first one names need not be found before the second comes.
    if (this.#table !== undefined && this.#sourceCount > 0) this.#table.add(series);
    if (2 * series + 2 > this.#ends.length) this.#ends = doubled(this.#ends);
    this.#ends.fill(noEntry, 2 * series, 2 * series + 2);
    return series;
  }

  #addEntry(series: number, source: number, index: number): void {
    const entry = this.#entryCount++;
    if (3 * entry + 3 > this.#entries.length) this.#entries = doubled(this.#entries);
    this.#entries[3 * entry] = source;
    this.#entries[3 * entry + 1] = index;
    this.#entries[3 * entry + 2] = noEntry;
    const last = this.#ends[2 * series + 1] as number;
    if (last === noEntry) this.#ends[2 * series] = entry;
    else this.#entries[3 * last + 2] = entry;
    this.#ends[2 * series + 1] = entry;
  }
}

/** Series by their labels: open addressing, at most half full. */
class LabelTable {
  readonly #labels: readonly LabelIds[];
  #slots: Int32Array;
  #count = 0;

  constructor(labels: readonly LabelIds[]) {
    this.#labels = labels;
    this.#slots = new Int32Array(2 ** Math.ceil(Math.log2(4 * labels.length + 16))).fill(noEntry);
    for (let series = 0; series < labels.length; series++) this.add(series);
  }

  find(labels: LabelIds): number {
    const slots = this.#slots;
    const mask = slots.length - 1;
    for (let slot = hashIds(labels) & mask; ; slot = (slot + 1) & mask) {
      const series = slots[slot] as number;
      if (series === noEntry || sameIds(this.#labels[series] as LabelIds, labels)) return series;
    }
  }

  add(series: number): void {
    if (2 * ++this.#count > this.#slots.length) {
      const old = this.#slots;
      this.#slots = new Int32Array(2 * old.length).fill(noEntry);
      for (const held of old) if (held !== noEntry) this.#put(held);
    }
    this.#put(series);
  }

  #put(series: number): void {
    const slots = this.#slots;
    const mask = slots.length - 1;
    let slot = hashIds(this.#labels[series] as LabelIds) & mask;
    while (slots[slot] !== noEntry) slot = (slot + 1) & mask;
    slots[slot] = series;
  }
}

function hashIds(labels: LabelIds): number {
  let hash = labels.length;
  for (let i = 0; i < labels.length; i++) {
    hash = Math.imul(hash ^ (labels[i] as number), 0x9e3779b1);
    hash ^= hash >>> 15;
  }
  return hash;
}

function sameIds(a: LabelIds, b: LabelIds): boolean {
  if (a === b) return true;
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

/** The place of each id that is in use among their texts: comparing them is comparing texts. */
function ranksOf(labels: readonly LabelIds[], symbols: SymbolTable): Uint32Array {
  const ranks = new Uint32Array(symbols.size);
  const used: number[] = [];
  for (const ids of labels) {
    for (let i = 0; i < ids.length; i++) {
      const id = ids[i] as number;
      if (ranks[id] !== 0) continue;
      ranks[id] = 1;
      used.push(id);
    }
  }
  used.sort((a, b) => compareUtf8(symbols.text(a), symbols.text(b)));
  for (let i = 0; i < used.length; i++) ranks[used[i] as number] = i + 1;
  return ranks;
}

function compareRanked(ranks: Uint32Array, a: LabelIds, b: LabelIds): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const first = a[i] as number;
    const second = b[i] as number;
    if (first !== second) return (ranks[first] as number) - (ranks[second] as number);
  }
  return a.length - b.length;
}

function doubled(array: Int32Array<ArrayBuffer>): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(2 * array.length);
  larger.set(array);
  return larger;
}
