import { assert, ByteWriter, compareUtf8, type Disk } from '../../base/index.js';
import { crc32c } from '../../kernels/index.js';
import type { Labels } from '../../model/index.js';
import { FileBuffer, uvarintBytes } from './file-buffer.js';
import { type ChunkMeta, type IndexToc, indexMagic, seriesAlignBytes } from './format.js';
import { GrowingWords } from './growing-words.js';
import { LabelPairs, type OrderedPairs } from './label-pairs.js';

const writtenVersion = 2;
/** Postings are put in order so many at a time. */
const postingsAtOnce = 1 << 22;

/**
 * Makes an index of version 2, byte for byte as upstream's writer. Series are told in label order and kept
 * packed until `write`, since the symbols that they name stand before them: 4 bytes a label and about 10 a
 * chunk.
 *
 *   header │ symbols │ series, each at a multiple of 16 │ postings │ table of postings │ table of contents
 */
export class IndexBuilder {
  readonly #pairs = new LabelPairs();
  readonly #symbols = new Set<string>();
  /** A series: number of labels, the pairs, number of bytes in `#chunks`. */
  readonly #series = new GrowingWords();
  readonly #chunks = new ByteWriter(1 << 16);
  #last: Labels | undefined;
  seriesCount = 0;

  /** A string that the table is to have, whether a series uses it or not. */
  addSymbol(text: string): void {
    this.#symbols.add(text);
  }

