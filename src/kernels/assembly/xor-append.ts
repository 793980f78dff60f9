/**
 * XOR chunks written sample by sample (tsdb/chunkenc/xor.go), the state of the writer beside them in 64 bytes:
 *
 *    4  u32 address of the chunk         8  u32 bits written, the header of 16 bits with them
 *   12  u16 samples                     16  f64 time of the last one, ms
 *   24  f64 delta of the last one       32  u64 bits of its value
 *   48  u8  leading zeros of the window of significant bits (0xff: none yet)     49  u8 trailing zeros
 *   50  u16 bytes that the chunk may take, in sixteenths
 *
 * The two bytes of the header are left to `xorSeal`: appending touches the state and the chunk's last bytes alone.
 */

const noWindow: u32 = 0xff;
const scratch: usize = memory.data(64, 64);

/** Writes the low `count` bits (1 to 64) of a value, whose other bits are 0, behind bit `bit`. */
// @ts-ignore: decorator
@inline
function putBits(base: u32, bit: u32, value: u64, count: u32, end: u32): void {
  const at = base + (bit >> 3);
  const used = bit & 7;
  const first: u64 = used != 0 ? (<u64>load<u8>(at)) << 56 : 0;
  const total = used + count;
  if (total <= 64) {
    storeBytes(at, first | (value << (64 - total)), (total + 7) >> 3, end);
  } else {
    const over = total - 64;
    store<u64>(at, bswap<u64>(first | (value >> over)));
    store<u8>(at + 8, <u8>(value << (8 - over)));
  }
}

/** Eight bytes at once where the block has room for them, else as many as hold bits. */
// @ts-ignore: decorator
@inline
function storeBytes(at: u32, word: u64, bytes: u32, end: u32): void {
  if (at + 8 <= end) {
    store<u64>(at, bswap<u64>(word));
    return;
  }
  for (let i: u32 = 0; i < bytes; i++) store<u8>(at + i, <u8>(word >> (56 - (i << 3))));
}

/** Bits of the code for a change of delta. */
// @ts-ignore: decorator
@inline
function dodBits(dod: i64): u32 {
  if (dod == 0) return 1;
  if (dod >= -8191 && dod <= 8192) return 16;
  if (dod >= -65535 && dod <= 65536) return 20;
  if (dod >= -524287 && dod <= 524288) return 24;
  return 68;
}

function putDod(base: u32, bit: u32, dod: i64, bits: u32, end: u32): void {
  if (bits == 16) putBits(base, bit, (<u64>0b10 << 14) | (<u64>dod & 0x3fff), 16, end);
  else if (bits == 20) putBits(base, bit, (<u64>0b110 << 17) | (<u64>dod & 0x1ffff), 20, end);
  else if (bits == 24) putBits(base, bit, (<u64>0b1110 << 20) | (<u64>dod & 0xfffff), 24, end);
  else {
    putBits(base, bit, 0b1111, 4, end);
    putBits(base, bit + 4, <u64>dod, 64, end);
  }
}

function uvarintBytes(value: u64): u32 {
  let bytes: u32 = 1;
  while (value >= 0x80) {
    value >>= 7;
    bytes++;
  }
  return bytes;
}

/** Answers the bit behind it. */
function putUvarint(base: u32, bit: u32, value: u64, end: u32): u32 {
  while (value >= 0x80) {
    putBits(base, bit, (value & 0x7f) | 0x80, 8, end);
    value >>= 7;
    bit += 8;
  }
  putBits(base, bit, value, 8, end);
  return bit + 8;
}

/** Begins a chunk in a block of at least 32 bytes. */
// @ts-ignore: decorator
@inline
export function xorBegin(state: u32, at: u32, bytes: u32): void {
  store<u32>(state, at, 4);
  store<u32>(state, 16, 8);
  store<u16>(state, 0, 12);
  store<u8>(state, noWindow, 48);
  store<u8>(state, 0, 49);
  store<u16>(state, bytes >> 4, 50);
}

/** Writes the count into the chunk's header; answers the chunk's length in bytes. */
// @ts-ignore: decorator
@inline
export function xorSeal(state: u32): u32 {
  const at = load<u32>(state, 4);
  const count = load<u16>(state, 12);
  store<u8>(at, count >> 8);
  store<u8>(at, count, 1);
  return (load<u32>(state, 8) + 7) >> 3;
}

