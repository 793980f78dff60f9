import { compareUtf8 } from '../../base/index.js';
import { metricNameLabel } from '../../model/index.js';
import type { LabelIds, SymbolTable } from '../../storage/index.js';

/** Label sets as ids of one symbol table: every operation answers a set that is sorted and never changed. */
export class LabelTools {
  readonly symbols: SymbolTable;
  readonly nameId: number;
  readonly #typeId: number;
  readonly #unitId: number;
  #scratch = new Uint32Array(64);

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
    let dropped = 0;
    for (let i = 0; i < labels.length; i += 2) if (this.#isMetadata(labels[i] as number)) dropped += 2;
    if (dropped === 0) return labels;
    const kept = new Uint32Array(labels.length - dropped);
    let at = 0;
    for (let i = 0; i < labels.length; i += 2) {
      if (this.#isMetadata(labels[i] as number)) continue;
      kept[at] = labels[i] as number;
      kept[at + 1] = labels[i + 1] as number;
      at += 2;
    }
    return kept;
  }

  #isMetadata(name: number): boolean {
    return name === this.nameId || name === this.#typeId || name === this.#unitId;
  }

  keep(labels: LabelIds, names: ReadonlySet<number>): LabelIds {
    return this.#pick(labels, names, true);
  }

  without(labels: LabelIds, names: ReadonlySet<number>): LabelIds {
    return this.#pick(labels, names, false);
  }

  /** Those whose name is listed, or those whose is not. */
  #pick(labels: LabelIds, names: ReadonlySet<number>, listed: boolean): LabelIds {
    const scratch = this.#scratch.length < labels.length ? new Uint32Array(2 * labels.length) : this.#scratch;
    this.#scratch = scratch;
    const length = pickInto(labels, names, listed, scratch);
    return length === labels.length ? labels : scratch.slice(0, length);
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

  /** Each symbol's place in UTF-8 order, for sorting many sets; only of symbols that the sets hold. */
  ranks(sets: readonly LabelIds[]): Uint32Array {
    const ranks = new Uint32Array(this.symbols.size);
    const ids: number[] = [];
    for (const set of sets) {
      for (let i = 0; i < set.length; i++) {
        const id = set[i] as number;
        if (ranks[id] !== 0) continue;
        ranks[id] = 1;
        ids.push(id);
      }
    }
    const texts = new Map(ids.map((id) => [id, this.symbols.text(id)]));
    ids.sort((a, b) => compareUtf8(texts.get(a) as string, texts.get(b) as string));
    ids.forEach((id, rank) => {
      ranks[id] = rank;
    });
    return ranks;
  }

  /** As `compare`. */
  compareRanked(ranks: Uint32Array, a: LabelIds, b: LabelIds): number {
    const length = Math.min(a.length, b.length);
    for (let i = 0; i < length; i++) {
      if (a[i] !== b[i]) return (ranks[a[i] as number] as number) - (ranks[b[i] as number] as number);
    }
    return a.length - b.length;
  }

  toString(labels: LabelIds): string {
    return this.symbols.labels(labels).toString();
  }
}

/** Copies the pairs whose name is listed, or those whose is not; says how many ids that are. */
export function pickInto(
  labels: LabelIds,
  names: ReadonlySet<number>,
  listed: boolean,
  target: Uint32Array,
): number {
  let length = 0;
  for (let i = 0; i < labels.length; i += 2) {
    const name = labels[i] as number;
    if (names.has(name) !== listed) continue;
    target[length] = name;
    target[length + 1] = labels[i + 1] as number;
    length += 2;
  }
  return length;
}

/** Numbers label sets in the order they are first met: 0, 1, 2… */
export class LabelNumbers {
  readonly #buckets = new Map<number, number | number[]>();
  readonly sets: LabelIds[] = [];

  /** The set's number; `length` when it is the beginning of a scratch array, which is copied where it is kept. */
  number(labels: LabelIds, length = labels.length): number {
    const hash = hashIds(labels, length);
    const found = this.#buckets.get(hash);
    if (found === undefined) {
      this.#buckets.set(hash, this.sets.length);
    } else if (typeof found === 'number') {
      if (this.#is(found, labels, length)) return found;
      this.#buckets.set(hash, [found, this.sets.length]);
    } else {
      const same = found.find((candidate) => this.#is(candidate, labels, length));
      if (same !== undefined) return same;
      found.push(this.sets.length);
    }
    return this.sets.push(length === labels.length ? labels : labels.slice(0, length)) - 1;
  }

  #is(candidate: number, labels: LabelIds, length: number): boolean {
    const known = this.sets[candidate] as LabelIds;
    if (known.length !== length) return false;
    for (let i = 0; i < length; i++) if (known[i] !== labels[i]) return false;
    return true;
  }
}

/** FNV-1a over whole ids. */
function hashIds(labels: LabelIds, length: number): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < length; i++) {
    hash = Math.imul(hash ^ (labels[i] as number), 0x01000193);
    hash ^= hash >>> 15;
  }
  return hash | 0;
}
