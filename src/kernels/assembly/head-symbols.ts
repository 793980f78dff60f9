/** Texts that the head keeps once each: what a symbol is stands in head-state.ts, the table's form in head-table.ts. */
import { arenaAlloc } from './arena';
import { headRetire } from './head-limbo';
import { control, controlSeed, controlSymbols } from './head-state';
import { tableNew, tablePut, tableRemove, tableRoom, tableSlot } from './head-table';

export const symbolHeader: u32 = 12;

let symbolCount: u32 = 0;
let hashSeed: u32 = 0;

/** False where memory has no room for the table. */
export function symbolsInit(): bool {
  const symbols = tableNew(1024);
  symbolCount = 0;
  hashSeed = load<u32>(control + controlSeed);
  store<u32>(control + controlSymbols, symbols);
  return symbols != 0;
}

export function headSymbolCount(): u32 {
  return symbolCount;
}

// @ts-ignore: decorator
@inline
export function padded(bytes: u32): u32 {
  return (bytes + 3) & ~3;
}

// @ts-ignore: decorator
@inline
export function finish(hash: u32): u32 {
  hash = (hash ^ (hash >> 16)) * 0x85ebca6b;
  hash = (hash ^ (hash >> 13)) * 0xc2b2ae35;
  return hash ^ (hash >> 16);
}

// @ts-ignore: decorator
@inline
export function mix(hash: u32, word: u32): u32 {
  word = rotl<u32>(word * 0xcc9e2d51, 15) * 0x1b873593;
  return rotl<u32>(hash ^ word, 13) * 5 + 0xe6546b64;
}

/** The one to three bytes of a text behind its last whole word, 0 above them. */
// @ts-ignore: decorator
@inline
function tailOf(at: u32, count: u32): u32 {
  let word: u32 = load<u8>(at);
  if (count > 1) word |= <u32>load<u8>(at, 1) << 8;
  if (count > 2) word |= <u32>load<u8>(at, 2) << 16;
  return word;
}

/** MurmurHash3 of words, the last filled up with 0, its seed mixed with the length. The reader computes the same. */
export function hashText(at: u32, bytes: u32): u32 {
  let hash = bytes ^ hashSeed;
  const end = at + (bytes & ~3);
  for (; at < end; at += 4) hash = mix(hash, load<u32>(at));
  if ((bytes & 3) != 0) hash = mix(hash, tailOf(at, bytes & 3));
  return finish(hash);
}

// @ts-ignore: decorator
@inline
function sameText(symbol: u32, text: u32, bytes: u32): bool {
  if (load<u32>(symbol) != bytes) return false;
  const from = symbol + symbolHeader;
  const whole = bytes & ~3;
  for (let i: u32 = 0; i < whole; i += 4) if (load<u32>(from + i) != load<u32>(text + i)) return false;
  return (bytes & 3) == 0 || load<u32>(from + whole) == tailOf(text + whole, bytes & 3);
}

/** 0 where there is none. */
export function findSymbol(text: u32, bytes: u32, hash: u32): u32 {
  const table = load<u32>(control + controlSymbols);
  const mask = load<u32>(table);
  let index = hash & mask;
  for (;;) {
    const slot = tableSlot(table, index);
    const symbol = load<u32>(slot, 4);
    if (symbol == 0) return 0;
    if (symbol > 1 && load<u32>(slot) == hash && sameText(symbol, text, bytes)) return symbol;
    index = (index + 1) & mask;
  }
  return 0;
}

/** 0 where memory has none. */
export function internSymbol(text: u32, bytes: u32): u32 {
  const hash = hashText(text, bytes);
  const found = findSymbol(text, bytes, hash);
  if (found != 0) return found;
  const table = tableRoom(load<u32>(control + controlSymbols));
  if (table == 0) return 0;
  atomic.store<u32>(control, table, controlSymbols);
  const symbol = arenaAlloc(symbolHeader + padded(bytes));
  if (symbol == 0) return 0;
  store<u32>(symbol, bytes);
  store<u32>(symbol, 0, 4);
  store<u32>(symbol, 0, 8);
  if ((bytes & 3) != 0) store<u32>(symbol + symbolHeader + (bytes & ~3), 0);
  memory.copy(symbol + symbolHeader, text, bytes);
  tablePut(table, hash, symbol);
  symbolCount++;
  return symbol;
}

export function releaseSymbol(symbol: u32): void {
  const uses = load<u32>(symbol, 4) - 1;
  store<u32>(symbol, uses, 4);
  if (uses > 0) return;
  const bytes = load<u32>(symbol);
  tableRemove(load<u32>(control + controlSymbols), hashText(symbol + symbolHeader, bytes), symbol);
  headRetire(symbol, symbolHeader + padded(bytes));
  symbolCount--;
}
