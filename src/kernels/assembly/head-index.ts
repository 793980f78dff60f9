/**
 * Symbols, label pairs with their postings, and series by labels and by ref. A label set arrives as texts, each a u32
 * of bytes and the bytes, 0 up to a multiple of 4: name, value, name, value…, in label order.
 */
import { arenaAlloc, arenaFree, arenaSize } from './arena';
import { dropHistory } from './head-history';
import { headRetire } from './head-limbo';
import {
  coldRow,
  control,
  controlNames,
  controlPairs,
  fence,
  flagDead,
  hotRow,
} from './head-state';
import { findSymbol, finish, hashText, internSymbol, mix, padded, releaseSymbol, symbolsInit } from './head-symbols';
import { tableNew, tablePut, tableRemove, tableRoom, tableSlot } from './head-table';

const pairBytes: u32 = 32;
const nameBytes: u32 = 16;
/** What a table of rows keeps is the row + 2. */
const rowOffset: u32 = 2;
export const noRow: u32 = 0xffff_ffff;

let seriesTable: u32 = 0;
let refTable: u32 = 0;
let pairCount: u32 = 0;

/** False where memory has no room for the tables. */
export function headIndexInit(): bool {
  const hasSymbols = symbolsInit();
  const pairs = tableNew(1024);
  seriesTable = tableNew(1024);
  refTable = tableNew(1024);
  pairCount = 0;
  store<u32>(control + controlPairs, pairs);
  store<u32>(control + controlNames, 0);
  return hasSymbols && pairs != 0 && seriesTable != 0 && refTable != 0;
}

export function headPairCount(): u32 {
  return pairCount;
}

// @ts-ignore: decorator
@inline
function hashPair(name: u32, value: u32): u32 {
  return finish(mix(mix(8, name), value));
}

function findPair(name: u32, value: u32, hash: u32): u32 {
  const table = load<u32>(control + controlPairs);
  const mask = load<u32>(table);
  let index = hash & mask;
  for (;;) {
    const slot = tableSlot(table, index);
    const pair = load<u32>(slot, 4);
    if (pair == 0) return 0;
    if (pair > 1 && load<u32>(slot) == hash && load<u32>(pair) == name && load<u32>(pair, 4) == value)
      return pair;
    index = (index + 1) & mask;
  }
  return 0;
}

/** The record that joins a name's pairs. */
function nameOf(symbol: u32): u32 {
  const known = load<u32>(symbol, 8);
  if (known != 0) return known;
  const name = arenaAlloc(nameBytes);
  if (name == 0) return 0;
  store<u32>(name, symbol);
  store<u32>(name, 0, 4);
  store<u32>(name, 0, 8);
  store<u32>(name, load<u32>(control + controlNames), 12);
  store<u32>(symbol, name, 8);
  store<u32>(symbol, load<u32>(symbol, 4) + 1, 4);
  atomic.store<u32>(control, name, controlNames);
  return name;
}

/** 0 where memory has none. */
export function internPair(name: u32, value: u32): u32 {
  const hash = hashPair(name, value);
  const found = findPair(name, value, hash);
  if (found != 0) return found;
  const record = nameOf(name);
  if (record == 0) return 0;
  const table = tableRoom(load<u32>(control + controlPairs));
  if (table == 0) return 0;
  atomic.store<u32>(control, table, controlPairs);
  const pair = arenaAlloc(pairBytes);
  if (pair == 0) return 0;
  memory.fill(pair, 0, pairBytes);
  store<u32>(pair, name);
  store<u32>(pair, value, 4);
  store<u32>(pair, load<u32>(record, 4), 24);
  store<u32>(name, load<u32>(name, 4) + 1, 4);
  store<u32>(value, load<u32>(value, 4) + 1, 4);
  tablePut(table, hash, pair);
  atomic.store<u32>(record, pair, 4);
  store<u32>(record, load<u32>(record, 8) + 1, 8);
  pairCount++;
  return pair;
}

