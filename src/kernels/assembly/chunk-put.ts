/** Bits of chunks as their writers put them: see chunk-bits.ts for their readers. Stores take nine bytes. */

/** Where bits go, and the next one; whoever puts has seen to it that there is room. */
let into: u32 = 0;
export let putBit: u32 = 0;

export function beginPut(at: u32, bit: u32): void {
  into = at;
  putBit = bit;
}

/** The low `count` bits (1 to 64) of a value, whose other bits are 0. */
export function put(value: u64, count: u32): void {
  const at = into + (putBit >> 3);
  const used = putBit & 7;
  const first: u64 = used != 0 ? (<u64>load<u8>(at)) << 56 : 0;
  const total = used + count;
  putBit += count;
  if (total <= 64) {
    store<u64>(at, bswap<u64>(first | (value << (64 - total))));
    return;
  }
  const over = total - 64;
  store<u64>(at, bswap<u64>(first | (value >> over)));
  store<u8>(at + 8, <u8>(value << (8 - over)));
}

export function putUvarint(value: u64): void {
  let left = value;
  while (left >= 0x80) {
    put((left & 0x7f) | 0x80, 8);
    left >>= 7;
  }
  put(left, 8);
}

export function putVarint(value: i64): void {
  putUvarint((<u64>value << 1) ^ <u64>(value >> 63));
}

/** Bits of the bins behind 0 to 7 ones, a byte each. */
const binBits: u64 = 0x3819120c09060300;

/** The bits of a bin that is wide enough, behind its ones. */
function putBin(bin: u32, value: u64): void {
  const width = <u32>(binBits >> (bin << 3)) & 0xff;
  const ones = ((<u64>2 << bin) - 2) << width;
  put(ones | (value & ((<u64>1 << width) - 1)), bin + 1 + width);
}

function putLongest(value: u64): void {
  put(0xff, 8);
  put(value, 64);
}

export function putVarbit(value: i64): void {
  if (value == 0) {
    put(0, 1);
    return;
  }
  for (let bin: u32 = 1; bin < 8; bin++) {
    const half = <i64>1 << (((binBits >> (bin << 3)) & 0xff) - 1);
    if (value <= -half || value > half) continue;
    putBin(bin, <u64>value);
    return;
  }
  putLongest(<u64>value);
}

export function putUnsignedVarbit(value: u64): void {
  if (value == 0) {
    put(0, 1);
    return;
  }
  for (let bin: u32 = 1; bin < 8; bin++) {
    if (value >> ((binBits >> (bin << 3)) & 0xff) != 0) continue;
    putBin(bin, value);
    return;
  }
  putLongest(value);
}

/** The window of the value that is written: bits that may differ (0 before the first window), and zeros behind them. */
export let putWindow: u32 = 0;
export let putTrailing: u32 = 0;

export function usePutWindow(bits: u32, trailing: u32): void {
  putWindow = bits;
  putTrailing = trailing;
}

/**
 * What differs, which is not 0, behind one of two prefixes: `within` of so many bits where it lies in the window, else
 * `anew` and 5 bits of leading zeros and 6 of length.
 */
export function putDifference(xor: u64, within: u64, withinBits: u32, anew: u64, anewBits: u32): void {
  if (putWindow != 0) {
    const inWindow = (<u64>-1 >> (64 - putWindow)) << putTrailing;
    if ((xor & ~inWindow) == 0) {
      put(within, withinBits);
      put(xor >> putTrailing, putWindow);
      return;
    }
  }
  const leading = min<u32>(<u32>clz<u64>(xor), 31);
  putTrailing = <u32>ctz<u64>(xor);
  putWindow = 64 - leading - putTrailing;
  put((anew << 11) | (leading << 6) | (putWindow & 63), anewBits + 11);
  put(xor >> putTrailing, putWindow);
}

/** Start timestamps of the chunk that is written, 0 for none: the last one, and what was written last. */
export let putStart: f64 = 0;
export let putStartDifference: f64 = 0;

export function usePutStart(start: f64, difference: f64): void {
  putStart = start;
  putStartDifference = difference;
}

const lastChangeOn: u32 = 0x7f;
const firstKnown: u32 = 0x80;

/** Behind sample `index`; `header` is the address of the byte that says where start timestamps are. */
export function putStartOf(header: u32, index: u32, time: f64, previous: f64, start: f64): void {
  const difference = previous - start;
  const flags = <u32>load<u8>(header);
  if (index == 0) {
    if (start != 0) {
      putVarint(<i64>(time - start));
      store<u8>(header, firstKnown);
    }
  } else if ((flags & lastChangeOn) != 0) {
    putVarbit(<i64>(difference - putStartDifference));
    putStartDifference = difference;
  } else if (start != putStart || index == lastChangeOn) {
    store<u8>(header, flags | index);
    putVarbit(<i64>difference);
    putStartDifference = difference;
  }
  putStart = start;
}
