import { setImmediate } from 'node:timers/promises';
import { compareUtf8, type Disk } from '../../base/index.js';
import { type ChunkEncoding, sampleCountOf } from '../../chunkenc/index.js';
import type { Kernels } from '../../kernels/index.js';
import {
  asXor2,
  type ChunkBytes,
  cutChunks,
  type FloatEncoding,
  mergeChunks,
  readChunk,
  SymbolTable,
} from '../../storage/index.js';
import {
  type BlockChunk,
  type BlockCompaction,
  type BlockMeta,
  type BlockSeriesInput,
  writeBlock,
} from '../block/index.js';
import { HeadChunkReader } from '../chunks/index.js';
import { type HeadPart, type HeadView, openHeadSource } from '../head/index.js';
import type { MatchedSeries } from '../select/index.js';
import type { Tombstones } from '../tombstones/index.js';
import { type ChunkFigures, createChunkFigures, observeChunk } from './chunk-figures.js';

/** Plain data: it may go to another thread. */
export interface CutJob {
  readonly kind: 'cut';
  /** The data directory. */
  readonly directory: string;
  readonly chunksHeadDirectory: string;
  readonly view: HeadView;
  readonly readerSlot: number;
  readonly deletions: Tombstones;
  readonly ulid: string;
  readonly mintMs: number;
  /** The first time that is not in the block. */
  readonly endMs: number;
  /** What came in order, or what came late; both when unsaid. */
  readonly part?: HeadPart;
  readonly deletesLate?: boolean | undefined;
  /** Of series that have ended, these alone; all series when unsaid. */
  readonly ended?: Float64Array;
  readonly segmentBytes?: number;
  readonly floatEncoding?: FloatEncoding;
}

export interface CutResult {
  readonly meta: BlockMeta;
  readonly chunks: ChunkFigures;
}

/** Series after which the event loop has its turn: a few milliseconds. */
const seriesInTurn = 256;

/**
 * Writes a level 1 block of what the head holds from `mintMs` to `endMs`. Answers undefined where that is nothing.
 * Rejects with the system's error or `CorruptionError`; nothing is left behind then.
 */
export async function cutBlock(
  job: CutJob,
  { disk, kernels }: { readonly disk: Disk; readonly kernels: Kernels },
): Promise<CutResult | undefined> {
  const { directory, chunksHeadDirectory, view, readerSlot, deletions, ulid, mintMs, endMs, part } = job;
  const { deletesLate, ended, segmentBytes, floatEncoding } = job;
  const only = ended && new Set(ended);
  const mapped = new HeadChunkReader(disk, chunksHeadDirectory);
  const window = { mintMs, maxtMs: endMs - 1 };
  const source = openHeadSource({
    view,
    readerSlot,
    kernels,
    window,
    mapped,
    deletions,
    deletesLate,
    part,
    only,
  });
  try {
    const symbols = new SymbolTable();
    const matched = source.match({ ...window, matchers: [], symbols });
    const order = await labelOrder(matched, symbols);
    const chunks = createChunkFigures();
    const parts = { order, symbols, mintMs, endMs, chunks, floatEncoding };
    const series = seriesOf(matched, parts);
    const hint = part === 'late' ? 'from-out-of-order' : ended && 'from-stale-series';
    const compaction: BlockCompaction = { level: 1, sources: [ulid], ...(hint && { hints: [hint] }) };
    const sized = segmentBytes === undefined ? {} : { segmentBytes };
    const meta = await writeBlock({ disk, directory, ulid, mintMs, endMs, series, compaction, ...sized });
    return meta === undefined ? undefined : { meta, chunks };
  } finally {
    source.close();
    await mapped.close();
  }
}

interface SeriesParts {
  readonly floatEncoding: FloatEncoding | undefined;
  readonly chunks: ChunkFigures;
  readonly order: Uint32Array;
  readonly symbols: SymbolTable;
  readonly mintMs: number;
  readonly endMs: number;
}