/** Makes sure that one row more has room in a pair's postings. */
export function reservePosting(pair: u32): bool {
  const count = load<u32>(pair, 16);
  const room = load<u32>(pair, 20);
  if (count == 0 || count - 1 < room) return true;
  const wanted: u32 = room == 0 ? 4 : room < 1024 ? room << 1 : room + (room >> 1);
  const bytes = arenaSize(wanted << 2);
  const block = arenaAlloc(bytes);
  if (block == 0) return false;
  const old = load<u32>(pair, 12);
  if (old != 0) memory.copy(block, old, (count - 1) << 2);
  const sequence = load<u32>(pair, 28);
  atomic.store<u32>(pair, sequence + 1, 28);
  fence();
  store<u32>(pair, block, 12);
  store<u32>(pair, bytes >> 2, 20);
  atomic.store<u32>(pair, sequence + 2, 28);
  headRetire(old, room << 2);
  return true;
}

function addPosting(pair: u32, row: u32): void {
  const count = load<u32>(pair, 16);
  if (count == 0) store<u32>(pair, row, 8);
  else store<u32>(load<u32>(pair, 12) + ((count - 1) << 2), row);
  atomic.store<u32>(pair, count + 1, 16);
}

// @ts-ignore: decorator
@inline
function nextText(text: u32): u32 {
  return text + 4 + padded(load<u32>(text));
}

/** The row of a label set, `noRow` where there is none. `pairs` receives the addresses of the label pairs. */
export function headFind(texts: u32, count: u32, pairs: u32): u32 {
  let text = texts;
  let hash = count;
  for (let i: u32 = 0; i < count; i++) {
    const nameLength = load<u32>(text);
    const name = findSymbol(text + 4, nameLength, hashText(text + 4, nameLength));
    if (name == 0) return noRow;
    text = nextText(text);
    const valueLength = load<u32>(text);
    const value = findSymbol(text + 4, valueLength, hashText(text + 4, valueLength));
    if (value == 0) return noRow;
    text = nextText(text);
    const pair = findPair(name, value, hashPair(name, value));
    if (pair == 0) return noRow;
    store<u32>(pairs + (i << 2), pair);
    hash = mix(hash, pair);
  }
  return findSeries(pairs, count, finish(hash));
}

/** The row of label pairs, `noRow` where there is none; `hash` is of all of them. */
export function findSeries(pairs: u32, count: u32, hash: u32): u32 {
  const mask = load<u32>(seriesTable);
  let index = hash & mask;
  for (;;) {
    const slot = tableSlot(seriesTable, index);
    const entry = load<u32>(slot, 4);
    if (entry == 0) return noRow;
    if (entry > 1 && load<u32>(slot) == hash && hasLabels(entry - rowOffset, pairs, count))
      return entry - rowOffset;
    index = (index + 1) & mask;
  }
  return noRow;
}

function hasLabels(row: u32, pairs: u32, count: u32): bool {
  const cold = coldRow(row);
  if (load<u16>(cold, 28) != count) return false;
  return memory.compare(load<u32>(cold, 24), pairs, count << 2) == 0;
}

/**
 * Makes a series in a free row. False where memory is used up: texts that it interned stay, nothing else. `pairs` is
 * room for the addresses of the label pairs.
 */
export function headCreate(texts: u32, count: u32, pairs: u32, row: u32, ref: f64): bool {
  let text = texts;
  let hash = count;
  for (let i: u32 = 0; i < count; i++) {
    const name = internSymbol(text + 4, load<u32>(text));
    text = nextText(text);
    if (name == 0) return false;
    const value = internSymbol(text + 4, load<u32>(text));
    text = nextText(text);
    if (value == 0) return false;
    const pair = internPair(name, value);
    if (pair == 0 || !reservePosting(pair)) return false;
    store<u32>(pairs + (i << 2), pair);
    hash = mix(hash, pair);
  }
  return addRow(row, ref, pairs, count, finish(hash));
}

