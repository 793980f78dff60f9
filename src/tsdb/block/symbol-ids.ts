import type { SymbolTable } from '../../storage/index.js';
import type { IndexSymbols } from '../index/index.js';

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

  /** Whether the first symbols, as many as there are ids, stand for these. */
  areIds(symbols: Uint32Array, ids: Uint32Array): boolean {
    const known = this.#ids;
    for (let i = 0; i < ids.length; i++) {
      const symbol = symbols[i] as number;
      const id = ids[i] as number;
      if (known[symbol] !== id + 1 && this.idOf(symbol) !== id) return false;
    }
    return true;
  }
}
