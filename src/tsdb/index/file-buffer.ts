import { type Disk, type DiskFile, writeAll } from '../../base/index.js';
import { crc32c } from '../../kernels/index.js';

const two32 = 2 ** 32;
const startBytes = 64 << 10;
const flushBytes = 1 << 20;

/** How many bytes a number takes as a uvarint. */
export function uvarintBytes(value: number): number {
  let count = 1;
  for (let left = value; left >= 128; left = Math.floor(left / 128)) count++;
  return count;
}

/**
 * A file that is written from front to back. Fields go to memory; `flush` and, when enough came together,
 * `settle` write.
 */
export class FileBuffer {
  readonly #file: DiskFile;
  #bytes = new Uint8Array(startBytes);
  #view = new DataView(this.#bytes.buffer);
  #length = 0;
  #written = 0;

  private constructor(file: DiskFile) {
    this.#file = file;
  }

  static async create(disk: Disk, file: string): Promise<FileBuffer> {
    return new FileBuffer(await disk.open(file, 'create'));
  }

  /** Where the next byte goes. */
  get position(): number {
    return this.#written + this.#length;
  }

  #reserve(count: number): number {
    const at = this.#length;
    const needed = at + count;
    if (needed > this.#bytes.length) {
      const grown = new Uint8Array(Math.max(needed, 2 * this.#bytes.length));
      grown.set(this.#bytes.subarray(0, at));
      this.#bytes = grown;
      this.#view = new DataView(grown.buffer);
    }
    this.#length = needed;
    return at;
  }

  byte(value: number): void {
    const at = this.#reserve(1);
    this.#bytes[at] = value;
  }

  u32(value: number): void {
    const at = this.#reserve(4);
    this.#view.setUint32(at, value);
  }

  /** Signed and unsigned alike. */
  u64(value: number): void {
    const at = this.#reserve(8);
    const high = Math.floor(value / two32);
    this.#view.setInt32(at, high);
    this.#view.setUint32(at + 4, value - high * two32);
  }

  uvarint(value: number): void {
    let left = value;
    while (left >= 128) {
      this.byte((left % 128) | 0x80);
      left = Math.floor(left / 128);
    }
    this.byte(left);
  }

  raw(bytes: Uint8Array): void {
    const at = this.#reserve(bytes.length);
    this.#bytes.set(bytes, at);
  }

  /** Zeros up to the next multiple of `size`. */
  pad(size: number): void {
    const over = this.position % size;
    if (over === 0) return;
    const at = this.#reserve(size - over);
    this.#bytes.fill(0, at, this.#length);
  }

  /** The checksum of what was put since `start`, which must not have been written yet. */
  checksumSince(start: number): void {
    this.u32(crc32c(this.#bytes, start - this.#written, this.#length));
  }

  /** Writes once a piece is full. */
  async settle(): Promise<void> {
    if (this.#length >= flushBytes) await this.flush();
  }

  get isFull(): boolean {
    return this.#length >= flushBytes;
  }

  async flush(): Promise<void> {
    await writeAll(this.#file, this.#bytes.subarray(0, this.#length), this.#written);
    this.#written += this.#length;
    this.#length = 0;
  }

  /** Everything written and on stable storage. */
  async finish(): Promise<void> {
    await this.flush();
    await this.#file.sync();
    await this.#file.close();
  }

  /** Closes without writing what is left: the file is to be removed. */
  abandon(): Promise<void> {
    return this.#file.close();
  }
}
