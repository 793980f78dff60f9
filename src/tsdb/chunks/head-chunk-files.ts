import * as path from 'node:path';
import { type Disk, type DiskFile, errnoOf } from '../../base/index.js';
import { crc32c } from '../../kernels/index.js';
import { FileCursor } from '../index/index.js';
import {
  checksumBytes,
  chunkFileHeaderBytes,
  chunkFileName,
  chunkFileSequence,
  headChunkMetaBytes,
  headChunksMagic,
  outOfOrderMask,
} from './format.js';
import type { HeadChunkPlace } from './head-chunk-writer.js';
import { checkHeader } from './segment-reader.js';

/** A chunk in `chunks_head`, without its data. */
export interface HeadChunkRecord extends HeadChunkPlace {
  readonly ref: number;
  readonly encoding: number;
  readonly mintMs: number;
  readonly maxtMs: number;
  readonly samples: number;
  readonly isOutOfOrder: boolean;
}

/** Where the files stop making sense; `repairHeadChunks` drops everything from there on. */
export interface HeadChunkDamage extends HeadChunkPlace {
  readonly path: string;
  readonly reason: string;
}

export interface HeadChunkScan {
  readonly chunkCount: number;
  /** The newest file that stays after a repair, 0 when there is none: for the writer. */
  readonly lastSegment: number;
  readonly damage: HeadChunkDamage | undefined;
  /** A last file without a magic number, as a power loss leaves it. */
  readonly unbegun: string | undefined;
}

export interface HeadSegmentFile {
  readonly segment: number;
  readonly path: string;
}

const windowBytes = 1 << 20;

/** In rising order; none where there is no such directory. */
export async function listHeadSegments(disk: Disk, directory: string): Promise<HeadSegmentFile[]> {
  const segments: HeadSegmentFile[] = [];
  try {
    for (const { name, isDirectory } of await disk.list(directory)) {
      const segment = chunkFileSequence(name);
      if (!isDirectory && segment !== undefined) segments.push({ segment, path: path.join(directory, name) });
    }
  } catch (error) {
    if (errnoOf(error) !== 'ENOENT') throw error;
  }
  return segments.sort((a, b) => a.segment - b.segment);
}

/**
 * Tells every chunk, file by file, in the order of writing; ends at the first damage. A file whose header is
 * wrong is damage as well, but for a last one that is not begun.
 */
export async function readHeadChunks(options: {
  readonly disk: Disk;
  readonly directory: string;
  readonly onChunk: (chunk: HeadChunkRecord) => void;
}): Promise<HeadChunkScan> {
  const { disk, directory, onChunk } = options;
  let chunkCount = 0;
  let lastSegment = 0;
  const segments = await listHeadSegments(disk, directory);
  for (const { segment, path: file } of segments) {
    if (segment === segments.at(-1)?.segment && (await isUnbegun(disk, file)))
      return { chunkCount, lastSegment, damage: undefined, unbegun: file };
    const damage = await scanFile(disk, { segment, file }, (chunk) => {
      chunkCount++;
      onChunk(chunk);
    });
    if (damage === undefined || damage.offset > chunkFileHeaderBytes) lastSegment = segment;
    if (damage !== undefined) return { chunkCount, lastSegment, damage, unbegun: undefined };
  }
  return { chunkCount, lastSegment, damage: undefined, unbegun: undefined };
}

/** Whether a file begins as those of `chunks_head` do. */
export async function isHeadChunkFile(disk: Disk, file: string): Promise<boolean> {
  const handle = await disk.open(file, 'read');
  try {
    return headerFault(handle) === undefined;
  } finally {
    await handle.close();
  }
}

/** Source: tsdb/chunks/head_chunks.go `repairLastChunkFile`. */
async function isUnbegun(disk: Disk, file: string): Promise<boolean> {
  const handle = await disk.open(file, 'read');
  try {
    const magic = new Uint8Array(4);
    const count = await handle.read(magic, 0);
    return count < magic.length || magic.every((byte) => byte === 0);
  } finally {
    await handle.close();
  }
}

async function scanFile(
  disk: Disk,
  { segment, file }: { segment: number; file: string },
  onChunk: (chunk: HeadChunkRecord) => void,
): Promise<HeadChunkDamage | undefined> {
  const handle = await disk.open(file, 'read');
  try {
    const damaged = (offset: number, reason: string): HeadChunkDamage => ({
      segment,
      offset,
      path: file,
      reason,
    });
    const sizeBytes = await handle.sizeBytes();
    const reason = headerFault(handle);
    if (reason !== undefined) return damaged(0, reason);
    const scanner = new RecordScanner(handle, sizeBytes);
    for (let offset = chunkFileHeaderBytes; offset < sizeBytes; ) {
      const chunk = await scanner.read(segment, offset);
      if (chunk === 'end') break;
      if (typeof chunk === 'string') return damaged(offset, chunk);
      onChunk(chunk);
      offset = scanner.end;
    }
    return undefined;
  } finally {
    await handle.close();
  }
}

