import { crc32c } from '../../../src/kernels/index.js';
import type { FuzzInput } from './fuzz-input.js';

/** Puts the CRC-32C of bytes `from` to `to` at `to`, where there is room for it. */
export function sealRange(input: FuzzInput, from: number, to: number): void {
  if (from > to || to + 4 > input.length) return;
  input.setU32(to, crc32c(input.buffer, from, to));
}

/** A uvarint of at most 32 bits at `at` and the bytes it takes; undefined where there is none. */
export function uvarintAt(input: FuzzInput, at: number): { value: number; bytes: number } | undefined {
  let value = 0;
  for (let i = 0; i < 5 && at + i < input.length; i++) {
    const byte = input.buffer[at + i] as number;
    value += (byte & 0x7f) * 2 ** (7 * i);
    if (byte < 0x80) return { value, bytes: i + 1 };
  }
  return undefined;
}
