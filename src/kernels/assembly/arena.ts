/**
 * Memory by size classes: multiples of 16 bytes up to 128, then four classes between a power of two and the next, so
 * that at most a fifth of a block is unused. Freed blocks wait in a list of their class, linked through their first
 * word. One arena a memory; whoever frees a block that another thread may still read retires it instead.
 */

const classCount = 128;
/** Of a donated block, where a request finds no room in it. */
const mostWasted: u32 = 2048;

let cursor: u32 = 0;
let limit: u32 = 0;
let freeBytes: u32 = 0;
/** The part of a donated block that was not handed out again, and the donated blocks behind it, linked. */
let spare: u32 = 0;
let spareEnd: u32 = 0;
let moreSpare: u32 = 0;
const heads: usize = memory.data(classCount * 4, 16);

/** The class of a size, 1 to 2^31 bytes. */
// @ts-ignore: decorator
@inline
function classOf(size: u32): u32 {
  if (size <= 128) return ((size + 15) >> 4) - 1;
  const shift: u32 = 31 - clz<u32>(size - 1);
  return 8 + ((shift - 7) << 2) + (((size - 1) >> (shift - 2)) & 3);
}

// @ts-ignore: decorator
@inline
function classBytes(index: u32): u32 {
  if (index < 8) return (index + 1) << 4;
  const shift: u32 = 7 + ((index - 8) >> 2);
  return (<u32>1 << shift) + ((((index - 8) & 3) + 1) << (shift - 2));
}

/** What a request of `size` bytes really takes. */
export function arenaSize(size: u32): u32 {
  return classBytes(classOf(size));
}

/** Hands the arena its memory, `base` to `end` (excluded); forgets all blocks. */
export function arenaInit(base: u32, end: u32): void {
  cursor = (base + 15) & ~15;
  limit = end;
  freeBytes = 0;
  spare = 0;
  spareEnd = 0;
  moreSpare = 0;
  memory.fill(heads, 0, classCount * 4);
}

/** The memory grew. */
export function arenaExtend(end: u32): void {
  limit = end;
}

/** A block of at least `size` bytes, aligned to 16, its content undefined; 0 when there is none. */
export function arenaAlloc(size: u32): u32 {
  if (size == 0) size = 1;
  const index = classOf(size);
  const slot = heads + (index << 2);
  const head = load<u32>(slot);
  const bytes = classBytes(index);
  if (head != 0) {
    store<u32>(slot, load<u32>(head));
    freeBytes -= bytes;
    return head;
  }
  if (spareEnd - spare < bytes) {
    if (moreSpare == 0 || spareEnd - spare > mostWasted) return takeUntouched(bytes);
    spare = moreSpare;
    moreSpare = load<u32>(spare);
    spareEnd = spare + load<u32>(spare, 4);
    if (spareEnd - spare < bytes) return takeUntouched(bytes);
  }
  const at = spare;
  spare += bytes;
  freeBytes -= bytes;
  return at;
}

function takeUntouched(bytes: u32): u32 {
  if (limit - cursor < bytes || cursor > limit) return 0;
  const at = cursor;
  cursor += bytes;
  return at;
}

/** Gives a block back whose pages are in use: blocks of any size are made of it before memory that was never touched. */
export function arenaDonate(at: u32, size: u32): void {
  const bytes = classBytes(classOf(size));
  store<u32>(at, moreSpare);
  store<u32>(at, bytes, 4);
  moreSpare = at;
  freeBytes += bytes;
}

/** Gives a block back; `size` as it was asked for. */
export function arenaFree(at: u32, size: u32): void {
  if (size == 0) size = 1;
  const index = classOf(size);
  const slot = heads + (index << 2);
  store<u32>(at, load<u32>(slot));
  store<u32>(slot, at);
  freeBytes += classBytes(index);
}

/** Bytes handed out and not given back, whole classes. */
export function arenaUsed(base: u32): u32 {
  return cursor - base - freeBytes;
}

/** Bytes that were never handed out. */
export function arenaRemaining(): u32 {
  return limit - cursor;
}

/** The first byte that no static data uses. */
export function heapBase(): u32 {
  return <u32>__heap_base;
}