async function* seriesOf(
  matched: MatchedSeries,
  { order, symbols, mintMs, endMs, chunks: figures, floatEncoding }: SeriesParts,
): AsyncGenerator<BlockSeriesInput> {
  let count = 0;
  for (const index of order) {
    if (++count % seriesInTurn === 0) await setImmediate();
    const found = blockChunks(matched.chunks(index), mintMs, endMs);
    const chunks = floatEncoding === 'xor2' ? found.map(asXor2) : found;
    for (const chunk of chunks) observeChunk(figures, chunk);
    if (chunks.length > 0) yield { labels: symbols.labels(matched.labels(index)), chunks };
  }
}

/** Chunks within the range, apart from each other: those that cross its edges or each other are cut anew. */
function blockChunks(found: readonly ChunkBytes[], mintMs: number, endMs: number): BlockChunk[] {
  const inside = found.flatMap((chunk) => clip(chunk, mintMs, endMs));
  let apart: readonly ChunkBytes[] = inside;
  if (inside.some((chunk, i) => i > 0 && chunk.mintMs <= (inside[i - 1] as ChunkBytes).maxtMs)) {
    apart = mergeChunks(inside.map((chunk) => [chunk]));
  }
  return apart.map((chunk) => ({
    ...chunk,
    samples: sampleCountOf(chunk.encoding as ChunkEncoding, chunk.bytes),
  }));
}

function clip(chunk: ChunkBytes, mintMs: number, endMs: number): readonly ChunkBytes[] {
  if (chunk.mintMs >= mintMs && chunk.maxtMs < endMs) return [chunk];
  const rows = readChunk(chunk);
  const { timestamps, length } = rows.columns(0, rows.length);
  let from = 0;
  while (from < length && (timestamps[from] as number) < mintMs) from++;
  let to = length;
  while (to > from && (timestamps[to - 1] as number) >= endMs) to--;
  return to > from ? cutChunks(rows.columns(from, to)) : [];
}

/** Indexes of the series in label order. Labels are kept as the ranks of their texts, in one list of numbers. */
async function labelOrder(matched: MatchedSeries, symbols: SymbolTable): Promise<Uint32Array> {
  const { count } = matched;
  const starts = new Uint32Array(count + 1);
  let words = new Uint32Array(Math.max(64, count * 16));
  for (let index = 0; index < count; index++) {
    if (index % (8 * seriesInTurn) === 0) await setImmediate();
    const ids = matched.labels(index);
    const at = starts[index] as number;
    if (at + ids.length > words.length) {
      const larger = new Uint32Array(2 * (at + ids.length));
      larger.set(words);
      words = larger;
    }
    words.set(ids, at);
    starts[index + 1] = at + ids.length;
  }
  const ranks = ranksOf(symbols);
  const end = starts[count] as number;
  for (let i = 0; i < end; i++) words[i] = ranks[words[i] as number] as number;
  const compare = (a: number, b: number): number => {
    const [startA, startB] = [starts[a] as number, starts[b] as number];
    const [lengthA, lengthB] = [(starts[a + 1] as number) - startA, (starts[b + 1] as number) - startB];
    for (let i = 0; i < lengthA && i < lengthB; i++) {
      const difference = (words[startA + i] as number) - (words[startB + i] as number);
      if (difference !== 0) return difference;
    }
    return lengthA - lengthB;
  };
  return Uint32Array.from({ length: count }, (_, index) => index).sort(compare);
}

/** By symbol number, its place among all of them in UTF-8 byte order. */
function ranksOf(symbols: SymbolTable): Uint32Array {
  const numbers = Array.from({ length: symbols.size }, (_, id) => id);
  numbers.sort((a, b) => compareUtf8(symbols.text(a), symbols.text(b)));
  const ranks = new Uint32Array(symbols.size);
  for (const [rank, id] of numbers.entries()) ranks[id] = rank;
  return ranks;
}
