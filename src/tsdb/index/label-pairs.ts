import { uvarintBytes } from './file-buffer.js';
import { GrowingWords } from './growing-words.js';

/** Pairs by number, with the symbols of their texts. */
export interface OrderedPairs {
  readonly names: Uint32Array;
  readonly values: Uint32Array;
  /** What both symbols take as uvarints. */
  readonly bytes: Uint8Array;
  /** Series that have the pair. */
  readonly counts: Uint32Array;
  /** All pairs by name and value. */
  readonly order: Uint32Array;
}

/** Pairs of a name and a value, numbered as they come, and how often each came. */
export class LabelPairs {
  readonly #byName = new Map<string, Map<string, number>>();
  readonly #names: string[] = [];
  readonly #values: string[] = [];
  readonly #counts = new GrowingWords();

  intern(name: string, value: string): number {
    let values = this.#byName.get(name);
    if (values === undefined) {
      values = new Map();
      this.#byName.set(name, values);
    }
    let pair = values.get(value);
    if (pair === undefined) {
      pair = this.#names.length;
      values.set(value, pair);
      this.#names.push(name);
      this.#values.push(value);
      this.#counts.push(0);
    }
    this.#counts.increment(pair);
    return pair;
  }

  textsOf(pair: number): readonly [name: string, value: string] {
    return [this.#names[pair] as string, this.#values[pair] as string];
  }

  *texts(): Generator<string> {
    yield* this.#byName.keys();
    yield* this.#values;
  }

  order(symbols: ReadonlyMap<string, number>): OrderedPairs {
    const symbolOf = (text: string): number => symbols.get(text) as number;
    const names = Uint32Array.from(this.#names, symbolOf);
    const values = Uint32Array.from(this.#values, symbolOf);
    const order = Uint32Array.from(names.keys());
    order.sort((a, b) => {
      const byName = (names[a] as number) - (names[b] as number);
      return byName !== 0 ? byName : (values[a] as number) - (values[b] as number);
    });
    const bytes = Uint8Array.from(
      names,
      (symbol, pair) => uvarintBytes(symbol) + uvarintBytes(values[pair] as number),
    );
    return { names, values, bytes, counts: this.#counts.words, order };
  }
}
