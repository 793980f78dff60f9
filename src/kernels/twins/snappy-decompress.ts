import { CorruptionError } from '../../base/index.js';

const maxBlockLength = 0xffffffff;

function corrupt(offset: number, expected: string, found: string): CorruptionError {
  return new CorruptionError({ path: 'snappy block', offset, expected, found });
}

interface Preamble {
  readonly length: number;
  readonly endByte: number;
}

function readPreamble(bytes: Uint8Array): Preamble {
  let length = 0;
  for (let i = 0; i < 5; i++) {
    const byte = bytes[i];
    if (byte === undefined) throw corrupt(i, 'a length', 'the end');
    length += (byte & 0x7f) * 2 ** (7 * i);
    if (byte < 0x80) {
      if (length > maxBlockLength) throw corrupt(0, 'a length of 32 bits', String(length));
      return { length, endByte: i + 1 };
    }
  }
  throw corrupt(0, 'a length of at most five bytes', 'a longer one');
}

/** The length that a block declares, unproven. Throws `CorruptionError` where there is none. */
export function snappyDecompressedLength(bytes: Uint8Array): number {
  return readPreamble(bytes).length;
}

/**
 * The content of a block in snappy's block format. Throws `CorruptionError` when the block declares more than
 * `maxBytes` (before anything is allocated) or is not whole and exact; `offset` counts within the block.
 */
export function snappyDecompress(bytes: Uint8Array, maxBytes: number): Uint8Array {
  const preamble = readPreamble(bytes);
  const { length } = preamble;
  if (length > maxBytes) throw corrupt(0, `at most ${maxBytes} bytes`, `${length} declared`);
  // Three bytes make 64 at most; a block that declares more cannot be true, whatever `maxBytes` allows.
  if (length > (bytes.length - preamble.endByte) * 22)
    throw corrupt(0, 'a length it can hold', String(length));
  const output = new Uint8Array(length);
  let at = preamble.endByte;
  let done = 0;
  while (at < bytes.length) {
    const tag = bytes[at] as number;
    const kind = tag & 3;
    const tagAt = at;
    const extra = kind === 0 ? Math.max(0, (tag >>> 2) - 59) : kind === 3 ? 4 : kind;
    if (at + 1 + extra > bytes.length) throw corrupt(at, 'a whole element', 'the end');
    const operand = readOperand(bytes, at + 1, extra);
    at += 1 + extra;
    if (kind === 0) {
      const size = (extra === 0 ? tag >>> 2 : operand) + 1;
      if (size > bytes.length - at || size > length - done) {
        throw corrupt(tagAt, 'a literal that fits', `one of ${size} bytes`);
      }
      output.set(bytes.subarray(at, at + size), done);
      at += size;
      done += size;
      continue;
    }
    const size = kind === 1 ? 4 + ((tag >>> 2) & 7) : 1 + (tag >>> 2);
    const offset = kind === 1 ? ((tag >>> 5) << 8) | operand : operand;
    if (offset === 0 || offset > done || size > length - done) {
      throw corrupt(tagAt, 'a copy that fits', `${size} bytes from ${offset} back`);
    }
    copyWithin(output, done, offset, size);
    done += size;
  }
  if (done !== length) throw corrupt(bytes.length, `${length} bytes`, `${done}`);
  return output;
}

function readOperand(bytes: Uint8Array, at: number, count: number): number {
  let value = 0;
  for (let i = 0; i < count; i++) value += (bytes[at + i] as number) * 2 ** (8 * i);
  return value;
}

/** A copy may overlap its own output: then what was just written repeats. */
function copyWithin(output: Uint8Array, at: number, offset: number, size: number): void {
  if (offset >= size && size > 16) {
    output.copyWithin(at, at - offset, at - offset + size);
    return;
  }
  for (let i = 0; i < size; i++) output[at + i] = output[at + i - offset] as number;
}
