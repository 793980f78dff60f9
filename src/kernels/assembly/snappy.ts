/**
 * Snappy's block format: the length as uvarint, then literals and copies (google/snappy format_description.txt).
 * Twins: twins/snappy-compress.ts (another compressor may choose other copies), twins/snappy-decompress.ts.
 */

/** Matches reach back 65,535 bytes at most, so a block of this size needs 16-bit positions alone. */
const snappyBlockBytes: u32 = 65536;
const mostTableBits: u32 = 14;

/** Writes the length that a block begins with; answers how many bytes it took, at most five. */
export function snappyBegin(into: u32, length: u32): u32 {
  let at = into;
  while (length >= 0x80) {
    store<u8>(at++, length | 0x80);
    length >>= 7;
  }
  store<u8>(at++, length);
  return at - into;
}

/**
 * Adds the elements for `length` bytes, which must be a multiple of 64 KiB unless they are the last; answers how many
 * bytes they took, at most `length` + `length` / 6 + 16, and up to 16 behind them are overwritten. `table`: 32 KiB of
 * scratch.
 */
export function snappyAppend(from: u32, length: u32, into: u32, table: u32): u32 {
  let out = into;
  while (length > 0) {
    const block = min(length, snappyBlockBytes);
    out = block < 17 ? putLastLiteral(out, from, block) : compressBlock(out, from, block, table);
    from += block;
    length -= block;
  }
  return out - into;
}

/** Greedy: hashes four bytes, takes the last place that had them, and strides further the longer nothing matches. */
function compressBlock(out: u32, from: u32, length: u32, table: u32): u32 {
  let bits: u32 = 8;
  while (bits < mostTableBits && <u32>1 << bits < length) bits++;
  memory.fill(table, 0, 2 << bits);
  const shift: u32 = 32 - bits;
  const end = from + length;
  const lastSearch = end - 15;
  let literal = from;
  let at = from + 1;
  let misses: u32 = 32;
  while (at < lastSearch) {
    const word = load<u32>(at);
    const slot = table + (((word * 0x1e35a7bd) >> shift) << 1);
    const candidate = from + load<u16>(slot);
    store<u16>(slot, at - from);
    if (load<u32>(candidate) != word) {
      at += misses >> 5;
      misses++;
      continue;
    }
    if (at > literal) out = putLiteral(out, literal, at - literal);
    const matched = 4 + matchLength(at + 4, candidate + 4, end);
    out = putCopy(out, at - candidate, matched);
    at += matched;
    literal = at;
    misses = 32;
    if (at < lastSearch) {
      store<u16>(table + (((load<u32>(at - 1) * 0x1e35a7bd) >> shift) << 1), at - 1 - from);
    }
  }
  return literal < end ? putLastLiteral(out, literal, end - literal) : out;
}

// @ts-ignore: decorator
@inline
function matchLength(at: u32, from: u32, end: u32): u32 {
  const start = at;
  while (at + 8 <= end) {
    const difference = load<u64>(at) ^ load<u64>(from);
    if (difference != 0) return at - start + (<u32>ctz<u64>(difference) >> 3);
    at += 8;
    from += 8;
  }
  while (at < end && load<u8>(at) == load<u8>(from)) {
    at++;
    from++;
  }
  return at - start;
}

// @ts-ignore: decorator
@inline
function putLiteralTag(out: u32, length: u32): u32 {
  const last = length - 1;
  if (last < 60) {
    store<u8>(out, last << 2);
    return out + 1;
  }
  if (last < 256) {
    store<u8>(out, 60 << 2);
    store<u8>(out + 1, last);
    return out + 2;
  }
  store<u8>(out, 61 << 2);
  store<u16>(out + 1, last);
  return out + 3;
}

/** A literal with at least 15 bytes of input behind it: copied in whole steps of 16. */
// @ts-ignore: decorator
@inline
function putLiteral(out: u32, from: u32, length: u32): u32 {
  out = putLiteralTag(out, length);
  for (let done: u32 = 0; done < length; done += 16) v128.store(out + done, v128.load(from + done));
  return out + length;
}

function putLastLiteral(out: u32, from: u32, length: u32): u32 {
  out = putLiteralTag(out, length);
  memory.copy(out, from, length);
  return out + length;
}

// @ts-ignore: decorator
@inline
function putLongCopy(out: u32, offset: u32, piece: u32): u32 {
  store<u8>(out, ((piece - 1) << 2) | 2);
  store<u16>(out + 1, offset);
  return out + 3;
}

