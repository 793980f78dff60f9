/** Series of label texts (head-index.ts says how they stand), found or made in one go. */
import { addRow, findSeries, internPair, noRow, reservePosting } from './head-index';
import { finish, internSymbol, mix, padded, symbolHeader } from './head-symbols';

const mostKept: u32 = 64;
const noMemory: u32 = 0xffff_fffe;

/** The pairs of the series before: neighbours share most of theirs. */
const lately: usize = memory.data(mostKept * 4, 16);
let latelyCount: u32 = 0;

/** Before the first of a run in which no pair is freed. */
export function headMakeBegin(): void {
  latelyCount = 0;
}

// @ts-ignore: decorator
@inline
function isText(symbol: u32, text: u32): bool {
  const bytes = load<u32>(text);
  if (load<u32>(symbol) != bytes) return false;
  const from = symbol + symbolHeader;
  for (let i: u32 = 0; i < bytes; i += 4) if (load<u32>(from + i) != load<u32>(text + 4 + i)) return false;
  return true;
}

/** 0 where memory has none. */
function pairOf(index: u32, nameText: u32, valueText: u32): u32 {
  if (index < latelyCount) {
    const pair = load<u32>(lately + (index << 2));
    if (isText(load<u32>(pair, 4), valueText) && isText(load<u32>(pair), nameText)) return pair;
  }
  const name = internSymbol(nameText + 4, load<u32>(nameText));
  if (name == 0) return 0;
  const value = internSymbol(valueText + 4, load<u32>(valueText));
  return value == 0 ? 0 : internPair(name, value);
}

/**
 * The row of a label set; `noRow` where it had none and is made in `row`, `noRow` - 1 where memory is used up: texts
 * that it interned stay, nothing else. `pairs` is room for the addresses of the label pairs.
 */
export function headMake(texts: u32, count: u32, pairs: u32, row: u32, ref: f64): u32 {
  let text = texts;
  let hash = count;
  for (let i: u32 = 0; i < count; i++) {
    const value = text + 4 + padded(load<u32>(text));
    const pair = pairOf(i, text, value);
    if (pair == 0) {
      latelyCount = 0;
      return noMemory;
    }
    store<u32>(pairs + (i << 2), pair);
    if (i < mostKept) {
      store<u32>(lately + (i << 2), pair);
      if (i >= latelyCount) latelyCount = i + 1;
    }
    hash = mix(hash, pair);
    text = value + 4 + padded(load<u32>(value));
  }
  hash = finish(hash);
  const found = findSeries(pairs, count, hash);
  if (found != noRow) return found;
  for (let i: u32 = 0; i < count; i++) if (!reservePosting(load<u32>(pairs + (i << 2)))) return noMemory;
  return addRow(row, ref, pairs, count, hash) ? noRow : noMemory;
}
