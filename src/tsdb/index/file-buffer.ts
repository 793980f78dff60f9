import { ByteWriter, type Disk, type DiskFile, writeAll } from '../../base/index.js';
import { crc32c } from '../../kernels/index.js';

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
  readonly #out = new ByteWriter(startBytes);
  #written = 0;

  private constructor(file: DiskFile) {
    this.#file = file;
  }

  static async create(disk: Disk, file: string): Promise<FileBuffer> {
    return new FileBuffer(await disk.open(file, 'create'));
  }

  /** Where the next byte goes. */
  get position(): number {
    return this.#written + this.#out.length;
  }

  byte(value: number): void {
    this.#out.byte(value);
  }

  u32(value: number): void {
    this.#out.u32(value);
  }

  /** Signed and unsigned alike. */
  u64(value: number): void {
    this.#out.u64(value);
  }

  uvarint(value: number): void {
    this.#out.uvarint(value);
  }

  raw(bytes: Uint8Array): void {
    this.#out.raw(bytes);
  }

  /** Zeros up to the next multiple of `size`. */
  pad(size: number): void {
    for (let over = this.position % size; over !== 0; over = (over + 1) % size) this.#out.byte(0);
  }

  /** The checksum of what was put since `start`, which must not have been written yet. */
  checksumSince(start: number): void {
    this.u32(crc32c(this.#out.written, start - this.#written));
  }

  /** Writes once a piece is full. */
  async settle(): Promise<void> {
    if (this.isFull) await this.flush();
  }

  get isFull(): boolean {
    return this.#out.length >= flushBytes;
  }

  async flush(): Promise<void> {
    await writeAll(this.#file, this.#out.written, this.#written);
    this.#written += this.#out.length;
    this.#out.reset();
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
