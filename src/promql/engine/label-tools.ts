import { compareUtf8 } from '../../base/index.js';
import { metricNameLabel } from '../../model/index.js';
import type { LabelIds, SymbolTable } from '../../storage/index.js';

/** Label sets as ids of one symbol table: every operation answers a set that is sorted and never changed. */
export class LabelTools {
  readonly symbols: SymbolTable;
  readonly nameId: number;
  readonly #typeId: number;
  readonly #unitId: number;

  constructor(symbols: SymbolTable) {
    this.symbols = symbols;
    this.nameId = symbols.intern(metricNameLabel);
    this.#typeId = symbols.intern('__type__');
    this.#unitId = symbols.intern('__unit__');
  }

  /** The value's id, 0 ("") when the label is absent. */
  get(labels: LabelIds, name: number): number {
    for (let i = 0; i < labels.length; i += 2) if (labels[i] === name) return labels[i + 1] as number;
    return 0;
  }

  text(labels: LabelIds, name: number): string {
    return this.symbols.text(this.get(labels, name));
  }

  metricName(labels: LabelIds): string {
    return this.text(labels, this.nameId);
  }

  ids(names: readonly string[]): ReadonlySet<number> {
    return new Set(names.map((name) => this.symbols.intern(name)));
  }

  /** Without what describes the metric: `__name__`, `__type__`, `__unit__`. Source: schema/labels.go. */
  dropMetadata(labels: LabelIds): LabelIds {
    for (let i = 0; i < labels.length; i += 2) {
      if (this.#isMetadata(labels[i] as number))
        return labels.filter((_, at) => !this.#isMetadataPart(labels, at));
    }
    return labels;
  }

  #isMetadata(name: number): boolean {
    return name === this.nameId || name === this.#typeId || name === this.#unitId;
  }

  #isMetadataPart(labels: LabelIds, at: number): boolean {
    return this.#isMetadata(labels[at & ~1] as number);
  }

  keep(labels: LabelIds, names: ReadonlySet<number>): LabelIds {
    return labels.filter((_, at) => names.has(labels[at & ~1] as number));
  }

  without(labels: LabelIds, names: ReadonlySet<number>): LabelIds {
    for (let i = 0; i < labels.length; i += 2) {
      if (names.has(labels[i] as number))
        return labels.filter((_, at) => !names.has(labels[at & ~1] as number));
    }
    return labels;
  }

  /** Value 0 ("") deletes the label. */
  set(labels: LabelIds, name: number, value: number): LabelIds {
    if (value === 0) return this.without(labels, new Set([name]));
    const nameText = this.symbols.text(name);
    let at = 0;
    while (at < labels.length && labels[at] !== name) {
      if (compareUtf8(this.symbols.text(labels[at] as number), nameText) > 0) break;
      at += 2;
    }
    const replaces = labels[at] === name;
    const result = new Uint32Array(labels.length + (replaces ? 0 : 2));
    result.set(labels.subarray(0, at));
    result[at] = name;
    result[at + 1] = value;
    result.set(labels.subarray(replaces ? at + 2 : at), at + 2);
    return result;
  }

  setText(labels: LabelIds, name: string, value: string): LabelIds {
    return this.set(labels, this.symbols.intern(name), this.symbols.intern(value));
  }

  /** Upstream's order: name, value pair by pair, a shorter set first. */
  compare(a: LabelIds, b: LabelIds): number {
    const length = Math.min(a.length, b.length);
    for (let i = 0; i < length; i++) {
      if (a[i] === b[i]) continue;
      return compareUtf8(this.symbols.text(a[i] as number), this.symbols.text(b[i] as number));
    }
    return a.length - b.length;
  }

  toString(labels: LabelIds): string {
    return this.symbols.labels(labels).toString();
  }
}

/** Numbers label sets in the order they are first met: 0, 1, 2… */
export class LabelNumbers {
  readonly #buckets = new Map<number, number | number[]>();
  readonly sets: LabelIds[] = [];

  /** The set's number, or -1. */
  find(labels: LabelIds): number {
    const found = this.#buckets.get(hashIds(labels));
    if (found === undefined) return -1;
    if (typeof found === 'number') return this.#is(found, labels) ? found : -1;
    return found.find((candidate) => this.#is(candidate, labels)) ?? -1;
  }

  number(labels: LabelIds): number {
    const hash = hashIds(labels);
    const found = this.#buckets.get(hash);
    if (found === undefined) {
      this.#buckets.set(hash, this.sets.length);
    } else if (typeof found === 'number') {
      if (this.#is(found, labels)) return found;
      this.#buckets.set(hash, [found, this.sets.length]);
    } else {
      const same = found.find((candidate) => this.#is(candidate, labels));
      if (same !== undefined) return same;
      found.push(this.sets.length);
    }
    return this.sets.push(labels) - 1;
  }

  #is(candidate: number, labels: LabelIds): boolean {
    const known = this.sets[candidate] as LabelIds;
    if (known.length !== labels.length) return false;
    for (let i = 0; i < labels.length; i++) if (known[i] !== labels[i]) return false;
    return true;
  }
}

/** FNV-1a over whole ids. */
function hashIds(labels: LabelIds): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < labels.length; i++) {
    hash = Math.imul(hash ^ (labels[i] as number), 0x01000193);
    hash ^= hash >>> 15;
  }
  return hash | 0;
}
