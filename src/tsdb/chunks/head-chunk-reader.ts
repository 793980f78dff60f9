import { CorruptionError, type Disk, type DiskFile } from '../../base/index.js';
import type { KernelScope } from '../../kernels/index.js';
import { checkSum, FileCursor, readFully } from '../index/index.js';
import type { PlacedChunk } from './chunk-window.js';
import {
  checksumBytes,
  chunkFileHeaderBytes,
  headChunkFixedBytes,
  headSegmentBytes,
  maxLengthBytes,
  outOfOrderMask,
} from './format.js';
import { headChunkFile } from './head-chunk-files.js';
import type { HeadChunkPlace } from './head-chunk-writer.js';

/** Bytes read where a chunk's length is not known yet: most records are shorter. */
const usualRecordBytes = 512;

/** Reads single chunks of `chunks_head` by their place. Files are opened as they are asked for. */
export class HeadChunkReader {
  readonly #disk: Disk;
  readonly #directory: string;
  readonly #files = new Map<number, DiskFile>();
  #buffer = new Uint8Array(usualRecordBytes);

  constructor(disk: Disk, directory: string) {
    this.#disk = disk;
    this.#directory = directory;
  }

  /**
   * The chunk's data in the scope's memory, in a block of its own that the caller frees or the scope closes.
   * Checks the checksum; throws `CorruptionError` or the system's error.
   */
  read(place: HeadChunkPlace, scope: KernelScope): PlacedChunk {
    const { encoding, bytes } = this.readBytes(place);
    // Kernels read whole words beyond the end.
    const at = scope.alloc(bytes.length + 16);
    scope.kernels.bytes.set(bytes, at);
    return { encoding, at, length: bytes.length };
  }

  /** The same as a view that is valid until the next read. */
  readBytes(place: HeadChunkPlace): { readonly encoding: number; readonly bytes: Uint8Array } {
    const file = this.#fileOf(place.segment);
    const fail = (expected: string, found: string): never => {
      throw new CorruptionError({ path: file.path, offset: place.offset, expected, found });
    };
    if (place.offset < chunkFileHeaderBytes) fail('a chunk behind the header', 'an offset within it');
    let count = readFully(file, this.#buffer, place.offset);
    const cursor = new FileCursor(file.path, this.#buffer.subarray(0, count), place.offset);
    if (count < headChunkFixedBytes + maxLengthBytes) fail('a chunk', `${count} bytes`);
    cursor.skip(headChunkFixedBytes - 1);
    const encoding = cursor.byte() & ~outOfOrderMask;
    const length = cursor.uvarint();
    const dataEnd = cursor.at + length;
    const total = dataEnd + checksumBytes;
    if (total > count) {
      // A length that lies must not be made room for.
      const last = place.offset + total - 1;
      const isWithin = total <= headSegmentBytes && file.readSync(new Uint8Array(1), last) === 1;
      if (!isWithin) fail('a chunk within the file', `one of ${length} bytes`);
      if (this.#buffer.length < total) this.#buffer = new Uint8Array(total);
      count = readFully(file, this.#buffer.subarray(0, total), place.offset);
      if (count < total) fail(`a chunk of ${length} bytes`, 'the end of the file');
      cursor.bytes = this.#buffer;
    }
    const dataStart = dataEnd - length;
    cursor.end = total;
    checkSum(cursor, 0, dataEnd);
    return { encoding, bytes: this.#buffer.subarray(dataStart, dataEnd) };
  }

  #fileOf(segment: number): DiskFile {
    let file = this.#files.get(segment);
    if (file === undefined) {
      file = this.#disk.openSync(headChunkFile(this.#directory, segment));
      this.#files.set(segment, file);
    }
    return file;
  }

  /** Closes the files before `segment`: they are removed, and nothing is read from them any more. */
  async dropBefore(segment: number): Promise<void> {
    for (const [number, file] of [...this.#files]) {
      if (number >= segment) continue;
      this.#files.delete(number);
      await file.close();
    }
  }

  async close(): Promise<void> {
    await this.dropBefore(Number.POSITIVE_INFINITY);
  }
}
