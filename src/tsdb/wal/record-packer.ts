import { KernelBuffer, type Kernels, SnappyPacker } from '../../kernels/index.js';
import { type StoredRecord, snappyFlag, zstdFlag } from './format.js';
import { type WalCompression, zstdCompress } from './frame-records.js';
import { encodeSampleRows, type SampleRows, sampleRecordBytes } from './records/sample-rows.js';

const keptBytes = 4 << 20;

/** A record as it is to stand in the log, in a kernel memory; good until the packer's next call. */
export interface PackedRecord {
  readonly at: number;
  readonly length: number;
  /** 0, `snappyFlag` or `zstdFlag`. */
  readonly compression: number;
  /** Of the record before compression. */
  readonly rawBytes: number;
}

/** Encodes and compresses records in a kernel memory, with scratch that is used again and again. */
export class RecordPacker {
  readonly #kernels: Kernels;
  readonly #compression: WalCompression;
  readonly #raw: KernelBuffer;
  readonly #snappy: SnappyPacker;
  readonly #zstd: KernelBuffer;

  constructor(kernels: Kernels, compression: WalCompression) {
    this.#kernels = kernels;
    this.#compression = compression;
    this.#raw = new KernelBuffer(kernels, keptBytes);
    this.#snappy = new SnappyPacker(kernels, keptBytes);
    this.#zstd = new KernelBuffer(kernels, keptBytes);
  }

  /** At most `maxRecordRows`. */
  packRows(rows: SampleRows): PackedRecord {
    const into = this.#raw.reserve(sampleRecordBytes(rows.length));
    return this.pack(into, encodeSampleRows(this.#kernels, rows, into));
  }

  /** Room for a record that is to be packed; valid until the next call. */
  room(bytes: number): { readonly at: number; readonly end: number } {
    const at = this.#raw.reserve(bytes);
    return { at, end: at + bytes };
  }

  /** The first byte of a record in such room. */
  setType(at: number, type: number): void {
    this.#kernels.bytes[at] = type;
  }

  packBytes(record: Uint8Array): PackedRecord {
    return this.pack(this.#raw.put(record), record.length);
  }

  /** Compressed where that makes it smaller, as upstream decides. */
  pack(at: number, length: number): PackedRecord {
    if (this.#compression === 'snappy') {
      const packed = this.#snappy.pack(at, length);
      if (packed < length) {
        return { at: this.#snappy.at, length: packed, compression: snappyFlag, rawBytes: length };
      }
    }
    if (this.#compression === 'zstd') {
      // The library takes no view of a shared memory.
      const packed = zstdCompress(this.#kernels.bytes.slice(at, at + length));
      if (packed.length < length) {
        const compression = zstdFlag;
        return { at: this.#zstd.put(packed), length: packed.length, compression, rawBytes: length };
      }
    }
    return { at, length, compression: 0, rawBytes: length };
  }

  /** A record that is packed already, put where the framer can read it. */
  packStored({ stored, compression }: StoredRecord): PackedRecord {
    return { at: this.#raw.put(stored), length: stored.length, compression, rawBytes: stored.length };
  }

  /** The record's bytes; valid as long as the record. */
  bytesOf({ at, length }: PackedRecord): Uint8Array {
    return this.#kernels.bytes.subarray(at, at + length);
  }

  trim(): void {
    this.#raw.trim();
    this.#snappy.trim();
    this.#zstd.trim();
  }

  release(): void {
    this.#raw.release();
    this.#snappy.release();
    this.#zstd.release();
  }
}
