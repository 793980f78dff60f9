import * as path from 'node:path';
import type { Disk } from '../../base/index.js';
import { isHistogramEncoding } from '../../chunkenc/index.js';
import type { Labels } from '../../model/index.js';
import { ChunkSegmentWriter } from '../chunks/index.js';
import { type ChunkMeta, IndexBuilder, indexFileName } from '../index/index.js';
import { noTombstones, writeTombstones } from '../tombstones/index.js';
import { type BlockCompaction, type BlockMeta, writeBlockMeta } from './block-meta.js';
import { creationSuffix } from './list-blocks.js';
import { chunksDirectoryName } from './open-block.js';

/** A chunk that goes into a block as it is. */
export interface BlockChunk {
  readonly encoding: number;
  readonly mintMs: number;
  readonly maxtMs: number;
  readonly samples: number;
  readonly bytes: Uint8Array;
  /** CRC-32C of encoding and bytes, where it is known. */
  readonly checksum?: number;
}

export interface BlockSeriesInput {
  readonly labels: Labels;
  /** In rising time, apart from each other. Copied before the next series is asked for. */
  readonly chunks: readonly BlockChunk[];
}

export interface WriteBlockOptions {
  readonly disk: Disk;
  /** The data directory. */
  readonly directory: string;
  readonly ulid: string;
  readonly mintMs: number;
  /** The first time that is not in the block. */
  readonly endMs: number;
  /** Level 1 with itself as the source, unless told otherwise. */
  readonly compaction?: BlockCompaction;
  /** In label order, none twice. */
  readonly series: Iterable<BlockSeriesInput> | AsyncIterable<BlockSeriesInput>;
  /** For the symbol table, beside those of the series. */
  readonly symbols?: Iterable<string>;
  readonly segmentBytes?: number;
}

/**
 * Writes a block beside its place, syncs it and renames it there. Answers undefined, with nothing written,
 * where there is no sample. Whatever it throws, nothing is left behind that `listBlocks` takes for a block.
 */
export async function writeBlock(options: WriteBlockOptions): Promise<BlockMeta | undefined> {
  const { disk, directory, ulid } = options;
  const target = path.join(directory, ulid);
  const temporary = `${target}${creationSuffix}`;
  await disk.remove(temporary);
  await disk.makeDirectory(temporary);
  let isInPlace = false;
  try {
    const meta = await fill(temporary, options);
    if (meta === undefined) return undefined;
    await disk.syncDirectory(temporary);
    await disk.rename(temporary, target);
    isInPlace = true;
    await disk.syncDirectory(directory);
    return meta;
  } finally {
    if (!isInPlace) await removeQuietly(disk, temporary);
  }
}

/** The error that led here says more than one of this. */
async function removeQuietly(disk: Disk, target: string): Promise<void> {
  try {
    await disk.remove(target);
  } catch {}
}

async function fill(temporary: string, options: WriteBlockOptions): Promise<BlockMeta | undefined> {
  const { disk, ulid, mintMs, endMs } = options;
  const index = new IndexBuilder();
  for (const symbol of options.symbols ?? []) index.addSymbol(symbol);
  const counts = await writeChunks(path.join(temporary, chunksDirectoryName), index, options);
  const numSamples = counts.floats + counts.histograms;
  if (numSamples === 0) return undefined;
  await index.write(disk, path.join(temporary, indexFileName));
  const meta: BlockMeta = {
    ulid,
    mintMs,
    endMs,
    stats: {
      numSamples,
      ...(counts.floats > 0 ? { numFloatSamples: counts.floats } : {}),
      ...(counts.histograms > 0 ? { numHistogramSamples: counts.histograms } : {}),
      numSeries: index.seriesCount,
      numChunks: counts.chunks,
    },
    compaction: options.compaction ?? { level: 1, sources: [ulid] },
  };
  await writeBlockMeta(disk, temporary, meta);
  await writeTombstones(disk, temporary, noTombstones);
  return meta;
}

interface Counts {
  chunks: number;
  floats: number;
  histograms: number;
}

async function writeChunks(
  directory: string,
  index: IndexBuilder,
  { disk, series, segmentBytes }: WriteBlockOptions,
): Promise<Counts> {
  const counts: Counts = { chunks: 0, floats: 0, histograms: 0 };
  const sized = segmentBytes === undefined ? {} : { segmentBytes };
  const writer = new ChunkSegmentWriter({ disk, directory, ...sized });
  const refs: number[] = [];
  let isFinished = false;
  try {
    for await (const { labels, chunks } of series) {
      // Upstream leaves series without chunks out.
      if (chunks.length === 0) continue;
      await writer.append(chunks, refs);
      index.addSeries(
        labels,
        chunks.map((chunk, i): ChunkMeta => toMeta(chunk, refs[i] as number)),
      );
      for (const chunk of chunks) count(counts, chunk);
    }
    await writer.finish();
    isFinished = true;
  } finally {
    if (!isFinished) await writer.abandon();
  }
  return counts;
}

function toMeta({ mintMs, maxtMs }: BlockChunk, ref: number): ChunkMeta {
  return { mintMs, maxtMs, ref };
}

function count(counts: Counts, { encoding, samples }: BlockChunk): void {
  counts.chunks++;
  if (isHistogramEncoding(encoding)) counts.histograms += samples;
  else counts.floats += samples;
}
