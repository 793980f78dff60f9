import type { BlockCompaction, BlockMeta } from '../block/index.js';
import { hintsOf, isLate, lateHint, partialHints } from './block-hints.js';

/** What a block says of where it came from. Source: tsdb/compact.go (CompactBlockMetas). */
export function mergedCompaction(metas: readonly BlockMeta[]): BlockCompaction {
  const hints = partialHints.filter((hint) => metas.some((meta) => hintsOf(meta).includes(hint)));
  if (metas.every(isLate)) hints.push(lateHint);
  const sources = new Set(metas.flatMap(({ compaction }) => compaction.sources ?? []));
  return {
    level: Math.max(...metas.map(({ compaction }) => compaction.level)) + 1,
    sources: [...sources].sort(),
    parents: parentsOf(metas),
    ...(hints.length > 0 ? { hints } : {}),
  };
}

/** Of a block that was written again without what is deleted. Source: tsdb/compact.go (LeveledCompactor.Write). */
export function rewrittenCompaction(meta: BlockMeta, ulid: string): BlockCompaction {
  const { hints = [] } = meta.compaction;
  return {
    level: 1,
    sources: [ulid],
    parents: parentsOf([meta]),
    ...(hints.length > 0 ? { hints } : {}),
  };
}

function parentsOf(metas: readonly BlockMeta[]): NonNullable<BlockCompaction['parents']> {
  return metas.map(({ ulid, mintMs, endMs }) => ({ ulid, mintMs, endMs }));
}
