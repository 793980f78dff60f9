import { crc32c } from '../../kernels/index.js';
import {
  compressionMask,
  fragmentHeaderBytes,
  fragmentKind,
  fragmentKindMask,
  maxRecordBytes,
  pageBytes,
  type StoredRecord,
} from './format.js';

/** Bytes of a segment in which no record could be read. `endByte` is excluded. */
export interface DamagedRange {
  startByte: number;
  endByte: number;
  /** What was found first, in upstream's words where it has them. */
  readonly reason: string;
  /** The file ends too early and nothing else is wrong: what a crash in the middle of a write leaves. */
  torn: boolean;
}

/** A fragment's place; `reason` is set when it cannot be believed. */
interface Fragment {
  kind: number;
  compression: number;
  dataStart: number;
  dataEnd: number;
  reason: string | undefined;
  torn: boolean;
}

/** CRC-32C of part of the block that was fed. */
export type BlockChecksum = (block: Uint8Array, startByte: number, endByte: number) => number;

/**
 * Puts records together from the pages of one segment, without a disk. Feed blocks of whole pages in order (only the
 * last may end within a page), and call `next` until it answers false after each. Damage costs the records it lies in:
 * where a fragment's length still holds, reading goes on behind it, else at the next page.
 */
export class SegmentParser implements StoredRecord {
  stored: Uint8Array = new Uint8Array(0);
  compression = 0;
  /** Where `stored` begins in the block; -1 when it was put together from fragments. */
  storedStart = -1;
  /** Where the record just read begins and ends in the segment. */
  recordStart = 0;
  recordEnd = 0;
  readonly damages: DamagedRange[] = [];

