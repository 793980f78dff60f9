import * as path from 'node:path';
import type { Disk } from '../../base/index.js';
import { FileBuffer, joinChunkRef } from '../index/index.js';
import {
  checksumBytes,
  chunkFileHeaderBytes,
  chunkFileName,
  chunksMagic,
  chunksVersion,
  maxLengthBytes,
  segmentBytes,
} from './format.js';

export interface EncodedChunk {
  readonly encoding: number;
  readonly bytes: Uint8Array;
  /** CRC-32C of encoding and bytes, where it is known. */
  readonly checksum?: number;
}

/** What upstream reckons a chunk to take in a file when it decides on the next one. */
function reckonedBytes(chunk: EncodedChunk): number {
  return maxLengthBytes + 1 + chunk.bytes.length + checksumBytes;
}

/** Writes the segment files of a block, byte for byte as upstream's writer. One call at a time. */
export class ChunkSegmentWriter {
  readonly #disk: Disk;
  readonly #directory: string;
  readonly #segmentBytes: number;
  #segments = 0;
  #out: FileBuffer | undefined;
  #sizeBytes = 0;

  constructor(options: { disk: Disk; directory: string; segmentBytes?: number }) {
    this.#disk = options.disk;
    this.#directory = options.directory;
    this.#segmentBytes = options.segmentBytes ?? segmentBytes;
  }

  /** Of all files, once `finish` has resolved. */
  get sizeBytes(): number {
    return this.#sizeBytes;
  }

  /** Takes the chunks of one series; fills their references into `refs`. Bytes are copied. */
  async append(chunks: readonly EncodedChunk[], refs: number[]): Promise<void> {
    refs.length = 0;
    if (chunks.length === 0) return;
    let out = this.#out ?? (await this.#cut());
    let batchBytes = 0;
    let isFirstBatch = out.position > chunkFileHeaderBytes;
    const startPosition = out.position;
    for (let i = 0; i < chunks.length; i++) {
      const chunk = chunks[i] as EncodedChunk;
      batchBytes += reckonedBytes(chunk);
      let cuts = i !== 0 && batchBytes + chunkFileHeaderBytes > this.#segmentBytes;
      if (isFirstBatch) {
        cuts = batchBytes + startPosition > this.#segmentBytes;
        if (cuts) isFirstBatch = false;
      }
      if (cuts) {
        out = await this.#cut();
        batchBytes = reckonedBytes(chunk);
      }
      refs.push(joinChunkRef({ segment: this.#segments - 1, offset: out.position }));
      this.#put(out, chunk);
    }
    if (out.isFull) await out.flush();
  }

  #put(out: FileBuffer, { encoding, bytes, checksum }: EncodedChunk): void {
    out.uvarint(bytes.length);
    const start = out.position;
    out.byte(encoding);
    out.raw(bytes);
    if (checksum === undefined) out.checksumSince(start);
    else out.u32(checksum);
  }

  async #cut(): Promise<FileBuffer> {
    await this.#finishSegment();
    await this.#disk.makeDirectory(this.#directory);
    this.#segments++;
    const out = await FileBuffer.create(
      this.#disk,
      path.join(this.#directory, chunkFileName(this.#segments)),
    );
    this.#out = out;
    out.u32(chunksMagic);
    out.byte(chunksVersion);
    out.pad(chunkFileHeaderBytes);
    return out;
  }

  async #finishSegment(): Promise<void> {
    const out = this.#out;
    if (out === undefined) return;
    this.#out = undefined;
    this.#sizeBytes += out.position;
    await out.finish();
  }

  /** Everything is on stable storage, names included. */
  async finish(): Promise<void> {
    await this.#finishSegment();
    if (this.#segments > 0) await this.#disk.syncDirectory(this.#directory);
  }

  /** Closes what is open; the directory is to be removed. */
  async abandon(): Promise<void> {
    const out = this.#out;
    this.#out = undefined;
    await out?.abandon();
  }
}