/** The first sample: zigzag varint of the time, the value's 64 bits. */
function appendFirst(state: u32, t: f64, value: u64): void {
  const at = load<u32>(state, 4);
  const end = at + (<u32>load<u16>(state, 50) << 4);
  const time = <i64>t;
  let bit = putUvarint(at, 16, (<u64>time << 1) ^ <u64>(time >> 63), end);
  putBits(at, bit, value, 64, end);
  bit += 64;
  store<u32>(state, bit, 8);
  store<u16>(state, 1, 12);
  store<f64>(state, t, 16);
  store<f64>(state, 0, 24);
  store<u64>(state, value, 32);
}

/**
 * Appends a sample later than the last. Answers 0, or how many bytes the chunk needs where its block is too small;
 * then nothing is written. The caller cuts chunks: 65,535 samples is the most a chunk counts.
 */
// @ts-ignore: decorator
@inline
export function xorAppend(state: u32, t: f64, value: u64): u32 {
  const count: u32 = load<u16>(state, 12);
  if (count == 0) {
    appendFirst(state, t, value);
    return 0;
  }
  const at = load<u32>(state, 4);
  const capacity = <u32>load<u16>(state, 50) << 4;
  const end = at + capacity;
  let bit = load<u32>(state, 8);
  const delta = t - load<f64>(state, 16);
  const dod: i64 = <i64>(delta - load<f64>(state, 24));
  const timeBits = count == 1 ? uvarintBytes(<u64>(<i64>delta)) << 3 : dodBits(dod);
  const xor = value ^ load<u64>(state, 32);
  let leading: u32 = load<u8>(state, 48);
  let trailing: u32 = load<u8>(state, 49);
  let valueBits: u32 = 1;
  let isNewWindow = false;
  if (xor != 0) {
    const zeros = <u32>clz<u64>(xor);
    const lead: u32 = zeros > 31 ? 31 : zeros;
    const trail = <u32>ctz<u64>(xor);
    if (leading != noWindow && lead >= leading && trail >= trailing) {
      valueBits = 2 + 64 - leading - trailing;
    } else {
      isNewWindow = true;
      leading = lead;
      trailing = trail;
      valueBits = 13 + 64 - leading - trailing;
    }
  }
  const need = (bit + timeBits + valueBits + 7) >> 3;
  if (need > capacity) return need;

  // An unchanged delta is one 0 bit, which the value's first write takes along.
  let lead0: u32 = 0;
  if (count == 1) putUvarint(at, bit, <u64>(<i64>delta), end);
  else if (dod == 0) lead0 = 1;
  else putDod(at, bit, dod, timeBits, end);
  const valueBit = bit + timeBits - lead0;
  if (xor == 0) {
    putBits(at, valueBit, 0, 1 + lead0, end);
  } else {
    const significant = 64 - leading - trailing;
    let prefix: u64 = 0b10;
    let prefixBits: u32 = 2 + lead0;
    if (isNewWindow) {
      prefix = (<u64>0b11 << 11) | (<u64>leading << 6) | (<u64>significant & 0x3f);
      prefixBits = 13 + lead0;
      store<u8>(state, leading, 48);
      store<u8>(state, trailing, 49);
    }
    if (prefixBits + significant <= 64) {
      putBits(at, valueBit, (prefix << significant) | (xor >> trailing), prefixBits + significant, end);
    } else {
      putBits(at, valueBit, prefix, prefixBits, end);
      putBits(at, valueBit + prefixBits, xor >> trailing, significant, end);
    }
    store<u64>(state, value, 32);
  }
  store<u32>(state, bit + timeBits + valueBits, 8);
  store<u16>(state, count + 1, 12);
  store<f64>(state, t, 16);
  store<f64>(state, delta, 24);
  return 0;
}

/**
 * `count` rows of columns (at most 65,535, in rising time) as one chunk at `out`, whose block has `capacity` bytes, a
 * multiple of 16 of at least 32. Answers its length, 0 where the block is too small.
 */
export function xorEncode(timestamps: u32, values: u32, count: u32, out: u32, capacity: u32): u32 {
  const state = <u32>scratch;
  const most: u32 = 0xffff << 4;
  xorBegin(state, out, capacity > most ? most : capacity);
  for (let i: u32 = 0; i < count; i++) {
    const at = i << 3;
    if (xorAppend(state, load<f64>(timestamps + at), load<u64>(values + at)) != 0) return 0;
  }
  return xorSeal(state);
}
