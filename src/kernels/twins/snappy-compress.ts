/** Matches reach back 65,535 bytes at most, so a block of this size needs 16-bit positions alone. */
const blockBytes = 65536;
const tableBits = 14;
const hashMultiplier = 0x1e35a7bd;
/** Below this a block is not worth searching; also the room the search may read past a position. */
const minMatchBlockBytes = 17;
const searchMarginBytes = 15;

/** The most that `snappyCompress` makes of so many bytes. */
export function snappyMaxCompressedBytes(length: number): number {
  return 32 + length + Math.floor(length / 6);
}

interface Output {
  readonly bytes: Uint8Array;
  at: number;
}

/** Snappy's block format: the length as uvarint, then literals and copies. Source: google/snappy format_description.txt. */
export function snappyCompress(bytes: Uint8Array): Uint8Array {
  const output: Output = { bytes: new Uint8Array(snappyMaxCompressedBytes(bytes.length)), at: 0 };
  let length = bytes.length;
  while (length >= 0x80) {
    output.bytes[output.at++] = (length & 0x7f) | 0x80;
    length = Math.floor(length / 128);
  }
  output.bytes[output.at++] = length;
  const table = new Uint16Array(1 << tableBits);
  for (let start = 0; start < bytes.length; start += blockBytes) {
    const block = bytes.subarray(start, start + blockBytes);
    if (block.length < minMatchBlockBytes) {
      emitLiteral(output, block, 0, block.length);
    } else {
      if (start > 0) table.fill(0);
      compressBlock(output, block, table);
    }
  }
  return output.bytes.subarray(0, output.at);
}

function load32(bytes: Uint8Array, at: number): number {
  return (
    (bytes[at] as number) |
    ((bytes[at + 1] as number) << 8) |
    ((bytes[at + 2] as number) << 16) |
    ((bytes[at + 3] as number) << 24)
  );
}

/** Greedy: hashes four bytes, takes the last place that had them, and strides further the longer nothing matches. */
function compressBlock(output: Output, block: Uint8Array, table: Uint16Array): void {
  const lastSearch = block.length - searchMarginBytes;
  const shift = 32 - tableBits;
  let literalStart = 0;
  let at = 1;
  let misses = 32;
  while (at < lastSearch) {
    const word = load32(block, at);
    const slot = Math.imul(word, hashMultiplier) >>> shift;
    const candidate = table[slot] as number;
    table[slot] = at;
    if (candidate >= at || load32(block, candidate) !== word) {
      at += misses >>> 5;
      misses++;
      continue;
    }
    if (at > literalStart) emitLiteral(output, block, literalStart, at);
    const matchStart = at;
    let from = candidate + 4;
    at += 4;
    while (at < block.length && block[at] === block[from]) {
      at++;
      from++;
    }
    emitCopy(output, matchStart - candidate, at - matchStart);
    literalStart = at;
    misses = 32;
    if (at < lastSearch) table[Math.imul(load32(block, at - 1), hashMultiplier) >>> shift] = at - 1;
  }
  if (literalStart < block.length) emitLiteral(output, block, literalStart, block.length);
}

function emitLiteral(output: Output, block: Uint8Array, startByte: number, endByte: number): void {
  const { bytes } = output;
  const last = endByte - startByte - 1;
  if (last < 60) {
    bytes[output.at++] = last << 2;
  } else if (last < 256) {
    bytes[output.at++] = 60 << 2;
    bytes[output.at++] = last;
  } else {
    bytes[output.at++] = 61 << 2;
    bytes[output.at++] = last & 0xff;
    bytes[output.at++] = last >>> 8;
  }
  bytes.set(block.subarray(startByte, endByte), output.at);
  output.at += endByte - startByte;
}

function emitCopy(output: Output, offset: number, length: number): void {
  const { bytes } = output;
  let left = length;
  // Pieces of 64, and of 60 where the rest would be below the four bytes that the short form needs.
  while (left >= 68) left = emitLongCopy(output, offset, 64, left);
  if (left > 64) left = emitLongCopy(output, offset, 60, left);
  if (left >= 12 || offset >= 2048) {
    emitLongCopy(output, offset, left, left);
    return;
  }
  bytes[output.at++] = ((offset >>> 8) << 5) | ((left - 4) << 2) | 1;
  bytes[output.at++] = offset & 0xff;
}

function emitLongCopy(output: Output, offset: number, piece: number, left: number): number {
  output.bytes[output.at++] = ((piece - 1) << 2) | 2;
  output.bytes[output.at++] = offset & 0xff;
  output.bytes[output.at++] = offset >>> 8;
  return left - piece;
}