function headerFault(file: DiskFile): string | undefined {
  try {
    checkHeader(file, headChunksMagic);
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

/** Reads records of one file through a window that moves along. */
class RecordScanner {
  readonly #file: DiskFile;
  readonly #sizeBytes: number;
  readonly #cursor: FileCursor;
  #buffer: Uint8Array;
  /** Where the record read last ends. */
  end = 0;

  constructor(file: DiskFile, sizeBytes: number) {
    this.#file = file;
    this.#sizeBytes = sizeBytes;
    this.#buffer = new Uint8Array(Math.min(windowBytes, sizeBytes));
    this.#cursor = new FileCursor(file.path, this.#buffer.subarray(0, 0), 0);
  }

  /** The record, 'end' where nothing but zeros follows, or what is wrong with it. */
  async read(segment: number, offset: number): Promise<HeadChunkRecord | string> {
    const left = this.#sizeBytes - offset;
    await this.#load(offset, Math.min(left, headChunkMetaBytes + 2));
    const cursor = this.#cursor;
    if (left < headChunkMetaBytes) {
      const rest = cursor.bytes.subarray(cursor.at, cursor.at + left);
      return rest.every((byte) => byte === 0) ? 'end' : `${left} bytes that are no chunk`;
    }
    let record: HeadChunkRecord | undefined;
    let length = 0;
    try {
      const ref = cursor.u64();
      const mintMs = cursor.i64();
      const maxtMs = cursor.i64();
      // Files are made longer ahead of what is written; series are numbered from 1.
      if (ref === 0 && mintMs === 0 && maxtMs === 0) return 'end';
      const encoding = cursor.byte();
      length = cursor.uvarint();
      const isOutOfOrder = (encoding & outOfOrderMask) !== 0;
      record = {
        segment,
        offset,
        ref,
        encoding: encoding & ~outOfOrderMask,
        mintMs,
        maxtMs,
        samples: 0,
        isOutOfOrder,
      };
    } catch (error) {
      return (error as Error).message;
    }
    const dataStart = offset + (cursor.at - this.#at(offset));
    const dataEnd = dataStart + length;
    if (dataEnd + checksumBytes > this.#sizeBytes) return `a chunk of ${length} bytes that the file ends in`;
    await this.#load(offset, dataEnd + checksumBytes - offset);
    const start = this.#at(offset);
    const computed = crc32c(cursor.bytes, start, this.#at(dataEnd));
    cursor.at = this.#at(dataEnd);
    if (cursor.u32() !== computed) return 'a chunk whose checksum is wrong';
    this.end = dataEnd + checksumBytes;
    return { ...record, samples: samplesOf(cursor.bytes, this.#at(dataStart), record.encoding) };
  }

  #at(offset: number): number {
    return offset - this.#cursor.fileOffset;
  }

  async #load(offset: number, length: number): Promise<void> {
    const cursor = this.#cursor;
    const at = this.#at(offset);
    cursor.at = at;
    if (at >= 0 && at + length <= cursor.bytes.length) return;
    if (this.#buffer.length < length) this.#buffer = new Uint8Array(length);
    let count = 0;
    while (count < length) {
      const read = await this.#file.read(this.#buffer.subarray(count), offset + count);
      if (read === 0) break;
      count += read;
    }
    cursor.bytes = this.#buffer.subarray(0, count);
    cursor.end = count;
    cursor.fileOffset = offset;
    cursor.at = 0;
  }
}

/**
 * The two bytes that all encodings begin with; two bits of them are flags where histograms have start
 * timestamps.
 */
function samplesOf(bytes: Uint8Array, at: number, encoding: number): number {
  const count = ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
  return encoding === 5 || encoding === 6 ? count & 0x3fff : count;
}

/**
 * Cuts the files off at the damage: later chunks of a series would leave a gap that the log does not fill.
 */
export async function repairHeadChunks(
  disk: Disk,
  directory: string,
  damage: HeadChunkDamage,
): Promise<void> {
  for (const { segment, path: file } of (await listHeadSegments(disk, directory)).reverse()) {
    if (segment < damage.segment) break;
    if (segment > damage.segment || damage.offset <= chunkFileHeaderBytes) await disk.remove(file);
    else await disk.truncate(file, damage.offset);
  }
  await disk.syncDirectory(directory);
}

/**
 * Removes a file that is not begun. Its number is taken again, as upstream wants no gaps; a file that is only
 * emptied could show what stood there, were the new bytes lost.
 */
export async function removeUnbegun(disk: Disk, directory: string, file: string): Promise<void> {
  await disk.remove(file);
  await disk.syncDirectory(directory);
}

/** Removes the files before `segment`, oldest first. */
export async function removeHeadChunksBefore(disk: Disk, directory: string, segment: number): Promise<void> {
  const old = (await listHeadSegments(disk, directory)).filter((file) => file.segment < segment);
  for (const { path: file } of old) await disk.remove(file);
  if (old.length > 0) await disk.syncDirectory(directory);
}

export function headChunkFile(directory: string, segment: number): string {
  return path.join(directory, chunkFileName(segment));
}