// @ts-ignore: decorator
@inline
function putCopy(out: u32, offset: u32, left: u32): u32 {
  // Pieces of 64, and of 60 where the rest would be below the four bytes that the short form needs.
  while (left >= 68) {
    out = putLongCopy(out, offset, 64);
    left -= 64;
  }
  if (left > 64) {
    out = putLongCopy(out, offset, 60);
    left -= 60;
  }
  if (left >= 12 || offset >= 2048) return putLongCopy(out, offset, left);
  store<u8>(out, ((offset >> 8) << 5) | ((left - 4) << 2) | 1);
  store<u8>(out + 1, offset);
  return out + 2;
}

/**
 * Reads the length that a block declares. `state`: three words for `snappyInflate`; the second is that length.
 * 0; -1 where there is no length, -2 where the block cannot hold so much (three bytes make 64 at most).
 */
export function snappyOpen(state: u32, from: u32, length: u32): i32 {
  let declared: u64 = 0;
  for (let i: u32 = 0; i < 5; i++) {
    if (i == length) return -1;
    const byte = <u64>load<u8>(from + i);
    declared |= (byte & 0x7f) << (7 * i);
    if (byte < 0x80) {
      if (declared > 0xffffffff) return -1;
      store<u32>(state, from + i + 1);
      store<u32>(state + 4, <u32>declared);
      store<u32>(state + 8, 0);
      return declared > <u64>(length - i - 1) * 22 ? -2 : 0;
    }
  }
  return -1;
}

/**
 * Goes on with a block that ends at `end`, for about `budget` bytes of output. `into` has room for the declared
 * length. 0 when there is more to do, 1 when the block is whole and exact, -3 where it is not.
 */
export function snappyInflate(state: u32, end: u32, into: u32, budget: u32): i32 {
  let at = load<u32>(state);
  const length = load<u32>(state + 4);
  let done = load<u32>(state + 8);
  const pause = length - done > budget ? done + budget : length;
  // Far from both ends every short element fits, and whole steps may be copied past it.
  const safeAt = end - 21;
  while (at < end) {
    const tag: u32 = load<u8>(at);
    const kind = tag & 3;
    if (at < safeAt && end > 21 && length - done >= 80) {
      if (kind == 0 && tag < 64) {
        v128.store(into + done, v128.load(at + 1));
        const size = (tag >> 2) + 1;
        at += 1 + size;
        done += size;
        continue;
      }
      if (kind == 1 || kind == 2) {
        const isShort = kind == 1;
        const size = isShort ? 4 + ((tag >> 2) & 7) : 1 + (tag >> 2);
        const offset: u32 = isShort ? ((tag >> 5) << 8) | load<u8>(at + 1) : load<u16>(at + 1);
        if (offset - 1 >= done) return -3;
        copyNear(into + done, offset, size);
        at += isShort ? 2 : 3;
        done += size;
        if (done < pause) continue;
        break;
      }
    }
    const extra: u32 = kind == 0 ? (tag >= 240 ? (tag >> 2) - 59 : 0) : kind == 3 ? 4 : kind;
    if (end - at < 1 + extra) return -3;
    let operand: u32 = 0;
    for (let i: u32 = 0; i < extra; i++) operand |= <u32>load<u8>(at + 1 + i) << (8 * i);
    at += 1 + extra;
    let size: u32;
    if (kind == 0) {
      const last = extra == 0 ? tag >> 2 : operand;
      if (last >= end - at || last >= length - done) return -3;
      size = last + 1;
      memory.copy(into + done, at, size);
      at += size;
    } else {
      size = kind == 1 ? 4 + ((tag >> 2) & 7) : 1 + (tag >> 2);
      const offset = kind == 1 ? ((tag >> 5) << 8) | operand : operand;
      if (offset == 0 || offset > done || size > length - done) return -3;
      for (let i: u32 = 0; i < size; i++) store<u8>(into + done + i, load<u8>(into + done + i - offset));
    }
    done += size;
    if (done >= pause && done < length) break;
  }
  if (at < end) {
    store<u32>(state, at);
    store<u32>(state + 8, done);
    return 0;
  }
  return done == length ? 1 : -3;
}

/** At most 64 bytes, with as many again of room. A copy may overlap its own output: then what was just written repeats. */
// @ts-ignore: decorator
@inline
function copyNear(into: u32, offset: u32, size: u32): void {
  const from = into - offset;
  if (offset >= 16) {
    v128.store(into, v128.load(from));
    for (let i: u32 = 16; i < size; i += 16) v128.store(into + i, v128.load(from + i));
  } else if (offset >= 8) {
    for (let i: u32 = 0; i < size; i += 8) store<u64>(into + i, load<u64>(from + i));
  } else {
    for (let i: u32 = 0; i < size; i++) store<u8>(into + i, load<u8>(from + i));
  }
}