/** Makes a series of label pairs whose postings have room for it. False where memory is used up: nothing happened. */
export function addRow(row: u32, ref: f64, pairs: u32, count: u32, hash: u32): bool {
  const series = tableRoom(seriesTable);
  if (series == 0) return false;
  seriesTable = series;
  const refs = tableRoom(refTable);
  if (refs == 0) return false;
  refTable = refs;
  const labels = arenaAlloc(count << 2);
  if (labels == 0) return false;
  memory.copy(labels, pairs, count << 2);
  fillRow(row, ref, labels, count, hash);
  for (let i: u32 = 0; i < count; i++) addPosting(load<u32>(pairs + (i << 2)), row);
  tablePut(seriesTable, hash, row + rowOffset);
  tablePut(refTable, <u32>(<u64>ref), row + rowOffset);
  return true;
}

function fillRow(row: u32, ref: f64, labels: u32, count: u32, hash: u32): void {
  const hot = hotRow(row);
  const cold = coldRow(row);
  const sequence = load<u32>(hot) | 1;
  const generation = load<u32>(cold, 36) + 1;
  atomic.store<u32>(hot, sequence);
  fence();
  memory.fill(hot + 4, 0, 60);
  store<f64>(hot, -Infinity, 16);
  store<f64>(hot, -Infinity, 24);
  memory.fill(cold, 0, 48);
  store<f64>(cold, ref);
  store<u32>(cold, labels, 24);
  store<u16>(cold, count, 28);
  store<u32>(cold, hash, 32);
  store<u32>(cold, generation, 36);
  atomic.store<u32>(hot, sequence + 1);
}

/** A second ref of a series. False where memory is used up. */
export function headAlias(ref: f64, row: u32): bool {
  const refs = tableRoom(refTable);
  if (refs == 0) return false;
  refTable = refs;
  tablePut(refTable, <u32>(<u64>ref), row + rowOffset);
  return true;
}

export function headForgetRef(ref: f64, row: u32): void {
  tableRemove(refTable, <u32>(<u64>ref), row + rowOffset);
}

/**
 * The row of a ref, `noRow` where there is none. Refs whose low 32 bits are the same never live together: they are given
 * out in turn.
 */
// @ts-ignore: decorator
@inline
export function rowOfRef(ref: f64): u32 {
  if (!(ref >= 1 && ref < 9007199254740992.0)) return noRow;
  const hash = <u32>(<u64>ref);
  const mask = load<u32>(refTable);
  let index = hash & mask;
  for (;;) {
    const slot = tableSlot(refTable, index);
    const entry = load<u32>(slot, 4);
    if (entry == 0) return noRow;
    if (entry > 1 && load<u32>(slot) == hash) return entry - rowOffset;
    index = (index + 1) & mask;
  }
  return noRow;
}

export function headRow(ref: f64): u32 {
  return rowOfRef(ref);
}

/** Takes a series out of the tables; its pairs keep it until `headSweepPair`. Aliases are the caller's to forget. */
export function headRemove(row: u32): void {
  const hot = hotRow(row);
  const cold = coldRow(row);
  tableRemove(seriesTable, load<u32>(cold, 32), row + rowOffset);
  tableRemove(refTable, <u32>(<u64>load<f64>(cold)), row + rowOffset);
  store<u8>(hot, load<u8>(hot, 15) | flagDead, 15);
}

/** The row may be taken once this was done and no reader is in it. */
export function headFreeRow(row: u32): void {
  const hot = hotRow(row);
  const cold = coldRow(row);
  const sequence = load<u32>(hot) | 1;
  atomic.store<u32>(hot, sequence);
  fence();
  dropHistory(row);
  headRetire(load<u32>(cold, 24), <u32>load<u16>(cold, 28) << 2);
  headRetire(load<u32>(cold, 16), <u32>load<u16>(cold, 22) << 5);
  store<f64>(cold, 0);
  store<u32>(cold, 0, 16);
  store<u32>(cold, 0, 20);
  store<u32>(cold, 0, 24);
  store<u16>(cold, 0, 28);
  store<u32>(hot, 0, 4);
  atomic.store<u32>(hot, sequence + 1);
}

