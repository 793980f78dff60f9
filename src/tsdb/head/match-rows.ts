/** Which series pass matchers: candidates from the postings of the most telling matcher, the others on each one's labels. */
import type { Matcher } from '../../model/index.js';
import type { HeadTexts } from './head-texts.js';
import { control, type HeadViews, pair } from './layout.js';
import type { RowReader } from './read-row.js';

const mostTries = 50_000_000;

export class RowMatcher {
  readonly #views: HeadViews;
  readonly #texts: HeadTexts;
  readonly #reader: RowReader;

  constructor(views: HeadViews, texts: HeadTexts, reader: RowReader) {
    this.#views = views;
    this.#texts = texts;
    this.#reader = reader;
  }

  /**
   * Calls back with each row that passes; the row reader stands at it. Rows without a sample that is seen are passed
   * over.
   */
  each(matchers: readonly Matcher[], visit: (row: number) => void): void {
    const candidates = this.#candidates(matchers);
    if (candidates === undefined) return;
    const tests = matchers
      .filter((matcher) => matcher !== candidates.matcher)
      .map((matcher) => new PairTest(matcher, this.#texts));
    const reader = this.#reader;
    const visitRow = (row: number): void => {
      reader.read(row);
      if (reader.labelCount === 0) return;
      for (const test of tests) if (!this.#passes(test)) return;
      if (reader.isVisible) visit(row);
    };
    if (candidates.pairs === undefined) {
      const limit = this.#views.loadWord(this.#views.layout.control + control.rowLimit);
      for (let row = 0; row < limit; row++) visitRow(row);
      return;
    }
    for (const pairAt of candidates.pairs) for (const row of this.postings(pairAt)) visitRow(row);
  }

  #passes(test: PairTest): boolean {
    const { labelsAt, labelCount } = this.#reader;
    for (let i = 0; i < labelCount; i++) {
      const pairAt = this.#views.word(labelsAt + i * 4);
      if (this.#texts.nameOf(pairAt) === test.nameSymbol) return test.passes(pairAt);
    }
    return test.passesAbsent;
  }

  /** Undefined where nothing can pass; without `pairs` all rows are candidates. */
  #candidates(matchers: readonly Matcher[]): { matcher?: Matcher; pairs?: number[] } | undefined {
    let best: { matcher: Matcher; pairs: number[]; count: number } | undefined;
    const consider = (matcher: Matcher, pairs: number[]): void => {
      let count = 0;
      for (const pairAt of pairs) count += this.#views.loadWord(pairAt + pair.count);
      if (best === undefined || count < best.count) best = { matcher, pairs, count };
    };
    for (const matcher of matchers) {
      const named = namedValues(matcher);
      if (named === undefined) continue;
      const pairs = this.#pairsOf(matcher.name, named);
      if (pairs.length === 0) return undefined;
      consider(matcher, pairs);
    }
    if (best !== undefined) return best;
    for (const matcher of matchers) {
      if (matcher.matchesEmpty) continue;
      consider(matcher, this.passingPairs(matcher));
    }
    return best ?? {};
  }

  #pairsOf(name: string, values: readonly string[]): number[] {
    const nameSymbol = this.#texts.findSymbol(name);
    const pairs: number[] = [];
    if (nameSymbol === 0) return pairs;
    for (const value of new Set(values)) {
      const valueSymbol = this.#texts.findSymbol(value);
      const pairAt = valueSymbol === 0 ? 0 : this.#texts.findPair(nameSymbol, valueSymbol);
      if (pairAt !== 0) pairs.push(pairAt);
    }
    return pairs;
  }

  /** The pairs of the matcher's label whose value passes. */
  passingPairs(matcher: Matcher): number[] {
    const pairs: number[] = [];
    const nameAt = this.nameRecord(matcher.name);
    if (nameAt === 0) return pairs;
    for (const pairAt of this.#texts.pairs(nameAt)) {
      if (matcher.matches(this.#texts.text(this.#texts.valueOf(pairAt)))) pairs.push(pairAt);
    }
    return pairs;
  }

  /** 0 where no label has the name. */
  nameRecord(name: string): number {
    const symbolAt = this.#texts.findSymbol(name);
    return symbolAt === 0 ? 0 : this.#texts.nameRecordOfSymbol(symbolAt);
  }

  /** The rows of a pair, copied. */
  postings(pairAt: number): Uint32Array {
    const { words } = this.#views;
    const sequenceAt = (pairAt + pair.sequence) >>> 2;
    for (let tries = 0; tries < mostTries; tries++) {
      const sequence = Atomics.load(words, sequenceAt);
      if ((sequence & 1) !== 0) continue;
      const count = Atomics.load(words, (pairAt + pair.count) >>> 2);
      const first = Atomics.load(words, (pairAt + pair.firstRow) >>> 2);
      const rest = Atomics.load(words, (pairAt + pair.rest) >>> 2);
      if (Atomics.load(words, sequenceAt) !== sequence) continue;
      const rows = new Uint32Array(count);
      if (count > 0) rows[0] = first;
      if (count > 1) rows.set(words.subarray(rest >>> 2, (rest >>> 2) + count - 1), 1);
      return rows;
    }
    return new Uint32Array(0);
  }

  /** Whether a series that is seen has the pair. */
  hasVisible(pairAt: number): boolean {
    for (const row of this.postings(pairAt)) {
      this.#reader.read(row);
      if (this.#reader.labelCount > 0 && this.#reader.isVisible) return true;
    }
    return false;
  }
}

/** Values that a matcher names, all of them; undefined for any other matcher. */
export function namedValues(matcher: Matcher): readonly string[] | undefined {
  if (matcher.type === '=') return matcher.value === '' ? undefined : [matcher.value];
  if (matcher.type !== '=~') return undefined;
  const set = matcher.regexp?.setMatches;
  return set === undefined || set.length === 0 || set.includes('') ? undefined : set;
}

/** A matcher, asked once for each pair. */
class PairTest {
  readonly nameSymbol: number;
  readonly passesAbsent: boolean;
  readonly #matcher: Matcher;
  readonly #texts: HeadTexts;
  readonly #known = new Map<number, boolean>();

  constructor(matcher: Matcher, texts: HeadTexts) {
    this.#matcher = matcher;
    this.#texts = texts;
    // No symbol has the address 0; -1 is no pair's name.
    this.nameSymbol = texts.findSymbol(matcher.name) || -1;
    this.passesAbsent = matcher.matchesEmpty;
  }

  passes(pairAt: number): boolean {
    let known = this.#known.get(pairAt);
    if (known === undefined) {
      known = this.#matcher.matches(this.#texts.text(this.#texts.valueOf(pairAt)));
      this.#known.set(pairAt, known);
    }
    return known;
  }
}
