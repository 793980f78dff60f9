import { type Disk, UserError } from '../../base/index.js';
import type { Matcher } from '../../model/index.js';
import type { TimeWindow } from '../../storage/index.js';
import { SeriesEntry } from '../index/index.js';
import { addInterval, type DeletedInterval, writeTombstones } from '../tombstones/index.js';
import { writeBlockMeta } from './block-meta.js';
import { matchSeries } from './match-series.js';
import { overlaps } from './matched-series.js';
import type { Block } from './open-block.js';

/**
 * Notes in a block's files that samples of the series that match any of the sets are deleted, both ends of the window
 * included. Answers whether there was anything to note; the block as it is open does not know of it. Rejects with the
 * system's error or `CorruptionError`. Source: tsdb/block.go (Delete).
 */
export async function deleteFromBlock(
  disk: Disk,
  block: Block,
  { matcherSets, mintMs, maxtMs }: TimeWindow & { readonly matcherSets: readonly (readonly Matcher[])[] },
): Promise<boolean> {
  const tombstones = new Map(block.tombstones);
  let isChanged = false;
  const scanner = block.index.scanner();
  const entry = new SeriesEntry();
  for (const matchers of matcherSets)
    for (const id of matchSeries(block.index, matchers)) {
      scanner.series(id, entry);
      entry.readChunks();
      const deleted = deletedOf(entry, { mintMs, maxtMs });
      if (deleted === undefined) continue;
      tombstones.set(id, addInterval(tombstones.get(id) ?? [], deleted));
      isChanged = true;
    }
  block.index.giveBack(scanner);
  if (!isChanged) return false;
  if (block.lostDeletions !== undefined)
    throw new UserError({
      code: 'lost-deletions',
      message: `what is deleted of block "${block.directory}" cannot be read, and nothing more can be: ${block.lostDeletions}`,
      suggestions: ['Put a sound file "tombstones" in its place, or remove it to give its deletions up.'],
    });
  await writeTombstones(disk, block.directory, tombstones);
  let numTombstones = 0;
  for (const intervals of tombstones.values()) numTombstones += intervals.length;
  const { meta } = block;
  await writeBlockMeta(disk, block.directory, { ...meta, stats: { ...meta.stats, numTombstones } });
  return true;
}

/** Undefined where no chunk meets the window. */
function deletedOf(
  { chunkCount, mintMs, maxtMs }: SeriesEntry,
  window: TimeWindow,
): DeletedInterval | undefined {
  for (let i = 0; i < chunkCount; i++) {
    if (!overlaps(window, mintMs[i] as number, maxtMs[i] as number)) continue;
    return {
      mintMs: Math.max(window.mintMs, mintMs[0] as number),
      maxtMs: Math.min(window.maxtMs, maxtMs[chunkCount - 1] as number),
    };
  }
  return undefined;
}
