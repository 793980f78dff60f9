import type { ChunkBytes } from '../contracts.js';
import { cutChunks } from '../cut-chunks.js';
import { readChunk } from '../read-chunks.js';
import { mergeColumns } from './merge-columns.js';

/**
 * Chunks of one series from several sources in rising time. Chunks that are the same are given once, chunks that
 * overlap are decoded, merged (of equal times the source named first stays) and cut anew. Source: storage/merge.go,
 * compactChunkIterator.
 */
export function mergeChunks(sources: readonly (readonly ChunkBytes[])[]): readonly ChunkBytes[] {
  const filled = sources.filter((chunks) => chunks.length > 0);
  if (filled.length <= 1) return filled[0] ?? [];
  const ranked = filled.flatMap((chunks, rank) => chunks.map((chunk) => ({ chunk, rank })));
  ranked.sort(
    (a, b) => a.chunk.mintMs - b.chunk.mintMs || a.chunk.maxtMs - b.chunk.maxtMs || a.rank - b.rank,
  );
  const merged: ChunkBytes[] = [];
  let group: typeof ranked = [];
  let groupMaxtMs = Number.NEGATIVE_INFINITY;
  for (const next of ranked) {
    if (next.chunk.mintMs > groupMaxtMs) {
      merged.push(...joinGroup(group));
      group = [];
    }
    const isRepeated = group.some(({ chunk }) => isSameChunk(chunk, next.chunk));
    if (!isRepeated) group.push(next);
    groupMaxtMs = Math.max(groupMaxtMs, next.chunk.maxtMs);
  }
  merged.push(...joinGroup(group));
  return merged;
}

function joinGroup(group: { chunk: ChunkBytes; rank: number }[]): readonly ChunkBytes[] {
  if (group.length <= 1) return group.map(({ chunk }) => chunk);
  group.sort((a, b) => a.rank - b.rank);
  const columns = group.map(({ chunk }) => {
    const rows = readChunk(chunk);
    return rows.columns(0, rows.length);
  });
  return cutChunks(mergeColumns(columns));
}

function isSameChunk(a: ChunkBytes, b: ChunkBytes): boolean {
  if (a.encoding !== b.encoding || a.mintMs !== b.mintMs || a.maxtMs !== b.maxtMs) return false;
  return a.bytes.length === b.bytes.length && a.bytes.every((byte, i) => byte === b.bytes[i]);
}