  readonly #checksum: BlockChecksum;
  #block: Uint8Array = new Uint8Array(0);
  #blockStart = 0;
  #at = 0;
  /** A fragment with a wrong checksum lies directly before `#at`, so that its length is in doubt. */
  #doubtful = false;
  /** Fragments of the record in progress. */
  #pending: Uint8Array[] = [];
  #pendingStart = -1;
  #pendingBytes = 0;
  readonly #fragment: Fragment = {
    kind: 0,
    compression: 0,
    dataStart: 0,
    dataEnd: 0,
    reason: undefined,
    torn: false,
  };

  /** How checksums are found out, where a kernel can do it. */
  constructor(checksum: BlockChecksum = crc32c) {
    this.#checksum = checksum;
  }

  /** The block must stay untouched until it is used up. */
  feed(block: Uint8Array, startByte: number): void {
    this.#block = block;
    this.#blockStart = startByte;
    this.#at = 0;
    this.#doubtful = false;
  }

  next(): boolean {
    while (this.#at < this.#block.length) {
      const fragment = this.#readFragment();
      if (fragment.reason !== undefined) this.#skipDamage(fragment);
      else if (this.#accept(fragment)) return true;
    }
    return false;
  }

  /** After the last block: a record in progress will not come to its end. */
  finish(): void {
    if (this.#pendingStart >= 0) {
      this.#damage({
        startByte: this.#pendingStart,
        endByte: this.#blockStart + this.#block.length,
        reason: 'last record is torn',
        torn: true,
      });
    }
    this.#dropPending();
  }

  #pageEnd(): number {
    return Math.min(this.#at - (this.#at % pageBytes) + pageBytes, this.#block.length);
  }

  #readFragment(): Fragment {
    const block = this.#block;
    const at = this.#at;
    const pageEnd = this.#pageEnd();
    const header = block[at] as number;
    const f = this.#fragment;
    f.kind = header & fragmentKindMask;
    f.compression = header & compressionMask;
    f.dataStart = at + fragmentHeaderBytes;
    f.dataEnd = -1;
    f.reason = undefined;
    f.torn = false;
    if (f.kind === fragmentKind.pageEnd) {
      f.dataEnd = pageEnd;
      if (!isZero(block, at + 1, pageEnd)) f.reason = 'unexpected non-zero byte in padded page';
      if (f.reason !== undefined) f.dataEnd = -1;
      return f;
    }
    if (f.kind > fragmentKind.last) {
      f.reason = `unexpected record type ${f.kind}`;
      return f;
    }
    const lastPage = at - (at % pageBytes) + pageBytes > block.length;
    if (f.dataStart > pageEnd) {
      f.reason = 'a fragment header is cut off';
      f.torn = lastPage;
      return f;
    }
    const length = ((block[at + 1] as number) << 8) | (block[at + 2] as number);
    const dataEnd = f.dataStart + length;
    if (dataEnd > pageEnd) {
      f.reason = lastPage ? 'a fragment is cut off' : `invalid record size ${length}`;
      f.torn = lastPage;
      return f;
    }
    f.dataEnd = dataEnd;
    const expected = readBe32(block, at + 3);
    const found = this.#checksum(block, f.dataStart, dataEnd);
    if (found !== expected) {
      f.reason = `unexpected checksum ${found.toString(16)}, expected ${expected.toString(16)}`;
    }
    return f;
  }

  /** Goes on behind a fragment with a wrong checksum once; a second failure there proves its length wrong. */
  #skipDamage(fragment: Fragment): void {
    const trusted = fragment.dataEnd >= 0 && !this.#doubtful;
    const end = trusted ? fragment.dataEnd : this.#pageEnd();
    const start = this.#pendingStart >= 0 ? this.#pendingStart : this.#blockStart + this.#at;
    this.#damage({
      startByte: start,
      endByte: this.#blockStart + end,
      reason: fragment.reason ?? '',
      torn: fragment.torn,
    });
    this.#dropPending();
    this.#doubtful = trusted;
    this.#at = end;
  }

  /** True when the fragment completes a record. */
  #accept(fragment: Fragment): boolean {
    const start = this.#blockStart + this.#at;
    const end = this.#blockStart + fragment.dataEnd;
    this.#at = fragment.dataEnd;
    this.#doubtful = false;
    const { kind } = fragment;
    if (kind === fragmentKind.pageEnd) return false;
    const begins = kind === fragmentKind.full || kind === fragmentKind.first;
    if (begins && this.#pendingStart >= 0 && this.#isMislabelled(kind, { start, end })) return false;
    if (!begins && this.#pendingStart < 0) {
      const reason = `unexpected ${kind === fragmentKind.last ? 'last' : 'middle'} record`;
      this.#damage({ startByte: start, endByte: end, reason, torn: false });
      return false;
    }
    const data = this.#block.subarray(fragment.dataStart, fragment.dataEnd);
    this.storedStart = fragment.dataStart;
    if (kind === fragmentKind.full) return this.#complete(data, { start, end, fragment });
    this.storedStart = -1;
    if (kind === fragmentKind.first) this.#pendingStart = start;
    this.#pendingBytes += data.length;
    if (this.#pendingBytes > maxRecordBytes) {
      const reason = 'a record is too long';
      this.#damage({ startByte: this.#pendingStart, endByte: end, reason, torn: false });
      this.#dropPending();
      return false;
    }
    // The block is reused before the record's end may be read.
    this.#pending.push(data.slice());
    if (kind !== fragmentKind.last) return false;
    const whole = concat(this.#pending, this.#pendingBytes);
    const recordStart = this.#pendingStart;
    this.#dropPending();
    return this.#complete(whole, { start: recordStart, end, fragment });
  }

  /**
   * A record begins while another is in progress. At the beginning of a page, where that one goes on, the kind itself
   * is doubtful and nothing of it is believed; elsewhere the other one was never finished.
   */
  #isMislabelled(kind: number, place: { start: number; end: number }): boolean {
    const atPageStart = place.start % pageBytes === 0;
    this.#damage({
      startByte: this.#pendingStart,
      endByte: atPageStart ? place.end : place.start,
      reason: `unexpected ${kind === fragmentKind.full ? 'full' : 'first'} record`,
      torn: false,
    });
    this.#dropPending();
    return atPageStart;
  }

  #complete(stored: Uint8Array, place: { start: number; end: number; fragment: Fragment }): true {
    this.stored = stored;
    this.compression = place.fragment.compression;
    this.recordStart = place.start;
    this.recordEnd = place.end;
    return true;
  }

  #dropPending(): void {
    this.#pending = [];
    this.#pendingStart = -1;
    this.#pendingBytes = 0;
  }

  /** Also for the owner, where a record's frame is sound and its content is not. */
  markDamaged(reason: string): void {
    this.#damage({ startByte: this.recordStart, endByte: this.recordEnd, reason, torn: false });
  }

  /** Ranges that touch are one. */
  #damage(range: DamagedRange): void {
    const last = this.damages.at(-1);
    if (last === undefined || range.startByte > last.endByte) {
      this.damages.push(range);
      return;
    }
    last.endByte = Math.max(last.endByte, range.endByte);
    if (!range.torn) last.torn = false;
  }
}

function readBe32(bytes: Uint8Array, at: number): number {
  return (
    (((bytes[at] as number) << 24) |
      ((bytes[at + 1] as number) << 16) |
      ((bytes[at + 2] as number) << 8) |
      (bytes[at + 3] as number)) >>>
    0
  );
}

function isZero(bytes: Uint8Array, startByte: number, endByte: number): boolean {
  for (let i = startByte; i < endByte; i++) if (bytes[i] !== 0) return false;
  return true;
}

function concat(parts: readonly Uint8Array[], length: number): Uint8Array {
  const whole = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
