/** How XOR chunks write times and values in bits (tsdb/chunkenc/xor.go, varbit). */

/** 57 bits at least, from the highest down. */
// @ts-ignore: decorator
@inline
export function peek(base: u32, bit: u32): u64 {
  const turned = i8x16.swizzle(
    v128.load64_zero(base + (bit >> 3)),
    i8x16(7, 6, 5, 4, 3, 2, 1, 0, -1, -1, -1, -1, -1, -1, -1, -1),
  );
  return i64x2.extract_lane(turned, 0) << (bit & 7);
}

/** 64 bits. */
// @ts-ignore: decorator
@inline
export function peekAll(base: u32, bit: u32): u64 {
  return peek(base, bit) | ((<u64>load<u8>(base + (bit >> 3), 8)) >> (8 - (bit & 7)));
}

/** The varint's length in bytes, its value in `uvarint`; 0 when it is none within 64 bits. */
export let uvarint: u64 = 0;
export function readUvarint(at: u32, end: u32): u32 {
  let result: u64 = 0;
  let shift: u64 = 0;
  for (let bytes: u32 = 0; bytes < 10 && at + bytes < end; bytes++) {
    const byte: u64 = load<u8>(at + bytes);
    if (bytes == 9 && byte > 1) return 0;
    result |= (byte & 0x7f) << shift;
    if (byte < 0x80) {
      uvarint = result;
      return bytes + 1;
    }
    shift += 7;
  }
  return 0;
}

/** Of a change of delta that is written whole. */
export const longCode: u32 = 68;

/** Bits of the code for a change of delta that is not 0. */
// @ts-ignore: decorator
@inline
export function dodBits(word: u64): u32 {
  const ones = <u32>clz<u64>(~word);
  return ones < 4 ? 12 + (ones << 2) : longCode;
}

/** 10, 110 and 1110 stand before 14, 17 and 20 bits. */
// @ts-ignore: decorator
@inline
export function dodOf(word: u64, bits: u32): i64 {
  const width = 11 + 3 * ((bits - 12) >> 2);
  const dod = <i64>((word << (bits - width)) >> (64 - width));
  return dod > <i64>1 << (width - 1) ? dod - (<i64>1 << width) : dod;
}

/** The change of delta whose code, of `code` bits and not of one, stands at `bit`. */
// @ts-ignore: decorator
@inline
export function deltaOfDelta(base: u32, bit: u32, word: u64, code: u32): i64 {
  return code == longCode ? <i64>peekAll(base, bit + 4) : dodOf(word, code);
}
