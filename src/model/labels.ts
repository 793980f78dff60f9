import { compareUtf8, quoteGo } from '../base/index.js';
import { hashLabels } from '../kernels/index.js';
import { isLabelName, isLegacyLabelName, isMetricName, type NameValidationScheme } from './names.js';

export const metricNameLabel = '__name__';

/**
 * A label set: names in UTF-8 byte order, none twice, no empty value (an empty value means the label is
 * absent). Immutable, compared by content.
 */
export class Labels {
  static readonly empty: Labels = new Labels([]);

  /** name, value, name, value… in name order. */
  readonly pairs: readonly string[];
  #hash: bigint | undefined;
  #key: string | undefined;

  private constructor(pairs: readonly string[]) {
    this.pairs = pairs;
  }

  /** Takes pairs that are sorted, unique and without empty values; the caller gives the array away. */
  static fromSortedPairs(pairs: readonly string[]): Labels {
    return pairs.length === 0 ? Labels.empty : new Labels(pairs);
  }

  /** From name, value, name, value… in any order; a later value of a name wins, empty values are left out. */
  static fromPairs(...pairs: string[]): Labels {
    return Labels.fromUnsortedPairs(pairs);
  }

  /** As `fromPairs`, for lists too long to be arguments. */
  static fromUnsortedPairs(pairs: readonly string[]): Labels {
    const values = new Map<string, string>();
    for (let i = 0; i < pairs.length; i += 2) values.set(pairs[i] as string, pairs[i + 1] as string);
    return Labels.fromMap(values);
  }

  /** Empty values are left out. */
  static fromMap(values: ReadonlyMap<string, string>): Labels {
    const pairs: string[] = [];
    for (const [name, value] of [...values].sort(([a], [b]) => compareUtf8(a, b))) {
      if (value !== '') pairs.push(name, value);
    }
    return Labels.fromSortedPairs(pairs);
  }

  static fromObject(object: Readonly<Record<string, string>>): Labels {
    return Labels.fromPairs(...Object.entries(object).flat());
  }

  get size(): number {
    return this.pairs.length / 2;
  }

  /** The value, or "" when the label is absent. */
  get(name: string): string {
    for (let i = 0; i < this.pairs.length; i += 2)
      if (this.pairs[i] === name) return this.pairs[i + 1] as string;
    return '';
  }

  has(name: string): boolean {
    for (let i = 0; i < this.pairs.length; i += 2) if (this.pairs[i] === name) return true;
    return false;
  }

  *[Symbol.iterator](): IterableIterator<readonly [name: string, value: string]> {
    for (let i = 0; i < this.pairs.length; i += 2)
      yield [this.pairs[i] as string, this.pairs[i + 1] as string];
  }

  /**
   * xxhash64 of upstream's string layout (model/labels/labels_stringlabels.go); limit_ratio and offsets
   * depend on it.
   */
  hash(): bigint {
    this.#hash ??= hashLabels(this.pairs);
    return this.#hash;
  }

  /** Equal for equal label sets and for no others; a key for Maps. */
  key(): string {
    this.#key ??= this.pairs.map((part) => `${part.length}:${part}`).join('');
    return this.#key;
  }

  equals(other: Labels): boolean {
    if (this.pairs.length !== other.pairs.length) return false;
    for (let i = 0; i < this.pairs.length; i++) if (this.pairs[i] !== other.pairs[i]) return false;
    return true;
  }

  /** Upstream's order: name, value pair by pair, a shorter set first. */
  compare(other: Labels): number {
    const length = Math.min(this.pairs.length, other.pairs.length);
    for (let i = 0; i < length; i++) {
      const order = compareUtf8(this.pairs[i] as string, other.pairs[i] as string);
      if (order !== 0) return order;
    }
    return this.pairs.length - other.pairs.length;
  }

  /**
   * `{name="value", other="x"}` as upstream's Labels.String(); names that are not legacy label names are
   * quoted.
   */
  toString(): string {
    const parts: string[] = [];
    for (const [name, value] of this) {
      parts.push(`${isLegacyLabelName(name) ? name : quoteGo(name)}=${quoteGo(value)}`);
    }
    return `{${parts.join(', ')}}`;
  }

  /** The labels of these names, or all others. Source: Labels.MatchLabels. */
  matching(on: boolean, names: readonly string[]): Labels {
    const wanted = new Set(names);
    const pairs: string[] = [];
    for (const [name, value] of this) {
      const isKept = on ? wanted.has(name) : !wanted.has(name) && name !== metricNameLabel;
      if (isKept) pairs.push(name, value);
    }
    return Labels.fromSortedPairs(pairs);
  }

  /** Whether all names are legal, and the metric name too; values must be well-formed text. */
  isValid(scheme: NameValidationScheme = 'utf8'): boolean {
    for (const [name, value] of this) {
      if (name === metricNameLabel && !isMetricName(value, scheme)) return false;
      if (!isLabelName(name, scheme) || !value.isWellFormed()) return false;
    }
    return true;
  }

  /** A null-prototype object, in label order, for JSON. */
  toObject(): Record<string, string> {
    const object: Record<string, string> = Object.create(null);
    for (const [name, value] of this) object[name] = value;
    return object;
  }
}
