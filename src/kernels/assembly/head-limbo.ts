/** Blocks that readers may still be in: a ring of {address, size, epoch}, oldest first, that doubles when full. */
import { arenaAlloc, arenaFree } from './arena';
import { control, controlEpoch } from './head-state';

const entryBytes: u32 = 12;
let ring: u32 = 0;
let capacity: u32 = 0;
let first: u32 = 0;
let count: u32 = 0;

export function headLimboInit(): void {
  ring = 0;
  capacity = 0;
  first = 0;
  count = 0;
}

/** The block is given back once every reader has entered a later epoch. */
export function headRetire(at: u32, size: u32): void {
  if (at == 0) return;
  if (count == capacity && !growRing()) return;
  const entry = ring + ((first + count) & (capacity - 1)) * entryBytes;
  store<u32>(entry, at);
  store<u32>(entry, size, 4);
  store<u32>(entry, load<u32>(control + controlEpoch), 8);
  count++;
}

/** Without memory for the ring the block stays lost, which is sound. */
function growRing(): bool {
  const larger: u32 = capacity == 0 ? 1024 : capacity << 1;
  const at = arenaAlloc(larger * entryBytes);
  if (at == 0) return false;
  for (let i: u32 = 0; i < count; i++) {
    memory.copy(at + i * entryBytes, ring + ((first + i) & (capacity - 1)) * entryBytes, entryBytes);
  }
  if (ring != 0) arenaFree(ring, capacity * entryBytes);
  ring = at;
  capacity = larger;
  first = 0;
  return true;
}

export function headLimboCount(): u32 {
  return count;
}

/** Frees at most `most` blocks retired before epoch `oldest`; answers how many are left. */
export function headReclaim(oldest: u32, most: u32): u32 {
  while (count > 0 && most > 0) {
    const entry = ring + first * entryBytes;
    if (<i32>(load<u32>(entry, 8) - oldest) >= 0) break;
    arenaFree(load<u32>(entry), load<u32>(entry, 4));
    first = (first + 1) & (capacity - 1);
    count--;
    most--;
  }
  return count;
}
