/**
 * The bits of one chunk that is not trusted. Loads take up to nine bytes, so the last of a chunk are read from a copy
 * with zeros behind it: nothing outside of the chunk is touched. Also what several encodings share: windows of values
 * (tsdb/chunkenc/xor.go), bins of whole numbers (varbit.go).
 */
import { peek, peekAll } from './xor-bits';

/** A chunk's last bytes are copied from so many on; a field is checked for passing the end before the next is read. */
const tailBytes: u32 = 64;
const spanBytes: u32 = 40;
const scratch: usize = memory.data(192, 16);

/** Where loads of bits below `passBit` are from, and those of the rest; the first bit that is none of the chunk. */
let wholeAt: u32 = 0;
let tailAt: u32 = 0;
let passBit: u32 = 0;
export let endBit: u32 = 0;

export function openBits(at: u32, length: u32): void {
  const tail: u32 = length > tailBytes ? length - tailBytes : 0;
  memory.copy(scratch, at + tail, length - tail);
  memory.fill(scratch + (length - tail), 0, 128);
  wholeAt = at;
  tailAt = <u32>scratch - tail;
  passBit = tail == 0 ? 0 : (length - spanBytes) << 3;
  endBit = length << 3;
}

/** Where a load at `bit` is from; `bit` is no more than 40 bytes behind the end. */
// @ts-ignore: decorator
@inline
export function sourceOf(bit: u32): u32 {
  return bit < passBit ? wholeAt : tailAt;
}

// @ts-ignore: decorator
@inline
export function bitsAt(bit: u32): u64 {
  return peek(sourceOf(bit), bit);
}

// @ts-ignore: decorator
@inline
export function allBitsAt(bit: u32): u64 {
  return peekAll(sourceOf(bit), bit);
}

/** Behind each reader: the next field's first bit; past the chunk's end (by less than 20 bytes) where that was cut. */
export let nextBit: u32 = 0;

/** The answer of a reader whose bits are no field. */
export const noField: i64 = i64.MIN_VALUE;
const exactLimit: i64 = 1 << 53;
/** Bits of the bins behind 0 to 7 ones, a byte each. */
const binBits: u64 = 0x3819120c09060300;

/** Bits of the bin that begins with `word`, 56 and more excluded. */
// @ts-ignore: decorator
@inline
export function binOf(ones: u32): u32 {
  return <u32>(binBits >> (ones << 3)) & 0xff;
}

/** The signed number of `width` bits, 56 excluded, from the highest of `word` down. */
// @ts-ignore: decorator
@inline
export function signedBin(word: u64, width: u32): i64 {
  const raw = <i64>(word >> (64 - width));
  return raw > <i64>1 << (width - 1) ? raw - (<i64>1 << width) : raw;
}

/** A signed number, `noField` where it is 2^53 or more in size. */
export function readVarbit(bit: u32): i64 {
  const word = bitsAt(bit);
  const ones = <u32>clz<u64>(~word);
  if (ones == 0) {
    nextBit = bit + 1;
    return 0;
  }
  if (ones < 7) {
    const width = binOf(ones);
    nextBit = bit + ones + 1 + width;
    return signedBin(word << (ones + 1), width);
  }
  return readWideVarbit(bit, ones == 7);
}

/** A number of 56 or 64 bits. */
export function readWideVarbit(bit: u32, is56: bool): i64 {
  const raw = <i64>allBitsAt(bit + 8);
  const value = is56 ? raw >> 8 : raw;
  nextBit = bit + (is56 ? 64 : 72);
  return value > -exactLimit && value < exactLimit ? value : noField;
}

/** A number that is not negative, `noField` where it is 2^53 or more. */
export function readUnsignedVarbit(bit: u32): i64 {
  const word = bitsAt(bit);
  const ones = <u32>clz<u64>(~word);
  if (ones == 0) {
    nextBit = bit + 1;
    return 0;
  }
  if (ones < 7) {
    const width = binOf(ones);
    nextBit = bit + ones + 1 + width;
    return <i64>((word << (ones + 1)) >> (64 - width));
  }
  const raw = allBitsAt(bit + 8);
  const value = ones == 7 ? raw >> 8 : raw;
  nextBit = bit + (ones == 7 ? 64 : 72);
  return value < <u64>exactLimit ? <i64>value : noField;
}

/** A varint (Go's binary.PutVarint) of whole bytes at any bit, `noField` where it is 2^53 or more in size or none. */
export function readBitVarint(from: u32): i64 {
  let bit = from;
  let zigzag: u64 = 0;
  for (let shift: u64 = 0; shift < 70 && bit <= endBit; shift += 7) {
    const byte = bitsAt(bit) >> 56;
    bit += 8;
    if (shift == 63 && byte > 1) return noField;
    zigzag |= (byte & 0x7f) << shift;
    if (byte < 0x80) {
      nextBit = bit;
      return zigzag < <u64>1 << 54 ? <i64>(zigzag >> 1) ^ -(<i64>(zigzag & 1)) : noField;
    }
  }
  return noField;
}

/**
 * The window of a value, kept by whoever reads it: bits that differ, and zeros behind them. A fault is told by a window
 * of no bits.
 */
export let windowBits: u32 = 64;
export let windowTrailing: u32 = 0;

export function useWindow(bits: u32, trailing: u32): void {
  windowBits = bits;
  windowTrailing = trailing;
}

/** Bits that a load has at least. */
export const loadedBits: u32 = 57;

/** What differs, in the window that is in use, behind `head` bits of `word`, which is loaded from `bit`. */
// @ts-ignore: decorator
@inline
export function readInWindow(bit: u32, word: u64, head: u32): u64 {
  nextBit = bit + head + windowBits;
  const xor = head + windowBits <= loadedBits ? word << head : allBitsAt(bit + head);
  return (xor >> (64 - windowBits)) << windowTrailing;
}

/** The same in a window that stands before it: 5 bits of leading zeros, 6 of length. */
// @ts-ignore: decorator
@inline
export function readNewWindow(bit: u32, word: u64, head: u32): u64 {
  windowBits = ((<u32>(word >> (53 - head)) - 1) & 63) + 1;
  windowTrailing = 64 - windowBits - (<u32>(word >> (59 - head)) & 31);
  if (windowTrailing > 63) {
    windowBits = 0;
    nextBit = bit + head + 11;
    return 0;
  }
  return readInWindow(bit, word, head + 11);
}
