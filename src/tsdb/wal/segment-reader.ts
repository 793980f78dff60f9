import { CorruptionError, type Disk, type DiskFile } from '../../base/index.js';
import type { Kernels } from '../../kernels/index.js';
import { pageBytes, type StoredRecord } from './format.js';
import { inflateRecord } from './inflate-record.js';
import { KernelBlock } from './kernel-block.js';
import { type DamagedRange, SegmentParser } from './segment-parser.js';

const mostBlockBytes = 32 * pageBytes;

/**
 * The records of one segment in order: `fill` reads the next block of the file, `next` goes through the records that
 * are whole by then. Reads a file that grows to the end it finds; a torn last record is damage at the end.
 */
export class SegmentReader implements StoredRecord {
  readonly path: string;
  readonly #file: DiskFile;
  readonly #parser: SegmentParser;
  readonly #kernel: KernelBlock | undefined;
  readonly #block: Uint8Array | undefined;
  readonly #blockBytes: number;
  #readBytes = 0;
  #ended = false;
  #goodEndByte = 0;
  #record: Uint8Array = new Uint8Array(0);

  private constructor(
    file: DiskFile,
    kernels: Kernels | undefined,
    { startByte, blockBytes }: { startByte: number; blockBytes: number },
  ) {
    this.path = file.path;
    this.#file = file;
    this.#readBytes = startByte;
    this.#blockBytes = blockBytes;
    this.#kernel = kernels === undefined ? undefined : new KernelBlock(kernels, blockBytes);
    this.#block = kernels === undefined ? new Uint8Array(blockBytes) : undefined;
    this.#parser = new SegmentParser(this.#kernel?.checksum);
  }

  /**
   * Rejects with the system's error. With kernels all work is done in their memory. The reader must be closed.
   * `startByte` begins a page; the rest of a record that began before it counts as damage.
   */
  static async open(disk: Disk, file: string, kernels?: Kernels, startByte = 0): Promise<SegmentReader> {
    const opened = await disk.open(file, 'read');
    try {
      // A page more than there is, so that the end is seen at once.
      const pages = Math.floor(((await opened.sizeBytes()) - startByte) / pageBytes) + 1;
      const blockBytes = Math.min(mostBlockBytes, Math.max(1, pages) * pageBytes);
      return new SegmentReader(opened, kernels, { startByte, blockBytes });
    } catch (error) {
      await opened.close();
      throw error;
    }
  }

  /** False at the end of the file. The record read last becomes invalid. */
  async fill(): Promise<boolean> {
    if (this.#ended) return false;
    const block = this.#kernel?.view() ?? (this.#block as Uint8Array);
    const blockBytes = this.#blockBytes;
    let length = 0;
    while (length < blockBytes) {
      const count = await this.#file.read(block.subarray(length), this.#readBytes + length);
      if (count === 0) break;
      length += count;
    }
    this.#parser.feed(block.subarray(0, length), this.#readBytes);
    this.#readBytes += length;
    if (length < blockBytes) this.#ended = true;
    return length > 0;
  }

  /** Moves to the next record of the block; those whose compression is broken count as damage and are left out. */
  next(): boolean {
    while (this.#parser.next()) {
      try {
        if (this.#kernel === undefined) this.#record = inflateRecord(this.#parser);
        else this.#kernel.inflate(this.#parser, this.#parser.storedStart);
      } catch (error) {
        if (!(error instanceof CorruptionError)) throw error;
        this.#parser.markDamaged(error.message);
        continue;
      }
      this.#goodEndByte = this.#parser.recordEnd;
      return true;
    }
    if (this.#ended) this.#parser.finish();
    return false;
  }

  /** The record's own bytes, valid until the reader moves on. */
  get record(): Uint8Array {
    return this.#kernel?.record ?? this.#record;
  }

  /** The record's first byte; 0 where it has none. */
  get recordType(): number {
    return this.#kernel?.recordType ?? this.record[0] ?? 0;
  }

  /** Where the record stands in the kernels' memory; undefined without kernels. */
  get place(): { readonly at: number; readonly end: number } | undefined {
    return this.#kernel?.place;
  }

  get stored(): Uint8Array {
    return this.#parser.stored;
  }

  get compression(): number {
    return this.#parser.compression;
  }

  get recordStart(): number {
    return this.#parser.recordStart;
  }

  /** Behind the last whole record. */
  get goodEndByte(): number {
    return this.#goodEndByte;
  }

  get sizeBytes(): number {
    return this.#readBytes;
  }

  /** In rising order; complete once `fill` has answered false. */
  get damages(): readonly DamagedRange[] {
    return this.#parser.damages;
  }

  close(): Promise<void> {
    this.#kernel?.release();
    return this.#file.close();
  }
}
