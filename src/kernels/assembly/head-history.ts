/**
 * Commits of a row that its hot row has no room for (`head-state.ts` draws them): kept while open readers stand between
 * them, at most one a reader and one more. The caller holds the row's sequence odd.
 */
import { arenaAlloc } from './arena';
import { headRetire } from './head-limbo';
import { coldRow, flagHistory, hotRow } from './head-state';

const headerBytes: u32 = 8;

/** Whether a reader sees a state before `commit`. */
export function isNeeded(commit: u32, readers: u32, readerCount: u32): bool {
  for (let i: u32 = 0; i < readerCount; i++) {
    if (<i32>(load<u32>(readers + (i << 2)) - commit) < 0) return true;
  }
  return false;
}

/** Whether a reader sees `older` and not `newer`. */
export function isBetween(older: u32, newer: u32, readers: u32, readerCount: u32): bool {
  for (let i: u32 = 0; i < readerCount; i++) {
    const seen = load<u32>(readers + (i << 2));
    if (<i32>(seen - older) >= 0 && <i32>(seen - newer) < 0) return true;
  }
  return false;
}

export function dropHistory(row: u32): void {
  const hot = hotRow(row);
  const flags: u32 = load<u8>(hot, 15);
  if ((flags & flagHistory) == 0) return;
  const at = load<u32>(coldRow(row), 40);
  store<u8>(hot, flags & ~flagHistory, 15);
  store<u32>(coldRow(row), 0, 40);
  headRetire(at, headerBytes + (load<u32>(at, 4) << 3));
}

/**
 * Puts a commit before the others; drops what no reader needs and joins what none stands between. False where memory
 * has no room: the history is then as it was.
 */
export function pushHistory(row: u32, commit: u32, added: u32, readers: u32, readerCount: u32): bool {
  const cold = coldRow(row);
  const hot = hotRow(row);
  const flags: u32 = load<u8>(hot, 15);
  const old: u32 = (flags & flagHistory) != 0 ? load<u32>(cold, 40) : 0;
  const count: u32 = old != 0 ? load<u32>(old) : 0;
  const room = count + 1;
  const at = arenaAlloc(headerBytes + (room << 3));
  if (at == 0) return false;
  store<u32>(at + headerBytes, commit);
  store<u32>(at + headerBytes, added, 4);
  let kept: u32 = 1;
  for (let i: u32 = 0; i < count; i++) {
    const from = old + headerBytes + (i << 3);
    const earlier = load<u32>(from);
    if (!isNeeded(earlier, readers, readerCount)) break;
    const last = at + headerBytes + ((kept - 1) << 3);
    if (isBetween(earlier, load<u32>(last), readers, readerCount)) {
      store<u64>(last + 8, load<u64>(from));
      kept++;
    } else {
      store<u32>(last, earlier);
      store<u32>(last, load<u32>(last, 4) + load<u32>(from, 4), 4);
    }
  }
  store<u32>(at, kept);
  store<u32>(at, room, 4);
  store<u32>(cold, at, 40);
  store<u8>(hot, flags | flagHistory, 15);
  if (old != 0) headRetire(old, headerBytes + (load<u32>(old, 4) << 3));
  return true;
}
