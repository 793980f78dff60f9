import type { KernelExports } from '../../kernels/index.js';
import type { SeriesRef } from '../../storage/index.js';
import type { ChunkPlace, UnwrittenChunk } from './contracts.js';
import { chunk, chunkFlag, chunkRecordBytes, cold, type HeadViews, hot, longestSpan } from './layout.js';

/** Whose chunks they are. */
export interface ChunkRows {
  readonly views: HeadViews;
  readonly exports: KernelExports;
  refOf(row: number): SeriesRef;
  /** Runs `change` while readers of the row wait. */
  changeRow<T>(row: number, change: () => T): T;
}

/** Chunks that take no more samples and are in memory alone, oldest first. */
export class ClosedChunks {
  readonly #writer: ChunkRows;
  readonly #kernelList: number;
  /** Row and address of entry `#first + i`; the row is -1 where it is done. */
  #rows: number[] = [];
  #places: number[] = [];
  /** First times: what took a dropped chunk's address begins at another. */
  #mints: number[] = [];
  #first = 0;
  #done = 0;

  constructor(writer: ChunkRows, kernelList: number) {
    this.#writer = writer;
    this.#kernelList = kernelList;
  }

  /** Takes over what a kernel has noted. */
  take(): void {
    const { exports, views } = this.#writer;
    const count = exports.headTakeClosed() >>> 0;
    for (let i = 0; i < count; i++) {
      const at = this.#kernelList + i * 8;
      this.#add(views.word(at), views.word(at + 4));
    }
  }

