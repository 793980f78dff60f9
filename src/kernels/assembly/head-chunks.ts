/** The chunks of a row that take no more samples. The caller holds the row's sequence odd. */
import { arenaAlloc, arenaSize } from './arena';
import { headRetire } from './head-limbo';
import { chunkClosed, coldRow, hotRow } from './head-state';
import { xorSeal } from './xor-append';

const chunkBytes: u32 = 32;
const xorEncoding: u32 = 1;
const longest: f64 = 4294967295;

/** Rows whose open chunk was closed, with the chunk's address: room for `headClosedInit`'s count of pairs of words. */
let closedAt: u32 = 0;
let closedCount: u32 = 0;

export function headClosedInit(at: u32): void {
  closedAt = at;
  closedCount = 0;
}

/** How many are noted; forgets them. */
export function headTakeClosed(): u32 {
  const count = closedCount;
  closedCount = 0;
  return count;
}

/** The address of a record behind the last, its count raised; 0 where memory has none. */
export function headPushChunk(row: u32): u32 {
  const cold = coldRow(row);
  const count: u32 = load<u16>(cold, 20);
  const room: u32 = load<u16>(cold, 22);
  if (count == 0xffff) return 0;
  if (count == room) {
    const wanted: u32 = room < 2 ? room + 1 : room + (room >> 1);
    const bytes = arenaSize(wanted << 5);
    const block = arenaAlloc(bytes);
    if (block == 0) return 0;
    const old = load<u32>(cold, 16);
    if (old != 0) memory.copy(block, old, count << 5);
    store<u32>(cold, block, 16);
    const larger = bytes >> 5;
    store<u16>(cold, larger > 0xffff ? 0xffff : larger, 22);
    headRetire(old, room << 5);
  }
  const at = load<u32>(cold, 16) + (count << 5);
  memory.fill(at, 0, chunkBytes);
  store<u16>(cold, count + 1, 20);
  return at;
}

export function headFillChunk(chunk: u32, mint: f64, maxt: f64, at: u32, bytes: u32, kind: u32): void {
  const span = maxt - mint;
  store<f64>(chunk, mint);
  store<u32>(chunk, span >= longest ? 0xffff_ffff : <u32>span, 8);
  store<u32>(chunk, at, 12);
  store<u32>(chunk, bytes, 16);
  store<u32>(chunk, kind, 20);
}

/** Moves the open chunk to the closed ones. False where memory has no room, and nothing happened. */
export function closeOpen(row: u32): bool {
  const hot = hotRow(row);
  const open = load<u32>(hot, 4);
  if (open == 0) return true;
  // A block of the class of its length: what frees it knows nothing else.
  const capacity = <u32>load<u16>(hot, 50) << 4;
  const bytes = (load<u32>(hot, 8) + 7) >> 3;
  let at = open;
  if (arenaSize(bytes) != capacity) {
    at = arenaAlloc(bytes);
    if (at == 0) return false;
  }
  const chunk = headPushChunk(row);
  if (chunk == 0) {
    if (at != open) headRetire(at, bytes);
    return false;
  }
  xorSeal(hot);
  if (at != open) {
    memory.copy(at, open, bytes);
    headRetire(open, capacity);
  }
  const kind = <u32>load<u16>(hot, 12) | (xorEncoding << 16) | (chunkClosed << 24);
  headFillChunk(chunk, load<f64>(coldRow(row), 8), load<f64>(hot, 16), at, bytes, kind);
  store<u32>(hot, 0, 4);
  store<u32>(hot, 0, 8);
  store<u16>(hot, 0, 12);
  if (closedAt != 0) {
    store<u32>(closedAt + (closedCount << 3), row);
    store<u32>(closedAt + (closedCount << 3), at, 4);
    closedCount++;
  }
  return true;
}
