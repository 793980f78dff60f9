import * as path from 'node:path';
import { ByteWriter, type Disk, type DiskFile, writeAll } from '../../base/index.js';
import { crc32c } from '../../kernels/index.js';
import { uvarintBytes } from '../index/index.js';
import {
  checksumBytes,
  chunkFileHeaderBytes,
  chunkFileName,
  chunksVersion,
  headChunkFixedBytes,
  headChunksMagic,
  headSegmentBytes,
  outOfOrderMask,
} from './format.js';

/** A chunk of the head that takes no more samples, as it goes to `chunks_head`. */
export interface HeadChunk {
  readonly ref: number;
  readonly encoding: number;
  readonly mintMs: number;
  readonly maxtMs: number;
  readonly isOutOfOrder: boolean;
  readonly bytes: Uint8Array;
}

/**
 * A file's number and the offset of the chunk's record there: upstream's ChunkDiskMapperRef in two halves.
 */
export interface HeadChunkPlace {
  readonly segment: number;
  readonly offset: number;
}

/** Records of one file that are not on stable storage yet. */
interface Pending {
  readonly segment: number;
  /** Where they go. */
  readonly offset: number;
  readonly out: ByteWriter;
  /** Being written: takes no more. */
  isSealed: boolean;
}

const pieceBytes = 1 << 20;

/**
 * Appends to the files of `chunks_head`, byte for byte as upstream but for the zeros that upstream allocates
 * ahead. `append` answers the place at once and keeps the record until `flush` has written and synced it; a `flush`
 * that fails keeps it too, and the next one writes it to the same place: the system may have dropped what it could
 * not sync, and says so once.
 */
export class HeadChunkWriter {
  readonly #disk: Disk;
  readonly #directory: string;
  readonly #segmentBytes: number;
  #segment: number;
  #offset = Number.POSITIVE_INFINITY;
  #pending: Pending[] = [];
  #file: { readonly segment: number; readonly handle: DiskFile } | undefined;
  #flushing: Promise<void> | undefined;

  /** `lastSegment` is the newest file that is there, 0 when there is none: it is not written to. */
  constructor(options: { disk: Disk; directory: string; lastSegment: number; segmentBytes?: number }) {
    this.#disk = options.disk;
    this.#directory = options.directory;
    this.#segment = options.lastSegment;
    this.#segmentBytes = options.segmentBytes ?? headSegmentBytes;
  }

  /** Appended and not on stable storage. */
  get pendingBytes(): number {
    return this.#pending.reduce((sum, { out }) => sum + out.length, 0);
  }

  /** The newest file, written or about to be. */
  get segment(): number {
    return this.#segment;
  }

  /** The next chunk begins a file. */
  cut(): void {
    if (this.#offset > chunkFileHeaderBytes) this.#offset = Number.POSITIVE_INFINITY;
  }

  /** Copies the chunk. It is to be read from its place once a later `flush` has resolved. */
  append(chunk: HeadChunk): HeadChunkPlace {
    const { length } = chunk.bytes;
    const bytes = headChunkFixedBytes + uvarintBytes(length) + length + checksumBytes;
    if (this.#offset + bytes > this.#segmentBytes) {
      this.#segment++;
      this.#offset = 0;
    }
    const { out } = this.#room();
    const place = { segment: this.#segment, offset: this.#offset };
    const record = new ByteWriter(bytes);
    record.u64(chunk.ref);
    record.u64(chunk.mintMs);
    record.u64(chunk.maxtMs);
    record.byte(chunk.isOutOfOrder ? chunk.encoding | outOfOrderMask : chunk.encoding);
    record.uvarint(length);
    record.raw(chunk.bytes);
    const taken = record.take();
    out.raw(taken);
    putU32(out, crc32c(taken));
    this.#offset += bytes;
    return place;
  }

  #room(): Pending {
    const last = this.#pending.at(-1);
    const fits = last?.segment === this.#segment && last.out.length < pieceBytes && !last.isSealed;
    if (fits && this.#offset > 0) return last;
    const out = new ByteWriter();
    const pending = { segment: this.#segment, offset: this.#offset, out, isSealed: false };
    this.#pending.push(pending);
    if (this.#offset === 0) {
      putU32(out, headChunksMagic);
      out.raw(Uint8Array.of(chunksVersion, 0, 0, 0));
      this.#offset = chunkFileHeaderBytes;
    }
    return pending;
  }

  /** Writes and syncs what was appended before the call. Rejects with the system's error; then nothing is lost. */
  async flush(): Promise<void> {
    while (this.#flushing !== undefined) await this.#flushing.catch(() => undefined);
    const flushing = this.#write();
    this.#flushing = flushing;
    try {
      await flushing;
    } finally {
      this.#flushing = undefined;
    }
  }

  async #write(): Promise<void> {
    for (const pending of this.#pending) pending.isSealed = true;
    for (let first = this.#pending[0]; first?.isSealed === true; first = this.#pending[0]) {
      const { segment } = first;
      const parts = this.#pending.filter((pending) => pending.segment === segment && pending.isSealed);
      const file = await this.#fileOf(segment);
      for (const { out, offset } of parts) await writeAll(file, out.take(), offset);
      await file.sync();
      this.#pending.splice(0, parts.length);
    }
  }

  async #fileOf(segment: number): Promise<DiskFile> {
    if (this.#file?.segment === segment) return this.#file.handle;
    await this.#closeFile();
    await this.#disk.makeDirectory(this.#directory);
    const handle = await this.#disk.open(path.join(this.#directory, chunkFileName(segment)), 'create');
    try {
      await this.#disk.syncDirectory(this.#directory);
    } catch (error) {
      await handle.close();
      throw error;
    }
    this.#file = { segment, handle };
    return handle;
  }

  async #closeFile(): Promise<void> {
    const file = this.#file;
    this.#file = undefined;
    await file?.handle.close();
  }

  /** Writes what is left. */
  async close(): Promise<void> {
    try {
      await this.flush();
    } finally {
      await this.#closeFile();
    }
  }
}

function putU32(out: ByteWriter, value: number): void {
  out.raw(Uint8Array.of(value >>> 24, (value >>> 16) & 0xff, (value >>> 8) & 0xff, value & 0xff));
}