  /** Series in label order, none twice; chunks of a series in rising time and place, none overlapping. */
  addSeries(labels: Labels, chunks: readonly ChunkMeta[]): void {
    assert(this.#last === undefined || labels.compare(this.#last) > 0, 'series must come in label order');
    this.#last = labels;
    this.seriesCount++;
    const words = this.#series;
    words.push(labels.size);
    const { pairs } = labels;
    for (let i = 0; i < pairs.length; i += 2) {
      words.push(this.#pairs.intern(pairs[i] as string, pairs[i + 1] as string));
    }
    const start = this.#chunks.length;
    this.#putChunks(chunks);
    words.push(this.#chunks.length - start);
  }

  #putChunks(chunks: readonly ChunkMeta[]): void {
    const out = this.#chunks;
    out.uvarint(chunks.length);
    let time = 0;
    let ref = 0;
    for (let i = 0; i < chunks.length; i++) {
      const { mintMs, maxtMs, ref: chunkRef } = chunks[i] as ChunkMeta;
      assert(maxtMs >= mintMs && (i === 0 || mintMs > time), 'chunks must come in rising time');
      if (i === 0) out.varint(mintMs);
      else out.uvarint(mintMs - time);
      out.uvarint(maxtMs - mintMs);
      if (i === 0) out.uvarint(chunkRef);
      else out.varint(chunkRef - ref);
      time = maxtMs;
      ref = chunkRef;
    }
  }

  /** Writes the file and syncs it; answers its size. */
  async write(disk: Disk, file: string): Promise<number> {
    const out = await FileBuffer.create(disk, file);
    let isFinished = false;
    try {
      out.u32(indexMagic);
      out.byte(writtenVersion);
      await this.#writeAll(out);
      await out.finish();
      isFinished = true;
    } finally {
      if (!isFinished) await out.abandon();
    }
    return out.position;
  }

  async #writeAll(out: FileBuffer): Promise<void> {
    const symbolsAt = out.position;
    const pairs = this.#writeSymbols(out);
    await out.settle();
    const seriesAt = out.position;
    const ids = await this.#writeSeries(out, pairs);
    const seriesEnd = out.position;
    out.pad(4);
    const table = new ByteWriter(1 << 16);
    await this.#writePostings(out, { ids, pairs, table });
    const tableAt = out.position;
    const tableBytes = table.take();
    out.u32(tableBytes.length + 4);
    const start = out.position;
    out.u32(pairs.order.length + 1);
    out.raw(tableBytes);
    out.checksumSince(start);
    this.#writeToc(out, {
      symbols: symbolsAt,
      series: seriesAt,
      labelIndices: seriesEnd,
      labelIndicesTable: tableAt,
      postings: seriesEnd,
      postingsTable: tableAt,
    });
  }

  #writeSymbols(out: FileBuffer): OrderedPairs {
    for (const text of this.#pairs.texts()) this.#symbols.add(text);
    const texts = [...this.#symbols].sort(compareUtf8);
    const numbers = new Map<string, number>();
    const section = new ByteWriter(1 << 16);
    for (const text of texts) {
      numbers.set(text, numbers.size);
      section.text(text);
    }
    const bytes = section.take();
    out.u32(bytes.length + 4);
    const start = out.position;
    out.u32(texts.length);
    out.raw(bytes);
    out.checksumSince(start);
    return this.#pairs.order(numbers);
  }

  async #writeSeries(out: FileBuffer, pairs: OrderedPairs): Promise<Uint32Array> {
    const ids = new Uint32Array(this.seriesCount);
    const { words } = this.#series;
    const chunks = this.#chunks.take();
    let at = 0;
    let chunksAt = 0;
    for (let i = 0; i < ids.length; i++) {
      out.pad(seriesAlignBytes);
      ids[i] = out.position / seriesAlignBytes;
      const labelsEnd = at + 1 + (words[at] as number);
      const chunkBytes = words[labelsEnd] as number;
      let length = uvarintBytes(labelsEnd - at - 1) + chunkBytes;
      for (let j = at + 1; j < labelsEnd; j++) length += pairs.bytes[words[j] as number] as number;
      out.uvarint(length);
      const start = out.position;
      out.uvarint(labelsEnd - at - 1);
      for (let j = at + 1; j < labelsEnd; j++) {
        out.uvarint(pairs.names[words[j] as number] as number);
        out.uvarint(pairs.values[words[j] as number] as number);
      }
      out.raw(chunks.subarray(chunksAt, chunksAt + chunkBytes));
      out.checksumSince(start);
      chunksAt += chunkBytes;
      at = labelsEnd + 1;
      if (out.isFull) await out.flush();
    }
    return ids;
  }

  async #writePostings(
    out: FileBuffer,
    { ids, pairs, table }: { ids: Uint32Array; pairs: OrderedPairs; table: ByteWriter },
  ): Promise<void> {
    putPostings(out, table, { name: '', value: '', ids });
    const { order, counts } = pairs;
    for (let first = 0; first < order.length; ) {
      let total = 0;
      let last = first;
      while (last < order.length && (last === first || total < postingsAtOnce)) {
        total += counts[order[last++] as number] as number;
      }
      const batch = this.#collect(ids, { pairs: order.subarray(first, last), counts, total });
      for (let i = first, at = 0; i < last; i++) {
        const pair = order[i] as number;
        const count = counts[pair] as number;
        const [name, value] = this.#pairs.textsOf(pair);
        putPostings(out, table, { name, value, ids: batch.subarray(at, at + count) });
        at += count;
        if (out.isFull) await out.flush();
      }
      first = last;
    }
  }

  /** The series of each of some pairs, one pair behind the other. */
  #collect(
    ids: Uint32Array,
    { pairs, counts, total }: { pairs: Uint32Array; counts: Uint32Array; total: number },
  ): Uint32Array {
    const places = new Float64Array(counts.length).fill(-1);
    let at = 0;
    for (const pair of pairs) {
      places[pair] = at;
      at += counts[pair] as number;
    }
    const collected = new Uint32Array(total);
    const { words } = this.#series;
    let next = 0;
    for (const id of ids) {
      const end = next + 1 + (words[next] as number);
      for (next++; next < end; next++) {
        const pair = words[next] as number;
        const place = places[pair] as number;
        if (place < 0) continue;
        collected[place] = id;
        places[pair] = place + 1;
      }
      next++;
    }
    return collected;
  }

  #writeToc(out: FileBuffer, toc: IndexToc): void {
    const start = out.position;
    out.u64(toc.symbols);
    out.u64(toc.series);
    out.u64(toc.labelIndices);
    out.u64(toc.labelIndicesTable);
    out.u64(toc.postings);
    out.u64(toc.postingsTable);
    out.checksumSince(start);
  }
}

function putPostings(
  out: FileBuffer,
  table: ByteWriter,
  { name, value, ids }: { name: string; value: string; ids: Uint32Array },
): void {
  out.pad(4);
  table.uvarint(2);
  table.text(name);
  table.text(value);
  table.uvarint(out.position);
  const bytes = new Uint8Array(4 + 4 * ids.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, ids.length);
  for (let i = 0; i < ids.length; i++) view.setUint32(4 + 4 * i, ids[i] as number);
  out.u32(bytes.length);
  out.raw(bytes);
  out.u32(crc32c(bytes));
}
