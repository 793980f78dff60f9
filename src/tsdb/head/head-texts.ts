/** Strings and labels out of a head's memory, on any thread that has entered it. */
import { decodeUtf8, encodeUtf8 } from '../../base/index.js';
import { Labels } from '../../model/index.js';
import { cold, control, type HeadViews, nameRecord, pair, symbol, table } from './layout.js';

export class HeadTexts {
  readonly #views: HeadViews;

  constructor(views: HeadViews) {
    this.#views = views;
  }

  /** The text of a symbol. */
  text(symbolAt: number): string {
    const { bytes } = this.#views;
    const length = this.#views.word(symbolAt + symbol.bytes);
    const start = symbolAt + symbol.text;
    if (length <= 64) {
      let text = '';
      for (let at = start; at < start + length; at++) {
        const code = bytes[at] as number;
        if (code >= 0x80) return decodeUtf8(bytes.slice(start, start + length));
        text += String.fromCharCode(code);
      }
      return text;
    }
    return decodeUtf8(bytes.slice(start, start + length));
  }

  symbolBytes(symbolAt: number): number {
    return this.#views.word(symbolAt + symbol.bytes);
  }

  nameOf(pairAt: number): number {
    return this.#views.word(pairAt + pair.name);
  }

  /** The record that joins the pairs of a pair's name. */
  nameRecordOf(pairAt: number): number {
    return this.nameRecordOfSymbol(this.nameOf(pairAt));
  }

  /** 0 where no label has the name. */
  nameRecordOfSymbol(symbolAt: number): number {
    return this.#views.loadWord(symbolAt + symbol.name);
  }

  valueOf(pairAt: number): number {
    return this.#views.word(pairAt + pair.value);
  }

  /** For the writer's thread, where a row does not change meanwhile. */
  labels(row: number): Labels {
    const views = this.#views;
    const coldAt = views.coldRow(row);
    const at = views.word(coldAt + cold.labels);
    const count = views.half(coldAt + cold.labelCount);
    const texts: string[] = [];
    for (let i = 0; i < count; i++) {
      const pairAt = views.word(at + i * 4);
      texts.push(this.text(this.nameOf(pairAt)), this.text(this.valueOf(pairAt)));
    }
    return Labels.fromSortedPairs(texts);
  }

  /** The name records, each the address of one. */
  *names(): Iterable<number> {
    const views = this.#views;
    let at = views.loadWord(views.layout.control + control.names);
    for (; at !== 0; at = views.loadWord(at + nameRecord.next)) yield at;
  }

  /** The addresses of a name's pairs. */
  *pairs(nameAt: number): Iterable<number> {
    const views = this.#views;
    let at = views.loadWord(nameAt + nameRecord.firstPair);
    for (; at !== 0; at = views.loadWord(at + pair.next)) yield at;
  }

  nameSymbol(nameAt: number): number {
    return this.#views.word(nameAt + nameRecord.symbol);
  }

  /** The symbol of a text, 0 where there is none. */
  findSymbol(text: string): number {
    const encoded = encodeUtf8(text);
    const padded = new Uint8Array((encoded.length + 3) & ~3);
    padded.set(encoded);
    const words = new Uint32Array(padded.buffer);
    let hash = encoded.length ^ this.#views.word(this.#views.layout.control + control.hashSeed);
    for (const word of words) hash = mix(hash, word);
    return this.#find(control.symbols, finish(hash), (at) => this.#isText(at, encoded.length, words));
  }

  #isText(symbolAt: number, length: number, words: Uint32Array): boolean {
    const views = this.#views;
    if (views.word(symbolAt + symbol.bytes) !== length) return false;
    for (let i = 0; i < words.length; i++)
      if (views.word(symbolAt + symbol.text + i * 4) !== words[i]) return false;
    return true;
  }

  /** The pair of two symbols, 0 where there is none. */
  findPair(name: number, value: number): number {
    const hash = finish(mix(mix(8, name), value));
    return this.#find(control.pairs, hash, (at) => this.nameOf(at) === name && this.valueOf(at) === value);
  }

  #find(tableField: number, hash: number, isIt: (at: number) => boolean): number {
    const views = this.#views;
    const tableAt = views.loadWord(views.layout.control + tableField);
    const mask = views.word(tableAt + table.mask);
    for (
      let probes = 0, index = (hash & mask) >>> 0;
      probes <= mask;
      probes++, index = ((index + 1) & mask) >>> 0
    ) {
      const slot = tableAt + table.slots + index * 8;
      const value = views.loadWord(slot + 4);
      if (value === 0) return 0;
      if (value > 1 && views.word(slot) === hash && isIt(value)) return value;
    }
    return 0;
  }
}

/** As the kernels hash (assembly/head-index.ts). */
function finish(value: number): number {
  let hash = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

function mix(hash: number, word: number): number {
  const scrambled = Math.imul(word, 0xcc9e2d51);
  const k = Math.imul((scrambled << 15) | (scrambled >>> 17), 0x1b873593);
  const h = hash ^ k;
  return Math.imul((h << 13) | (h >>> 19), 5) + 0xe6546b64;
}
