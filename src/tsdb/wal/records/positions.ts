import type { ByteReader } from '../../../base/index.js';

/** Series references and times, whole or as the difference from one that was read before. */
export function readRef(reader: ByteReader): number {
  return reader.u64('a series reference');
}

export function readRefFrom(reader: ByteReader, base: number): number {
  const ref = reader.varintFrom(base);
  if (!Number.isSafeInteger(ref) || ref < 0) reader.unsupported('a series reference');
  return ref;
}

export function readTime(reader: ByteReader): number {
  return reader.i64('a timestamp');
}

export function readTimeFrom(reader: ByteReader, base: number): number {
  const timestampMs = reader.varintFrom(base);
  if (!Number.isSafeInteger(timestampMs)) reader.unsupported('a timestamp');
  return timestampMs;
}
