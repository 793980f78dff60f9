import { CorruptionError } from '../../base/index.js';
import { decodeResult } from '../../chunkenc/index.js';
import type { Kernels } from '../../kernels/index.js';
import type { ChunkBytes, LabelIds, TimeWindow } from '../../storage/index.js';
import { ChunkPieces, ChunkWindow } from '../chunks/index.js';
import { type IndexScanner, SeriesEntry } from '../index/index.js';
import type { ColumnWriter, MatchedSeries } from '../select/index.js';
import { type DeletedInterval, isDeleted, touchesDeleted } from '../tombstones/index.js';
import { dropDeleted } from './drop-deleted.js';
import type { IdList } from './id-lists.js';
import type { Block } from './open-block.js';
import type { SymbolIds } from './symbol-ids.js';

const nothingDeleted: readonly DeletedInterval[] = [];
/** Encodings of chunks, chunkenc's numbers. */
const lastEncoding = 6;
/** Kernels read whole words beyond the end. */
const slackBytes = 16;
/** A series without chunks has their count, 0, and nothing behind it. */
const noChunksBytes = 1;
const noSeries = -1;
/** Label ids of many series stand in one array: an array of its own costs each more than the ids do. */
const mostPooledIds = 1 << 14;
/** Chunks of a series that lie further apart are not looked for in one stretch of their file. */
const mostSpanBytes = 1 << 18;

/** The series of a block for one select. Labels are read by one walk over the index, chunks by another. */
export class BlockSeries implements MatchedSeries {
  readonly #block: Block;
  readonly #ids: IdList;
  readonly #symbols: SymbolIds;
  readonly #window: TimeWindow;
  readonly #labelScanner: IndexScanner;
  readonly #chunkScanner: IndexScanner;
  readonly #entry = new SeriesEntry();
  /**
   * Of series whose entries were read and checked for their labels: where their chunks are told, and in how
   * many bytes.
   */
  readonly #chunkOffsets: Float64Array;
  readonly #chunkBytes: Uint32Array;
  /** Whose labels the entry holds. */
  #labelled = noSeries;
  #pool: LabelIds = new Uint32Array(0);
  #pooled = 0;
  readonly #pieces: ChunkPieces;
  #chunkWindow: ChunkWindow | undefined;
  #isClosed = false;

  constructor(options: {
    block: Block;
    ids: IdList;
    symbols: SymbolIds;
    window: TimeWindow;
    kernels?: Kernels | undefined;
  }) {
    this.#block = options.block;
    this.#ids = options.ids;
    this.#symbols = options.symbols;
    this.#window = options.window;
    this.#pieces = new ChunkPieces(options.block.chunks, options.kernels);
    this.#labelScanner = options.block.index.scanner();
    this.#chunkScanner = options.block.index.scanner();
    this.#chunkOffsets = new Float64Array(options.ids.length);
    this.#chunkBytes = new Uint32Array(options.ids.length);
  }

  get count(): number {
    return this.#ids.length;
  }

  labels(index: number): LabelIds {
    const entry = this.#readLabels(index);
    const { symbols } = entry;
    const ids = this.#newIds(2 * entry.labelCount, index);
    for (let i = 0; i < ids.length; i++) ids[i] = this.#symbols.idOf(symbols[i] as number);
    return ids;
  }

