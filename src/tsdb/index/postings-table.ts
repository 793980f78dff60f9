import { compareUtf8, decodeUtf8, encodeUtf8 } from '../../base/index.js';
import type { FileCursor } from './file-cursor.js';
import { compareBytes, textOf } from './symbols.js';
import { type ValueList, ValueLists } from './value-lists.js';

/** Of a name's values every so manieth is found without walking. */
const sampledEvery = 32;

/** The values of one name, as places in the table. */
interface NameEntries {
  count: number;
  /** Offsets of every `every`th entry within the section, in the order of the values. */
  samples: number[];
  readonly every: number;
}

/** Answers false to end the walk. */
export type PairVisitor = (value: string, postingsOffset: number) => boolean;

/**
 * Which pair of name and value has its postings where. The section is kept as bytes, with the place of every
 * 32nd value of a name (of every one in version 1, where values stand in any order).
 */
export class PostingsTable {
  readonly #cursor: FileCursor;
  readonly #names = new Map<string, NameEntries>();
  readonly #lists = new ValueLists();
  /** Of the entry that `#read` read last. */
  #valueAt = 0;
  #valueBytes = 0;
  #postingsOffset = 0;

  constructor(section: FileCursor, version: number) {
    this.#cursor = section;
    const count = section.u32();
    const every = version === 1 ? 1 : sampledEvery;
    let nameBytes = new Uint8Array(0);
    let entries: NameEntries | undefined;
    for (let i = 0; i < count && section.at < section.end; i++) {
      const start = section.at;
      const keys = section.uvarint();
      if (keys !== 2) section.fail('an entry of 2 keys', `${keys}`, start);
      const length = section.uvarint();
      const at = section.skip(length);
      if (entries === undefined || compareBytes(section.bytes, at, length, nameBytes) !== 0) {
        nameBytes = section.bytes.slice(at, at + length);
        entries = this.#entriesOf(decodeUtf8(nameBytes), every);
      }
      if (entries.count % every === 0) entries.samples.push(start);
      entries.count++;
      section.skip(section.uvarint());
      section.uvarint();
    }
    if (version === 1) for (const one of this.#names.values()) this.#sort(one);
  }

  #entriesOf(name: string, every: number): NameEntries {
    let entries = this.#names.get(name);
    if (entries === undefined) {
      entries = { count: 0, samples: [], every };
      this.#names.set(name, entries);
    }
    return entries;
  }

  #sort(entries: NameEntries): void {
    const values = new Map<number, Uint8Array>();
    for (const at of entries.samples) {
      this.#read(at);
      values.set(at, this.#cursor.bytes.subarray(this.#valueAt, this.#valueAt + this.#valueBytes));
    }
    entries.samples.sort((a, b) => {
      const left = values.get(a) as Uint8Array;
      return compareBytes(left, 0, left.length, values.get(b) as Uint8Array);
    });
  }

  /** Answers where the next entry begins. */
  #read(at: number): number {
    const cursor = this.#cursor;
    cursor.at = at;
    cursor.uvarint();
    cursor.skip(cursor.uvarint());
    this.#valueBytes = cursor.uvarint();
    this.#valueAt = cursor.skip(this.#valueBytes);
    this.#postingsOffset = cursor.uvarint();
    return cursor.at;
  }

  /** Without the nameless entry of all postings. */
  *names(): Generator<string> {
    for (const name of this.#names.keys()) if (name !== '') yield name;
  }

  /** How many values a name has; 0 where there is no such name. */
  valueCount(name: string): number {
    return this.#names.get(name)?.count ?? 0;
  }

  /** Where the postings of a pair stand, or undefined. */
  find(name: string, value: string): number | undefined {
    const entries = this.#names.get(name);
    if (entries === undefined) return undefined;
    const wanted = encodeUtf8(value);
    const { samples, every } = entries;
    let at = samples[this.#lastNotAbove(samples, wanted)] as number;
    for (let i = 0; i < every; i++) {
      if (at >= this.#cursor.end) return undefined;
      const next = this.#read(at);
      const order = compareBytes(this.#cursor.bytes, this.#valueAt, this.#valueBytes, wanted);
      if (order === 0) return this.#belongsTo(at, name) ? this.#postingsOffset : undefined;
      if (order > 0) return undefined;
      at = next;
    }
    return undefined;
  }

  /** Walking on from the last sample of a name may lead into the next name's entries. */
  #belongsTo(at: number, name: string): boolean {
    const cursor = this.#cursor;
    cursor.at = at;
    cursor.uvarint();
    const length = cursor.uvarint();
    return compareBytes(cursor.bytes, cursor.at, length, encodeUtf8(name)) === 0;
  }

  #lastNotAbove(samples: readonly number[], wanted: Uint8Array): number {
    let low = 0;
    let high = samples.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >>> 1;
      this.#read(samples[middle] as number);
      if (compareBytes(this.#cursor.bytes, this.#valueAt, this.#valueBytes, wanted) <= 0) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  /** All values of a name in the order of their bytes, from the first that is not below `from`'s sample. */
  walk(name: string, visit: PairVisitor, from = ''): void {
    const entries = this.#names.get(name);
    if (entries === undefined) return;
    const list = this.#lists.get(name) ?? (from === '' ? this.#list(name, entries) : undefined);
    if (list === undefined) this.#walkEntries(entries, visit, from);
    else walkList(list, visit, from);
  }

  /** Kept when it finds room. */
  #list(name: string, entries: NameEntries): ValueList | undefined {
    if (!this.#lists.takes(entries.count)) return undefined;
    const values: string[] = [];
    const offsets = new Float64Array(entries.count);
    this.#walkEntries(
      entries,
      (value, offset) => {
        offsets[values.length] = offset;
        values.push(value);
        return true;
      },
      '',
    );
    const list = { values, offsets };
    this.#lists.put(name, list);
    return list;
  }

  #walkEntries({ samples, every, count }: NameEntries, visit: PairVisitor, from: string): void {
    const first = from === '' ? 0 : this.#lastNotAbove(samples, encodeUtf8(from));
    let at = 0;
    for (let i = first * every; i < count; i++) {
      if (i % every === 0) at = samples[i / every] as number;
      at = this.#read(at);
      const value = textOf(this.#cursor.bytes, this.#valueAt, this.#valueBytes);
      if (!visit(value, this.#postingsOffset)) return;
    }
  }
}

function walkList({ values, offsets }: ValueList, visit: PairVisitor, from: string): void {
  let low = 0;
  let high = from === '' ? 0 : values.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (compareUtf8(values[middle] as string, from) < 0) low = middle + 1;
    else high = middle;
  }
  for (let i = low; i < values.length; i++) if (!visit(values[i] as string, offsets[i] as number)) return;
}
