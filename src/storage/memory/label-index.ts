import type { Labels, Matcher } from '../../model/index.js';
import type { SeriesRef } from '../contracts.js';
import { intersect, lowerBound, noPostings, type Postings, subtract, uniteDisjoint } from './postings.js';

/** Label name to value to the refs of its series, rising. */
export class LabelIndex {
  readonly #lists = new Map<string, Map<string, number[]>>();
  readonly #all: number[] = [];
  readonly #labelsOf: (ref: SeriesRef) => Labels;

  constructor(labelsOf: (ref: SeriesRef) => Labels) {
    this.#labelsOf = labelsOf;
  }

  add(ref: SeriesRef, labels: Labels): void {
    insert(this.#all, ref);
    for (const [name, value] of labels) {
      let values = this.#lists.get(name);
      if (values === undefined) {
        values = new Map();
        this.#lists.set(name, values);
      }
      const list = values.get(value);
      if (list === undefined) values.set(value, [ref]);
      else insert(list, ref);
    }
  }

  remove(ref: SeriesRef, labels: Labels): void {
    withdraw(this.#all, ref);
    for (const [name, value] of labels) {
      const values = this.#lists.get(name);
      const list = values?.get(value);
      if (values === undefined || list === undefined) continue;
      withdraw(list, ref);
      if (list.length === 0) values.delete(value);
      if (values.size === 0) this.#lists.delete(name);
    }
  }

  get names(): Iterable<string> {
    return this.#lists.keys();
  }

  /** Values of a name with the refs of each. */
  values(name: string): ReadonlyMap<string, Postings> {
    return this.#lists.get(name) ?? noValues;
  }

  /**
   * The series that pass all matchers; an absent label counts as "". Matchers with few candidate lists come first;
   * the rest are tested on the labels of what is left, or through their lists where more is left than the label has
   * values. Source of the meaning: tsdb/querier.go, PostingsForMatchers.
   */
  select(matchers: readonly Matcher[]): Postings {
    const lists: Postings[] = [];
    const rest: Matcher[] = [];
    for (const matcher of matchers) {
      const list = this.#listed(matcher);
      if (list === undefined) rest.push(matcher);
      else if (list.length === 0) return noPostings;
      else lists.push(list);
    }
    lists.sort((a, b) => a.length - b.length);
    let found = lists[0];
    for (let i = 1; i < lists.length && found !== undefined; i++)
      found = intersect(found, lists[i] as Postings);
    const demanding = rest.filter((matcher) => !matcher.matchesEmpty);
    const lenient = rest.filter((matcher) => matcher.matchesEmpty);
    for (const matcher of demanding) found = this.#demand(matcher, found);
    found ??= this.#all.slice();
    for (const matcher of lenient) found = this.#exclude(matcher, found);
    return found;
  }

  /** The list of a matcher that names its values, undefined for any other. */
  #listed(matcher: Matcher): Postings | undefined {
    const values = this.#lists.get(matcher.name);
    if (matcher.type === '=' && matcher.value !== '') return values?.get(matcher.value) ?? noPostings;
    const set = matcher.type === '=~' ? matcher.regexp?.setMatches : undefined;
    if (set === undefined || set.length === 0 || set.includes('')) return undefined;
    const lists: Postings[] = [];
    for (const value of new Set(set)) {
      const list = values?.get(value);
      if (list !== undefined) lists.push(list);
    }
    return uniteDisjoint(lists);
  }

  /** Series of `found` (or of all) that have the label with a value that passes. */
  #demand(matcher: Matcher, found: Postings | undefined): Postings {
    const values = this.values(matcher.name);
    if (found !== undefined && found.length <= values.size) return this.#filter(matcher, found);
    const lists: Postings[] = [];
    for (const [value, list] of values) if (matcher.matches(value)) lists.push(list);
    const passing = uniteDisjoint(lists);
    return found === undefined ? passing : intersect(found, passing);
  }

  /** `found` without the series whose value of the label does not pass; those without the label stay. */
  #exclude(matcher: Matcher, found: Postings): Postings {
    const values = this.values(matcher.name);
    if (matcher.type === '!=') return subtract(found, values.get(matcher.value) ?? noPostings);
    if (found.length <= values.size) return this.#filter(matcher, found);
    const lists: Postings[] = [];
    for (const [value, list] of values) if (!matcher.matches(value)) lists.push(list);
    return subtract(found, uniteDisjoint(lists));
  }

  #filter(matcher: Matcher, found: Postings): Postings {
    const passing: number[] = [];
    for (let i = 0; i < found.length; i++) {
      const ref = found[i] as SeriesRef;
      if (matcher.matches(this.#labelsOf(ref).get(matcher.name))) passing.push(ref);
    }
    return passing;
  }
}

const noValues: ReadonlyMap<string, Postings> = new Map();

function insert(list: number[], ref: number): void {
  if (list.length === 0 || (list[list.length - 1] as number) < ref) list.push(ref);
  else list.splice(lowerBound(list, ref), 0, ref);
}

function withdraw(list: number[], ref: number): void {
  const at = lowerBound(list, ref);
  if (list[at] === ref) list.splice(at, 1);
}