  #newIds(length: number, index: number): LabelIds {
    if (this.#pooled + length > this.#pool.length) {
      const wanted = Math.min(mostPooledIds, (this.count - index) * length);
      this.#pool = new Uint32Array(Math.max(length, wanted));
      this.#pooled = 0;
    }
    const ids = this.#pool.subarray(this.#pooled, this.#pooled + length);
    this.#pooled += length;
    return ids;
  }

  hasLabels(index: number, labels: LabelIds): boolean {
    const cursor = this.#labelScanner.entry(this.#ids[index] as number);
    this.#labelled = noSeries;
    if (2 * cursor.uvarint() !== labels.length || !this.#symbols.areIdsAt(cursor, labels)) return false;
    this.#chunkOffsets[index] = cursor.fileOffset + cursor.at;
    this.#chunkBytes[index] = cursor.end - cursor.at;
    return true;
  }

  /** Series without a chunk in the window were left out when they were matched. */
  overlaps(index: number): boolean {
    if (this.#chunkOffsets[index] === 0) this.#readLabels(index);
    return (this.#chunkBytes[index] as number) > noChunksBytes;
  }

  #readLabels(index: number): SeriesEntry {
    const entry = this.#entry;
    if (index === this.#labelled) return entry;
    this.#labelled = index;
    this.#labelScanner.series(this.#ids[index] as number, entry);
    this.#chunkOffsets[index] = entry.chunksOffset;
    this.#chunkBytes[index] = entry.chunksBytes;
    return entry;
  }

  load(index: number, into: ColumnWriter): void {
    const id = this.#ids[index] as number;
    const entry = this.#readChunks(index);
    const { mintMs, maxtMs, refs, chunkCount } = entry;
    const deleted = this.#block.tombstones.get(id) ?? nothingDeleted;
    const { first, last } = overlapping(entry, this.#window);
    const done = deleted.length === 0 ? this.#loadRecords(refs, first, last, into) : 0;
    for (let i = first + done; i < last; i++) {
      const from = mintMs[i] as number;
      const to = maxtMs[i] as number;
      if (!overlaps(this.#window, from, to) || isDeleted(deleted, from, to)) continue;
      const ref = refs[i] as number;
      const next = i + 1 < chunkCount ? (refs[last - 1] as number) : ref;
      try {
        this.#loadChunk({ ref, span: next - ref, mintMs: from, maxtMs: to }, deleted, into);
      } catch (error) {
        if (into.onDamage === undefined || !(error instanceof CorruptionError)) throw error;
        into.onDamage(error);
      }
    }
  }

  /** Chunks that stand close together in one file, all at once. Answers how many. */
  #loadRecords(refs: Float64Array, first: number, end: number, into: ColumnWriter): number {
    if (first === end || into.appendRecords === undefined) return 0;
    const ref = refs[first] as number;
    const span = (refs[end - 1] as number) - ref;
    if (!(span >= 0 && span <= mostSpanBytes)) return 0;
    try {
      const { at, length } = this.#windowFor(into).stretch(ref, span);
      return into.appendRecords({ at, available: length, offsets: refs, first, end });
    } catch (error) {
      // One at a time, the chunks tell which of them it is.
      if (into.onDamage === undefined || !(error instanceof CorruptionError)) throw error;
      return 0;
    }
  }

  #windowFor({ scope }: ColumnWriter): ChunkWindow {
    let window = this.#chunkWindow;
    if (window === undefined || window.scope !== scope) {
      window = new ChunkWindow(this.#block.chunks, scope);
      this.#chunkWindow = window;
    }
    return window;
  }

  #readChunks(index: number): SeriesEntry {
    const entry = this.#entry;
    this.#labelled = noSeries;
    const offset = this.#chunkOffsets[index] as number;
    if (offset > 0) {
      this.#chunkScanner.chunks(offset, this.#chunkBytes[index] as number, entry);
    } else {
      this.#chunkScanner.series(this.#ids[index] as number, entry);
      entry.readChunks();
    }
    return entry;
  }

  #loadChunk(
    chunk: { ref: number; span: number; mintMs: number; maxtMs: number },
    deleted: readonly DeletedInterval[],
    into: ColumnWriter,
  ): void {
    if (touchesDeleted(deleted, chunk.mintMs, chunk.maxtMs)) {
      for (const left of dropDeleted(this.#read(chunk), deleted)) this.#appendBytes(left, into, chunk.ref);
      return;
    }
    const found = this.#windowFor(into).find(chunk.ref, Math.max(0, chunk.span));
    this.#checkEncoding(found.encoding, chunk.ref);
    const fault = into.appendChunk(found.encoding, found.at, found.length);
    if (fault !== 0) this.#fail(chunk.ref, 'a chunk that decodes', faultText(fault));
  }

  #read({ ref, mintMs, maxtMs }: { ref: number; mintMs: number; maxtMs: number }): ChunkBytes {
    const { encoding, bytes, checksum } = this.#pieces.read(ref);
    this.#checkEncoding(encoding, ref);
    return { encoding, mintMs, maxtMs, bytes, checksum };
  }

  #appendBytes({ encoding, bytes }: ChunkBytes, into: ColumnWriter, ref: number): void {
    const { scope } = into;
    const at = scope.alloc(bytes.length + slackBytes);
    try {
      scope.kernels.bytes.set(bytes, at);
      const fault = into.appendChunk(encoding, at, bytes.length);
      if (fault !== 0) this.#fail(ref, 'a chunk that decodes', faultText(fault));
    } finally {
      scope.free(at);
    }
  }

  #checkEncoding(encoding: number, ref: number): void {
    if (encoding >= 1 && encoding <= lastEncoding) return;
    this.#fail(ref, `a chunk encoding from 1 to ${lastEncoding}`, `${encoding}`);
  }

  #fail(ref: number, expected: string, found: string): never {
    const { segment, offset } = this.#block.chunks.locate(ref);
    throw new CorruptionError({ path: segment.file.path, offset, expected, found });
  }

  chunks(index: number): readonly ChunkBytes[] {
    const id = this.#ids[index] as number;
    const { mintMs, maxtMs, refs, chunkCount } = this.#readChunks(index);
    const deleted = this.#block.tombstones.get(id) ?? nothingDeleted;
    const chunks: ChunkBytes[] = [];
    for (let i = 0; i < chunkCount; i++) {
      const from = mintMs[i] as number;
      const to = maxtMs[i] as number;
      if (!overlaps(this.#window, from, to) || isDeleted(deleted, from, to)) continue;
      const chunk = this.#read({ ref: refs[i] as number, mintMs: from, maxtMs: to });
      if (deleted.length === 0) chunks.push(chunk);
      else chunks.push(...dropDeleted(chunk, deleted));
    }
    return chunks;
  }

  close(): void {
    this.#chunkWindow?.close();
    this.#chunkWindow = undefined;
    if (this.#isClosed) return;
    this.#pieces.release();
    this.#isClosed = true;
    const { index } = this.#block;
    index.giveBack(this.#labelScanner);
    index.giveBack(this.#chunkScanner);
  }
}

function faultText(fault: number): string {
  const result = decodeResult(fault);
  return result.kind === 'corrupt' ? result.reason : `fault ${fault}`;
}

export function overlaps(window: TimeWindow, mintMs: number, maxtMs: number): boolean {
  return mintMs <= window.maxtMs && window.mintMs <= maxtMs;
}

/** Bounds of the chunks that overlap: chunks of a series come in rising time. */
function overlapping(entry: SeriesEntry, window: TimeWindow): { first: number; last: number } {
  let first = 0;
  let last = entry.chunkCount;
  while (first < last && (entry.maxtMs[first] as number) < window.mintMs) first++;
  while (last > first && (entry.mintMs[last - 1] as number) > window.maxtMs) last--;
  return { first, last };
}
