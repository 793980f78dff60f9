import { constants, zstdCompressSync } from 'node:zlib';
import { crc32c, snappyCompress } from '../../kernels/index.js';
import {
  fragmentHeaderBytes,
  fragmentKind,
  pageBytes,
  type StoredRecord,
  snappyFlag,
  zstdFlag,
} from './format.js';

export type WalCompression = 'none' | 'snappy' | 'zstd';

/** One frame, which says how long its content is. Source: util/compression (the fastest level). */
export function zstdCompress(record: Uint8Array): Uint8Array {
  return zstdCompressSync(record, { params: { [constants.ZSTD_c_compressionLevel]: 1 } });
}

/** As it is to stand in the log: compressed where that makes it smaller, as upstream decides. */
export function storeRecord(record: Uint8Array, compression: WalCompression): StoredRecord {
  if (compression === 'snappy') {
    const stored = snappyCompress(record);
    if (stored.length < record.length) return { stored, compression: snappyFlag };
  }
  if (compression === 'zstd') {
    const stored = zstdCompress(record);
    if (stored.length < record.length) return { stored, compression: zstdFlag };
  }
  return { stored: record, compression: 0 };
}

/**
 * Bytes to append to a segment, laid out in fragments and pages from the offset the segment has reached.
 * Source: tsdb/wlog/wlog.go (log).
 */
export class FrameBuffer {
  #bytes = new Uint8Array(4 * pageBytes);
  #length = 0;
  #segmentOffset = 0;
  /** Fragments framed since `start`. */
  fragments = 0;

  /** Empties the buffer; what comes stands at `segmentOffset` of its segment. */
  start(segmentOffset: number): void {
    this.#length = 0;
    this.#segmentOffset = segmentOffset;
    this.fragments = 0;
  }

  /** What was framed; valid until the next change. */
  get bytes(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }

  get length(): number {
    return this.#length;
  }

  /** Takes back everything behind `length`, as if it had not been framed. */
  cutBack(length: number): void {
    this.#length = length;
  }

  append({ stored, compression }: StoredRecord): void {
    let done = 0;
    for (let first = true; first || done < stored.length; first = false) {
      const room = this.#pageRoom();
      const length = Math.min(stored.length - done, room - fragmentHeaderBytes);
      const last = done + length === stored.length;
      const kind = first
        ? last
          ? fragmentKind.full
          : fragmentKind.first
        : last
          ? fragmentKind.last
          : fragmentKind.middle;
      this.#fragment(kind | compression, stored.subarray(done, done + length));
      done += length;
    }
    // A page with no room for another header is ended at once, so that a segment never ends within such a rest.
    if (pageBytes - (this.#offset() % pageBytes) < fragmentHeaderBytes) this.padPage();
  }

  /** Fills the page with zeros; nothing at a page's beginning. */
  padPage(): void {
    const used = this.#offset() % pageBytes;
    if (used > 0) this.#reserve(pageBytes - used).fill(0);
  }

  #offset(): number {
    return this.#segmentOffset + this.#length;
  }

  #pageRoom(): number {
    return pageBytes - (this.#offset() % pageBytes);
  }

  #fragment(header: number, data: Uint8Array): void {
    const into = this.#reserve(fragmentHeaderBytes + data.length);
    const crc = crc32c(data);
    into[0] = header;
    into[1] = data.length >>> 8;
    into[2] = data.length & 0xff;
    into[3] = crc >>> 24;
    into[4] = (crc >>> 16) & 0xff;
    into[5] = (crc >>> 8) & 0xff;
    into[6] = crc & 0xff;
    into.set(data, fragmentHeaderBytes);
    this.fragments++;
  }

  #reserve(count: number): Uint8Array {
    const start = this.#length;
    const needed = start + count;
    if (needed > this.#bytes.length) {
      const grown = new Uint8Array(Math.max(needed, this.#bytes.length * 2));
      grown.set(this.#bytes.subarray(0, start));
      this.#bytes = grown;
    }
    this.#length = needed;
    return this.#bytes.subarray(start, needed);
  }
}
