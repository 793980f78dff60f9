import { assert } from '../base/index.js';
import { Labels } from '../model/index.js';

/**
 * A query's strings by number. All sources of one query intern into one table, so that two labels are equal exactly
 * when their ids are; strings are looked up at output alone. Id 0 is "".
 */
export class SymbolTable {
  readonly #ids = new Map<string, number>([['', 0]]);
  readonly #texts: string[] = [''];

  get size(): number {
    return this.#texts.length;
  }

  intern(text: string): number {
    let id = this.#ids.get(text);
    if (id === undefined) {
      id = this.#texts.length;
      this.#texts.push(text);
      this.#ids.set(text, id);
    }
    return id;
  }

  /** The id of a text already in the table, or undefined. */
  find(text: string): number | undefined {
    return this.#ids.get(text);
  }

  text(id: number): string {
    const text = this.#texts[id];
    assert(text !== undefined, `symbol ${id} is not in the table`);
    return text;
  }

  internLabels(labels: Labels): LabelIds {
    const ids = new Uint32Array(labels.pairs.length);
    for (let i = 0; i < ids.length; i++) ids[i] = this.intern(labels.pairs[i] as string);
    return ids;
  }

  labels(ids: LabelIds): Labels {
    const pairs = new Array<string>(ids.length);
    for (let i = 0; i < ids.length; i++) pairs[i] = this.text(ids[i] as number);
    return Labels.fromSortedPairs(pairs);
  }
}

/** A label set as symbol ids: name, value, name, value…, in the names' UTF-8 byte order. Never changed once made. */
export type LabelIds = Uint32Array;
