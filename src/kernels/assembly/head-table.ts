/**
 * Open addressing: u32 mask, u32 entries, u32 deleted ones, u32 unused; then {u32 hash, u32 value} each. Value 0 is
 * empty, 1 deleted. A table is replaced when three quarters full; readers may go on in the old one.
 */
import { arenaAlloc } from './arena';
import { headRetire } from './head-limbo';

const headerBytes: u32 = 16;

/** 0 where memory has none. `capacity` is a power of two. */
export function tableNew(capacity: u32): u32 {
  const at = arenaAlloc(headerBytes + (capacity << 3));
  if (at == 0) return 0;
  memory.fill(at, 0, headerBytes + (capacity << 3));
  store<u32>(at, capacity - 1);
  return at;
}

// @ts-ignore: decorator
@inline
export function tableSlot(table: u32, index: u32): u32 {
  return table + headerBytes + (index << 3);
}

/** The table to go on with, in which one entry more has room; 0 where memory has none. */
export function tableRoom(table: u32): u32 {
  const mask = load<u32>(table);
  const entries = load<u32>(table, 4);
  const capacity = mask + 1;
  if (entries + load<u32>(table, 8) < capacity - (capacity >> 2)) return table;
  const larger = tableNew(entries > capacity >> 1 ? capacity << 1 : capacity);
  if (larger == 0) return 0;
  for (let i: u32 = 0; i <= mask; i++) {
    const slot = tableSlot(table, i);
    const value = load<u32>(slot, 4);
    if (value > 1) tablePut(larger, load<u32>(slot), value);
  }
  headRetire(table, headerBytes + (capacity << 3));
  return larger;
}

/** The table has room. */
export function tablePut(table: u32, hash: u32, value: u32): void {
  const mask = load<u32>(table);
  let index = hash & mask;
  for (;;) {
    const slot = tableSlot(table, index);
    const there = load<u32>(slot, 4);
    if (there <= 1) {
      if (there == 1) store<u32>(table, load<u32>(table, 8) - 1, 8);
      store<u32>(slot, hash);
      atomic.store<u32>(slot, value, 4);
      store<u32>(table, load<u32>(table, 4) + 1, 4);
      return;
    }
    index = (index + 1) & mask;
  }
}

export function tableRemove(table: u32, hash: u32, value: u32): void {
  const mask = load<u32>(table);
  let index = hash & mask;
  for (;;) {
    const slot = tableSlot(table, index);
    const there = load<u32>(slot, 4);
    if (there == 0) return;
    if (there == value && load<u32>(slot) == hash) {
      atomic.store<u32>(slot, 1, 4);
      store<u32>(table, load<u32>(table, 4) - 1, 4);
      store<u32>(table, load<u32>(table, 8) + 1, 8);
      return;
    }
    index = (index + 1) & mask;
  }
}
