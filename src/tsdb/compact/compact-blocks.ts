import * as path from 'node:path';
import { setImmediate } from 'node:timers/promises';
import type { Disk } from '../../base/index.js';
import { type ChunkEncoding, sampleCountOf } from '../../chunkenc/index.js';
import type { Kernels } from '../../kernels/index.js';
import { type SelectRequest, SymbolTable } from '../../storage/index.js';
import {
  type Block,
  type BlockMeta,
  type BlockSeriesInput,
  blockSource,
  openBlock,
  writeBlock,
} from '../block/index.js';
import { selectChunksFrom } from '../select/index.js';
import { mergedCompaction, rewrittenCompaction } from './merged-compaction.js';

/** Plain data: it may go to another thread. */
export interface CompactJob {
  readonly kind: 'compact';
  /** Where the block is to stand. */
  readonly directory: string;
  /** Directories of the blocks, in rising time. */
  readonly sources: readonly string[];
  readonly ulid: string;
  /** What there is of the sources is written again as a block of level 1; for one source. */
  readonly isRewrite?: boolean;
  /**
   * False where the sources go on to be needed: a server removes what a block names as its parents.
   */
  readonly hasParents?: boolean;
  /** Of files of chunks. */
  readonly segmentBytes?: number;
  /** Samples of these times alone, the second excluded. */
  readonly mintMs?: number;
  readonly endMs?: number;
}

/** Series after which the event loop has its turn: a few milliseconds. */
const seriesInTurn = 256;

/**
 * Makes one block of several, without what is deleted of them. Chunks are copied as they are, their checksums
 * verified; those that overlap in time are merged. Memory goes with the number of series, not of samples. Answers
 * undefined where nothing is left. Rejects with the system's error or `CorruptionError`; nothing is left behind then.
 */
export async function compactBlocks(
  job: CompactJob,
  parts: { readonly disk: Disk; readonly kernels: Kernels; readonly signal?: AbortSignal },
): Promise<BlockMeta | undefined> {
  const { disk } = parts;
  const { directory, sources, ulid, isRewrite = false, hasParents = true } = job;
  const blocks: Block[] = [];
  try {
    for (const directory of sources)
      blocks.push(await openBlock({ disk, directory, deletions: 'some', isThorough: true }));
    const metas = blocks.map((block) => ({ ...block.meta, ulid: path.basename(block.directory) }));
    const mintMs = Math.max(job.mintMs ?? -Infinity, Math.min(...metas.map((meta) => meta.mintMs)));
    const endMs = Math.min(job.endMs ?? Infinity, Math.max(...metas.map((meta) => meta.endMs)));
    const { parents, ...merged } = isRewrite
      ? rewrittenCompaction(metas[0] as BlockMeta, ulid)
      : mergedCompaction(metas);
    const compaction = hasParents ? { ...merged, ...(parents === undefined ? {} : { parents }) } : merged;
    const series = mergedSeries(blocks, parts, { mintMs, maxtMs: endMs - 1 });
    const symbols = symbolsOf(blocks);
    const sized = job.segmentBytes === undefined ? {} : { segmentBytes: job.segmentBytes };
    return await writeBlock({
      ...{ disk, directory, ulid, mintMs, endMs, compaction, series, symbols },
      ...sized,
    });
  } finally {
    for (const block of blocks) await block.close();
  }
}

/** A new block has the symbols of all its sources, needed or not, as upstream's has. */
function* symbolsOf(blocks: readonly Block[]): Generator<string> {
  for (const { index } of blocks) yield* index.symbols.texts();
}

async function* mergedSeries(
  blocks: readonly Block[],
  { kernels, signal }: { readonly kernels: Kernels; readonly signal?: AbortSignal },
  window: { readonly mintMs: number; readonly maxtMs: number },
): AsyncGenerator<BlockSeriesInput> {
  const symbols = new SymbolTable();
  const request: SelectRequest = { ...window, matchers: [], symbols, sorted: true };
  const sources = blocks.map((block) => blockSource({ block, window, kernels }));
  const set = selectChunksFrom(sources, request);
  let count = 0;
  try {
    while (await set.next()) {
      if (++count % seriesInTurn === 0) {
        await setImmediate();
        signal?.throwIfAborted();
      }
      const chunks = set.chunks.map((chunk) => ({
        ...chunk,
        samples: sampleCountOf(chunk.encoding as ChunkEncoding, chunk.bytes),
      }));
      yield { labels: symbols.labels(set.labels), chunks };
    }
  } finally {
    set.close();
    for (const source of sources) source.close();
  }
}
