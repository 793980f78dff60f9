import type { FileCursor } from './file-cursor.js';

const largestColumn = 4;

/** One series as the index has it, in columns that are used again for the next one. */
export class SeriesEntry {
  labelCount = 0;
  /** Symbols: name, value, name, value… */
  symbols = new Uint32Array(32);
  chunkCount = 0;
  mintMs = new Float64Array(largestColumn);
  maxtMs = new Float64Array(largestColumn);
  /** As `ChunkMeta.ref`. */
  refs = new Float64Array(largestColumn);
  /** Where the chunks of the entry stand in the file, for `IndexScanner.chunks`. */
  chunksOffset = 0;
  chunksBytes = 0;
  #cursor: FileCursor | undefined;

  /** The entry's bytes lie from the cursor's place to `end`. Its chunks are read by `readChunks`. */
  readLabels(cursor: FileCursor, end: number): void {
    cursor.end = end;
    const count = cursor.uvarint();
    if (2 * count > end - cursor.at) cursor.fail(`${count} labels`, `${end - cursor.at} bytes`);
    if (2 * count > this.symbols.length) this.symbols = new Uint32Array(4 * count);
    const symbols = this.symbols;
    for (let i = 0; i < 2 * count; i++) symbols[i] = cursor.uvarint();
    this.labelCount = count;
    this.chunkCount = 0;
    this.#cursor = cursor;
    this.chunksOffset = cursor.fileOffset + cursor.at;
    this.chunksBytes = end - cursor.at;
  }

  /** Of the entry whose labels were read last; nothing else may have been read since. */
  readChunks(): void {
    const cursor = this.#cursor as FileCursor;
    cursor.at = this.chunksOffset - cursor.fileOffset;
    cursor.end = cursor.at + this.chunksBytes;
    this.readChunksAt(cursor);
  }

  /** From the cursor's place to its end. */
  readChunksAt(cursor: FileCursor): void {
    const count = cursor.uvarint();
    if (3 * count > cursor.end - cursor.at) cursor.fail(`${count} chunks`, `${cursor.end - cursor.at} bytes`);
    this.#reserve(count);
    const { mintMs, maxtMs, refs } = this;
    let time = 0;
    let ref = 0;
    for (let i = 0; i < count; i++) {
      time += i === 0 ? cursor.varint() : cursor.uvarint();
      mintMs[i] = time;
      time += cursor.uvarint();
      maxtMs[i] = time;
      ref += i === 0 ? cursor.uvarint() : cursor.varint();
      refs[i] = ref;
    }
    this.chunkCount = count;
  }

  #reserve(count: number): void {
    if (count <= this.refs.length) return;
    const capacity = Math.max(count, 2 * this.refs.length);
    this.mintMs = new Float64Array(capacity);
    this.maxtMs = new Float64Array(capacity);
    this.refs = new Float64Array(capacity);
  }
}
