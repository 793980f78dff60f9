import { assert } from '../../base/index.js';
import { KernelBuffer, type Kernels, SnappyUnpacker } from '../../kernels/index.js';
import { maxRecordBytes, type StoredRecord, snappyFlag } from './format.js';
import { inflateRecord } from './inflate-record.js';
import type { BlockChecksum } from './segment-parser.js';

const keptBytes = 4 << 20;

/** A block of a segment in a kernel memory, and the record of it that was inflated last. */
export class KernelBlock {
  readonly #kernels: Kernels;
  readonly #blockBytes: number;
  readonly #block: KernelBuffer;
  readonly #assembled: KernelBuffer;
  readonly #unpacker: SnappyUnpacker;
  place = { at: 0, end: 0 };

  constructor(kernels: Kernels, blockBytes: number) {
    this.#kernels = kernels;
    this.#blockBytes = blockBytes;
    this.#block = new KernelBuffer(kernels);
    this.#assembled = new KernelBuffer(kernels, keptBytes);
    this.#unpacker = new SnappyUnpacker(kernels, keptBytes);
  }

  /** The block, to be read into. */
  view(): Uint8Array {
    this.#assembled.trim();
    this.#unpacker.trim();
    this.#block.reserve(this.#blockBytes);
    return this.#block.view(this.#blockBytes);
  }

  readonly checksum: BlockChecksum = (_block, startByte, endByte) =>
    this.#kernels.exports.crc32c(this.#block.at + startByte, endByte - startByte, 0) >>> 0;

  /** `storedStart`: where the stored record begins in the block, or -1. Throws `CorruptionError`. */
  inflate(record: StoredRecord, storedStart: number): void {
    const { stored, compression } = record;
    const isPlain = compression === 0 || (compression & snappyFlag) !== 0;
    if (!isPlain) {
      const inflated = inflateRecord(record);
      this.#put(this.#assembled.put(inflated), inflated.length);
      return;
    }
    const from = storedStart < 0 ? this.#assembled.put(stored) : this.#block.at + storedStart;
    if (compression === 0) {
      this.#put(from, stored.length);
      return;
    }
    const length = this.#unpacker.unpack(from, stored.length, maxRecordBytes);
    if (length >= 0) {
      this.#put(this.#unpacker.at, length);
      return;
    }
    // The twin finds the same fault and says where it is.
    inflateRecord(record);
    assert(false, 'a kernel refuses a block of snappy that its twin reads');
  }

  #put(at: number, length: number): void {
    this.place = { at, end: at + length };
  }

  /** The record's own bytes; valid until the next one is inflated. */
  get record(): Uint8Array {
    return this.#kernels.bytes.subarray(this.place.at, this.place.end);
  }

  /** The record's first byte. */
  get recordType(): number | undefined {
    return this.place.at < this.place.end ? this.#kernels.bytes[this.place.at] : undefined;
  }

  release(): void {
    this.#block.release();
    this.#assembled.release();
    this.#unpacker.release();
  }
}
