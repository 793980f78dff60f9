import type { SymbolTable } from '../../storage/index.js';
import type { FileCursor, IndexSymbols } from '../index/index.js';

/** A block's symbols as ids of one query's table: each is decoded when it is first met, and once. */
export class SymbolIds {
  readonly #symbols: IndexSymbols;
  readonly #table: SymbolTable;
  /** Ids raised by one, 0 where there is none yet. */
  readonly #ids: Uint32Array;
  /** For a few symbols; and for version 1 of the index, whose symbols are offsets. */
  readonly #sparse = new Map<number, number>();
  readonly isDense: boolean;

  constructor(symbols: IndexSymbols, table: SymbolTable, isDense: boolean) {
    this.#symbols = symbols;
    this.#table = table;
    this.isDense = isDense;
    this.#ids = new Uint32Array(isDense ? symbols.limit : 0);
  }

  idOf(symbol: number): number {
    const known = symbol < this.#ids.length ? (this.#ids[symbol] as number) : this.#sparse.get(symbol);
    if (known !== undefined && known !== 0) return known - 1;
    const id = this.#table.intern(this.#symbols.text(symbol));
    if (symbol < this.#ids.length) this.#ids[symbol] = id + 1;
    else this.#sparse.set(symbol, id + 1);
    return id;
  }

  /** Whether the symbols at the cursor stand for these ids, as many as there are; it is left behind them if so. */
  areIdsAt(cursor: FileCursor, ids: Uint32Array): boolean {
    const known = this.#ids;
    const { bytes } = cursor;
    const last = cursor.end - 1;
    let at = cursor.at;
    for (let i = 0; i < ids.length; i++) {
      let symbol: number;
      const low = at < last ? (bytes[at] as number) : 0x80;
      const high = at < last ? (bytes[at + 1] as number) : 0x80;
      if (low < 0x80) {
        symbol = low;
        at++;
      } else if (high < 0x80) {
        symbol = (low & 0x7f) | (high << 7);
        at += 2;
      } else {
        cursor.at = at;
        symbol = cursor.uvarint();
        at = cursor.at;
      }
      const id = ids[i] as number;
      if (known[symbol] !== id + 1 && this.idOf(symbol) !== id) return false;
    }
    cursor.at = at;
    return true;
  }
}
