import { CorruptionError, type DiskFile } from '../../base/index.js';

const smallestBytes = 4096;
const largestBytes = 1 << 20;
/** A window reads no further ahead: memory that is made for one walk costs more than the calls that it saves. */
const largestWindowBytes = 1 << 17;
/** A window between two walks keeps no more. */
const restingBytes = 1 << 15;

/**
 * How far ahead to read, from how the reads so far went: far where they go on in order, little where they
 * jump.
 */
export class ReadAhead {
  bytes = smallestBytes;
  readonly #largest: number;
  #end = -1;

  constructor(largest: number = largestBytes) {
    this.#largest = largest;
  }

  /** The length to read at `offset` where at least `needed` bytes are wanted. */
  plan(offset: number, needed: number): number {
    const isNear = this.#end >= 0 && offset >= this.#end - this.bytes && offset <= this.#end + this.bytes;
    this.bytes = isNear
      ? Math.min(this.#largest, this.bytes * 2)
      : Math.max(smallestBytes, Math.floor(this.bytes / 2));
    const length = Math.max(this.bytes, needed);
    this.#end = offset + length;
    return length;
  }
}

/** Fills `into` from `offset`; answers how much the file had. */
export function readFully(file: DiskFile, into: Uint8Array, offset: number): number {
  let done = 0;
  while (done < into.length) {
    const count = file.readSync(done === 0 ? into : into.subarray(done), offset + done);
    if (count === 0) break;
    done += count;
  }
  return done;
}

/** A piece of a file in memory that moves along with what is asked for. */
export class FileWindow {
  readonly #file: DiskFile;
  readonly #sizeBytes: number;
  #ahead = new ReadAhead(largestWindowBytes);
  #buffer = new Uint8Array(0);
  /** What stands in memory; `start` is the offset in the file of its first byte. */
  bytes = new Uint8Array(0);
  start = 0;

  constructor(file: DiskFile, sizeBytes: number) {
    this.#file = file;
    this.#sizeBytes = sizeBytes;
  }

  /**
   * Makes the bytes `offset` to `offset + length` stand in memory, or as many as there are; answers their
   * index.
   */
  ensure(offset: number, length: number): number {
    const end = Math.min(offset + length, this.#sizeBytes);
    if (offset >= this.start && end <= this.start + this.bytes.length) return offset - this.start;
    if (!(offset <= this.#sizeBytes)) {
      throw new CorruptionError({
        path: this.#file.path,
        offset,
        expected: 'an offset within the file',
        found: `a file of ${this.#sizeBytes} bytes`,
      });
    }
    const wanted = Math.min(this.#ahead.plan(offset, end - offset), this.#sizeBytes - offset);
    if (this.#buffer.length < wanted) this.#buffer = new Uint8Array(wanted);
    this.bytes = this.#buffer.subarray(0, 0);
    const count = readFully(this.#file, this.#buffer.subarray(0, wanted), offset);
    this.bytes = this.#buffer.subarray(0, count);
    this.start = offset;
    return 0;
  }

  /** Before another walk: what is in memory stays, if it is not much. */
  rest(): void {
    this.#ahead = new ReadAhead(largestWindowBytes);
    if (this.#buffer.length <= restingBytes) return;
    this.#buffer = new Uint8Array(0);
    this.bytes = this.#buffer;
    this.start = 0;
  }
}