/** Makes a pair's postings anew without the rows that are gone; answers how many are left. */
export function headSweepPair(pair: u32): u32 {
  const count = load<u32>(pair, 16);
  const rest = load<u32>(pair, 12);
  const room = load<u32>(pair, 20);
  let kept: u32 = 0;
  for (let i: u32 = 0; i < count; i++) {
    const row = i == 0 ? load<u32>(pair, 8) : load<u32>(rest + ((i - 1) << 2));
    if ((load<u8>(hotRow(row), 15) & flagDead) == 0) kept++;
  }
  if (kept == count) return count;
  let block: u32 = 0;
  let bytes: u32 = 0;
  if (kept > 1) {
    bytes = arenaSize((kept - 1) << 2);
    block = arenaAlloc(bytes);
    if (block == 0) return count;
  }
  let first: u32 = 0;
  let at: u32 = 0;
  for (let i: u32 = 0; i < count; i++) {
    const row = i == 0 ? load<u32>(pair, 8) : load<u32>(rest + ((i - 1) << 2));
    if ((load<u8>(hotRow(row), 15) & flagDead) != 0) continue;
    if (at == 0) first = row;
    else store<u32>(block + ((at - 1) << 2), row);
    at++;
  }
  const sequence = load<u32>(pair, 28);
  atomic.store<u32>(pair, sequence + 1, 28);
  fence();
  store<u32>(pair, first, 8);
  store<u32>(pair, block, 12);
  store<u32>(pair, kept, 16);
  store<u32>(pair, bytes >> 2, 20);
  atomic.store<u32>(pair, sequence + 2, 28);
  if (rest != 0) headRetire(rest, room << 2);
  return kept;
}

/**
 * Takes pairs without rows out of a name's list, looking at no more than `most` from `previous` on (0: the list's
 * head). Answers the pair to go on behind, `noRow` at the end.
 */
export function headSweepName(name: u32, previous: u32, most: u32): u32 {
  for (let i: u32 = 0; i < most; i++) {
    const pair = previous == 0 ? load<u32>(name, 4) : load<u32>(previous, 24);
    if (pair == 0) return noRow;
    if (load<u32>(pair, 16) > 0) {
      previous = pair;
      continue;
    }
    const next = load<u32>(pair, 24);
    if (previous == 0) atomic.store<u32>(name, next, 4);
    else atomic.store<u32>(previous, next, 24);
    store<u32>(name, load<u32>(name, 8) - 1, 8);
    freePair(pair);
  }
  return previous;
}

function freePair(pair: u32): void {
  const name = load<u32>(pair);
  const value = load<u32>(pair, 4);
  tableRemove(load<u32>(control + controlPairs), hashPair(name, value), pair);
  const rest = load<u32>(pair, 12);
  if (rest != 0) headRetire(rest, load<u32>(pair, 20) << 2);
  headRetire(pair, pairBytes);
  releaseSymbol(value);
  releaseSymbol(name);
  pairCount--;
}

/** Takes names without pairs out of the list of names. */
export function headSweepNames(): void {
  let previous: u32 = 0;
  let name = load<u32>(control + controlNames);
  while (name != 0) {
    const next = load<u32>(name, 12);
    if (load<u32>(name, 8) > 0) {
      previous = name;
    } else {
      if (previous == 0) atomic.store<u32>(control, next, controlNames);
      else atomic.store<u32>(previous, next, 12);
      const symbol = load<u32>(name);
      store<u32>(symbol, 0, 8);
      releaseSymbol(symbol);
      headRetire(name, nameBytes);
    }
    name = next;
  }
}
