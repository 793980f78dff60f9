import { compareUtf8 } from '../../base/index.js';
import type { Matcher } from '../../model/index.js';
import { type IndexReader, type IndexScanner, SeriesEntry } from '../index/index.js';
import { type IdList, intersect, noIds, unite, without } from './id-lists.js';

/** What things cost, in postings that are read. */
export const entryCost = 100;
const testedLabelCost = 5;
export const valueCost = 25;

/**
 * A matcher and the series that it names: those with a value that passes, which are kept (`wanted`), or,
 * where series without the label pass as well, those with a value that fails, which are taken out.
 */
interface Condition {
  readonly matcher: Matcher;
  readonly wanted: boolean;
  /**
   * Where the postings of its values stand; undefined where all values of the name are to be tested for them.
   */
  readonly offsets: readonly number[] | undefined;
  readonly cost: number;
}

/**
 * The series of an index that match all matchers, as numbers in label order. What upstream does to the same
 * end: tsdb/querier.go `PostingsForMatchers`. The postings of the rarest values come first; where few series
 * are left, other matchers are tested on the labels of those.
 */
export function matchSeries(index: IndexReader, matchers: readonly Matcher[]): IdList {
  const scanner = index.scanner();
  const ids = matchWith(index, scanner, matchers);
  index.giveBack(scanner);
  return ids;
}

function matchWith(index: IndexReader, scanner: IndexScanner, matchers: readonly Matcher[]): IdList {
  const conditions = matchers
    .filter((matcher) => !(matcher.type === '=~' && matcher.value === '.*'))
    .map((matcher) => conditionOf(index, scanner, matcher))
    .sort((a, b) => Number(b.wanted) - Number(a.wanted) || a.cost - b.cost);
  let ids = conditions[0]?.wanted === true ? undefined : scanner.postings('', '');
  const tested: Matcher[] = [];
  for (const condition of conditions) {
    const each = tested.length > 0 ? testedLabelCost : entryCost;
    if (ids !== undefined && ids.length * each < condition.cost) {
      tested.push(condition.matcher);
      continue;
    }
    const named = unite(listsOf(index, scanner, condition));
    if (ids === undefined) ids = named;
    else ids = condition.wanted ? intersect(ids, named) : without(ids, named);
    if (ids.length === 0) return noIds;
  }
  if (tested.length === 0) return ids ?? noIds;
  return verify(index, scanner, { ids: ids ?? noIds, matchers: tested });
}

function conditionOf(index: IndexReader, scanner: IndexScanner, matcher: Matcher): Condition {
  const wanted = !matcher.matchesEmpty;
  const texts = setOf(matcher, wanted);
  if (texts === undefined) {
    const cost = entryCost + valueCost * index.table.valueCount(matcher.name);
    return { matcher, wanted, offsets: undefined, cost };
  }
  const offsets: number[] = [];
  let cost = 0;
  for (const text of texts) {
    const offset = text === '' ? undefined : index.table.find(matcher.name, text);
    if (offset === undefined) continue;
    offsets.push(offset);
    cost += valueCost + scanner.postingsCountAt(offset);
  }
  return { matcher, wanted, offsets, cost };
}

/** The values that are looked up one by one, undefined where all must be tested. */
export function setOf({ type, value, regexp }: Matcher, wanted: boolean): readonly string[] | undefined {
  // What fails a negated matcher is the value, or the set, that it names.
  if (type === (wanted ? '=' : '!=')) return [value];
  return type === (wanted ? '=~' : '!~') ? regexp?.setMatches : undefined;
}

function listsOf(index: IndexReader, scanner: IndexScanner, condition: Condition): IdList[] {
  const { matcher, wanted } = condition;
  const offsets = [...(condition.offsets ?? [])];
  if (condition.offsets === undefined) {
    const prefix = wanted && matcher.type === '=~' ? (matcher.regexp?.prefix ?? '') : '';
    walkValues(index, { name: matcher.name, prefix }, (value, offset) => {
      if (value !== '' && matcher.matches(value) === wanted) offsets.push(offset);
    });
  }
  // Postings stand in the order of the table: read forwards, few system calls bring many of them.
  offsets.sort((a, b) => a - b);
  return offsets.map((offset) => scanner.postingsAt(offset));
}

function walkValues(
  index: IndexReader,
  { name, prefix }: { name: string; prefix: string },
  visit: (value: string, offset: number) => void,
): void {
  index.table.walk(
    name,
    (value, offset) => {
      if (prefix !== '' && !value.startsWith(prefix)) {
        // Behind the values with the prefix nothing can match; before them there are few.
        return compareUtf8(value, prefix) < 0;
      }
      visit(value, offset);
      return true;
    },
    prefix,
  );
}

function verify(
  index: IndexReader,
  scanner: IndexScanner,
  { ids, matchers }: { ids: IdList; matchers: readonly Matcher[] },
): IdList {
  const entry = new SeriesEntry();
  const tests = matchers.map((matcher) => new SymbolTest(index, matcher));
  const kept = new Uint32Array(ids.length);
  let count = 0;
  for (const id of ids) {
    scanner.series(id, entry);
    if (tests.every((test) => test.passes(entry))) kept[count++] = id;
  }
  return kept.subarray(0, count);
}

/** A matcher on symbols: each is decoded and tested once. */
class SymbolTest {
  readonly #index: IndexReader;
  readonly #matcher: Matcher;
  readonly #isName = new Map<number, boolean>();
  readonly #verdicts = new Map<number, boolean>();
  readonly #matchesEmpty: boolean;

  constructor(index: IndexReader, matcher: Matcher) {
    this.#index = index;
    this.#matcher = matcher;
    this.#matchesEmpty = matcher.matchesEmpty;
  }

  passes({ symbols, labelCount }: SeriesEntry): boolean {
    for (let i = 0; i < 2 * labelCount; i += 2) {
      if (this.#names(symbols[i] as number)) return this.#verdict(symbols[i + 1] as number);
    }
    return this.#matchesEmpty;
  }

  #names(symbol: number): boolean {
    let known = this.#isName.get(symbol);
    if (known === undefined) {
      known = this.#index.symbols.text(symbol) === this.#matcher.name;
      this.#isName.set(symbol, known);
    }
    return known;
  }

  #verdict(symbol: number): boolean {
    let verdict = this.#verdicts.get(symbol);
    if (verdict === undefined) {
      verdict = this.#matcher.matches(this.#index.symbols.text(symbol));
      this.#verdicts.set(symbol, verdict);
    }
    return verdict;
  }
}