  /** The chunk at an address takes no more samples. */
  close(row: number, at: number): void {
    const { views } = this.#writer;
    const record = findChunk(this.#writer, row, at);
    if (record === undefined) return;
    views.bytes[record + chunk.flags] = views.byte(record + chunk.flags) | chunkFlag.closed;
    this.#add(row, at);
  }

  #add(row: number, at: number): void {
    this.#rows.push(row);
    this.#places.push(at);
    const record = findChunk(this.#writer, row, at);
    this.#mints.push(record === undefined ? Number.NaN : this.#writer.views.double(record + chunk.mint));
  }

  /** At most so many are unwritten. */
  get bound(): number {
    return this.#rows.length - this.#done;
  }

  unwritten(limit: number): UnwrittenChunk[] {
    const found: UnwrittenChunk[] = [];
    for (let i = this.#done; i < this.#rows.length && found.length < limit; i++) {
      const row = this.#rows[i] as number;
      if (row < 0) continue;
      const record = this.#find(row, i);
      if (record === undefined) this.#finish(i);
      else found.push(this.#describe(this.#first + i, row, record));
    }
    return found;
  }

  #describe(id: number, row: number, record: number): UnwrittenChunk {
    const { views } = this.#writer;
    const at = views.word(record + chunk.at);
    const mintMs = views.double(record + chunk.mint);
    return {
      id,
      ref: this.#writer.refOf(row),
      encoding: views.byte(record + chunk.encoding),
      mintMs,
      maxtMs: mintMs + views.word(record + chunk.span),
      samples: views.half(record + chunk.count),
      isOutOfOrder: (views.byte(record + chunk.flags) & chunkFlag.late) !== 0,
      bytes: views.bytes.subarray(at, at + views.word(record + chunk.bytes)),
    };
  }

  written(id: number, place: ChunkPlace, encoding: number): void {
    const index = id - this.#first;
    const row = this.#rows[index] ?? -1;
    if (row < 0) return;
    const { views, exports } = this.#writer;
    const record = this.#find(row, index);
    if (record !== undefined) {
      const at = views.word(record + chunk.at);
      const bytes = views.word(record + chunk.bytes);
      this.#writer.changeRow(row, () => {
        views.setWord(record + chunk.at, place.segment);
        views.setWord(record + chunk.bytes, place.offset);
        views.bytes[record + chunk.encoding] = encoding;
        views.bytes[record + chunk.flags] = views.byte(record + chunk.flags) | chunkFlag.onDisk;
      });
      exports.headRetire(at, bytes);
    }
    this.#finish(index);
  }

  #finish(index: number): void {
    this.#rows[index] = -1;
    while (this.#done < this.#rows.length && this.#rows[this.#done] === -1) this.#done++;
    if (this.#done < 1024 || this.#done * 2 < this.#rows.length) return;
    this.#rows = this.#rows.slice(this.#done);
    this.#places = this.#places.slice(this.#done);
    this.#mints = this.#mints.slice(this.#done);
    this.#first += this.#done;
    this.#done = 0;
  }

  /** The record of a chunk in memory; what took the place of one that was dropped may be open. */
  #find(row: number, index: number): number | undefined {
    const { views } = this.#writer;
    const record = findChunk(this.#writer, row, this.#places[index] as number);
    if (record === undefined || views.double(record + chunk.mint) !== this.#mints[index]) return undefined;
    const isClosed = (views.byte(record + chunk.flags) & chunkFlag.closed) !== 0;
    return isClosed ? record : undefined;
  }
}

/** The record of a row's chunk in memory at an address. */
export function findChunk(writer: ChunkRows, row: number, at: number): number | undefined {
  const { views } = writer;
  const coldAt = views.coldRow(row);
  const records = views.word(coldAt + cold.chunks);
  const count = views.half(coldAt + cold.chunkCount);
  for (let i = count - 1; i >= 0; i--) {
    const record = records + i * chunkRecordBytes;
    const isOnDisk = (views.byte(record + chunk.flags) & chunkFlag.onDisk) !== 0;
    if (!isOnDisk && views.word(record + chunk.at) === at) return record;
  }
  return undefined;
}

export interface NewChunk {
  readonly row: number;
  readonly mintMs: number;
  readonly maxtMs: number;
  readonly encoding: number;
  readonly samples: number;
  readonly flags: number;
  /** The commit that shows it. */
  readonly commit: number;
}

/** Adds a chunk's record; false where memory is used up. `at` and `bytes` stand for a place on disk where flags say so. */
export function pushChunk(writer: ChunkRows, described: NewChunk, at: number, bytes: number): boolean {
  const { row, mintMs, maxtMs, encoding, samples, flags, commit } = described;
  return writer.changeRow(row, () => {
    const record = writer.exports.headPushChunk(row) >>> 0;
    if (record === 0) return false;
    const kind = samples | (encoding << 16) | (flags << 24);
    writer.exports.headFillChunk(record, mintMs, Math.min(maxtMs, mintMs + longestSpan), at, bytes, kind);
    writer.views.setWord(record + chunk.commit, commit);
    return true;
  });
}

/** Takes the chunk at an address out of a row's list and retires its bytes. */
export function dropChunk(writer: ChunkRows, row: number, record: number): void {
  const { views } = writer;
  const coldAt = views.coldRow(row);
  const records = views.word(coldAt + cold.chunks);
  const count = views.half(coldAt + cold.chunkCount);
  const isOnDisk = (views.byte(record + chunk.flags) & chunkFlag.onDisk) !== 0;
  const at = views.word(record + chunk.at);
  const bytes = views.word(record + chunk.bytes);
  writer.changeRow(row, () => {
    views.bytes.copyWithin(record, record + chunkRecordBytes, records + count * chunkRecordBytes);
    views.halves[(coldAt + cold.chunkCount) >>> 1] = count - 1;
  });
  if (!isOnDisk) writer.exports.headRetire(at, bytes);
}

/** Ends the open chunk of a row's floats; false where memory is used up. */
export function closeOpen(writer: ChunkRows & { readonly closed: ClosedChunks }, row: number): boolean {
  const { views } = writer;
  if (views.word(views.hotRow(row) + hot.openAt) === 0) return true;
  const isClosed = writer.changeRow(row, () => Boolean(writer.exports.headCloseOpen(row)));
  writer.closed.take();
  return isClosed;
}
