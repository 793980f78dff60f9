import type { DiskFile } from '../../base/index.js';
import { KernelBuffer, type Kernels } from '../../kernels/index.js';
import { FileCursor, ReadAhead, readFully } from '../index/index.js';

const pieceBytes = 1 << 20;
/** Kernels read whole words: what stands behind a record may be looked at, but not used. */
const slackBytes = 16;
const keptBytes = 4 << 20;

/** A piece of a file in a memory of kernels that moves along with what is asked for. The caller minds the file's end. */
export class PieceReader {
  readonly kernels: Kernels;
  readonly #buffer: KernelBuffer;
  readonly #onBytes: (bytes: number) => void;
  #ahead = new ReadAhead();
  #file: DiskFile | undefined;
  #start = 0;
  #length = 0;
  #furthest = 0;
  sizeBytes = 0;

  /** `onBytes` is told how much further reading has come. */
  constructor(kernels: Kernels, onBytes: (bytes: number) => void) {
    this.kernels = kernels;
    this.#buffer = new KernelBuffer(kernels, keptBytes);
    this.#onBytes = onBytes;
  }

  get path(): string {
    return this.#file?.path ?? '';
  }

  /** The file stays the caller's to close. */
  enter(file: DiskFile, sizeBytes: number): void {
    if (file === this.#file) return;
    this.#file = file;
    this.sizeBytes = sizeBytes;
    this.#ahead = new ReadAhead();
    this.#length = 0;
    this.#furthest = 0;
  }

  /** The address of `length` bytes at `offset`, which lie within the file; valid until the next call. */
  at(offset: number, length: number): number {
    if (offset < this.#start || offset + length > this.#start + this.#length) this.#load(offset, length);
    return this.#buffer.at + (offset - this.#start);
  }

  #load(offset: number, length: number): void {
    const file = this.#file as DiskFile;
    const wanted = Math.min(this.#ahead.plan(offset, length), this.sizeBytes - offset);
    this.#buffer.trim();
    this.#length = 0;
    this.#buffer.reserve(Math.max(wanted, length) + slackBytes);
    this.#start = offset;
    const count = readFully(file, this.#buffer.view(wanted), offset);
    this.#length = count;
    if (count < length)
      this.cursor(offset, count).fail(`${length} bytes`, `${count}: the file became shorter`);
    const end = offset + count;
    if (end > this.#furthest) {
      this.#onBytes(end - this.#furthest);
      this.#furthest = end;
    }
  }

  /** Of any length: what is long is read piece by piece. */
  checksum(offset: number, length: number): number {
    let crc = 0;
    for (let done = 0; done < length; ) {
      const count = Math.min(pieceBytes, length - done);
      const at = this.at(offset + done, count);
      crc = this.kernels.exports.crc32c(at, count, crc);
      done += count;
    }
    return crc >>> 0;
  }

  /** Over bytes that lie within the file; valid until the next call of any method. */
  cursor(offset: number, length: number): FileCursor {
    const at = this.at(offset, length);
    const cursor = new FileCursor(this.path, this.kernels.bytes.subarray(at, at + length), offset);
    return cursor;
  }

  /** Bytes within the file as the JavaScript heap's own. */
  copy(offset: number, length: number): Uint8Array {
    const bytes = new Uint8Array(length);
    for (let done = 0; done < length; done += pieceBytes) {
      const count = Math.min(pieceBytes, length - done);
      const at = this.at(offset + done, count);
      bytes.set(this.kernels.bytes.subarray(at, at + count), done);
    }
    return bytes;
  }

  /** Whether nothing but zeros stands from `offset` to `end`; otherwise where the first other byte is. */
  firstNonZero(offset: number, end: number): number | undefined {
    for (let from = offset; from < end; from += pieceBytes) {
      const count = Math.min(pieceBytes, end - from);
      const at = this.at(from, count);
      const { bytes } = this.kernels;
      for (let i = 0; i < count; i++) if (bytes[at + i] !== 0) return from + i;
    }
    return undefined;
  }

  release(): void {
    this.#buffer.release();
    this.#file = undefined;
    this.#length = 0;
  }
}

export function hex(checksum: number): string {
  return checksum.toString(16).padStart(8, '0');
}
