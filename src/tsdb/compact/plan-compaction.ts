import type { BlockMeta } from '../block/index.js';
import { hintsOf, isLate, partialHints } from './block-hints.js';

export interface CompactionRules {
  /** What blocks grow to, rising; the first is that of a block that is cut from the head. */
  readonly rangesMs: readonly number[];
  /** Whether blocks that overlap are merged. */
  readonly mergesOverlaps: boolean;
}

/** Of these a block has this share of its series deleted, at least, to be written again. */
const deletedShare = 0.05;
const rangeSteps = 10;
const rangeFactor = 3;

/** 1, 3, 9… times the shortest, up to the longest. Source: tsdb/compact.go (ExponentialBlockRanges). */
export function blockRanges(shortestMs: number, longestMs: number): number[] {
  return Array.from({ length: rangeSteps }, (_, i) => shortestMs * rangeFactor ** i).filter(
    (range) => range <= longestMs,
  );
}

/**
 * The blocks that should become one next, in rising time; one alone to be written again without what is deleted of
 * it; none where all is well. Blocks of which a part of the series was taken keep to themselves. Source:
 * tsdb/compact.go (LeveledCompactor.plan).
 */
export function planCompaction(blocks: readonly BlockMeta[], rules: CompactionRules): readonly BlockMeta[] {
  for (const name of ['', ...partialHints]) {
    const plan = planClass(withoutEarly(blocks.filter((meta) => classOf(meta) === name)), rules);
    if (plan.length > 0) return plan;
  }
  return [];
}

/**
 * Blocks of late samples that reach beyond all samples in order wait: what they were merged with would say that its range
 * is complete, and a start would take nothing of it from the log. Prometheus merges them.
 */
function withoutEarly(blocks: readonly BlockMeta[]): BlockMeta[] {
  const inOrderEndMs = blocks.reduce(
    (endMs, meta) => (isLate(meta) ? endMs : Math.max(endMs, meta.endMs)),
    Number.NEGATIVE_INFINITY,
  );
  return blocks.filter((meta) => !isLate(meta) || meta.endMs <= inOrderEndMs);
}

function classOf(meta: BlockMeta): string {
  return partialHints.find((hint) => hintsOf(meta).includes(hint)) ?? '';
}

function planClass(blocks: readonly BlockMeta[], { rangesMs, mergesOverlaps }: CompactionRules): BlockMeta[] {
  const rising = [...blocks].sort((a, b) => a.mintMs - b.mintMs || (a.ulid < b.ulid ? -1 : 1));
  const overlapping = mergesOverlaps ? firstOverlap(rising) : [];
  if (overlapping.length > 0) return overlapping;
  // The newest stays for a while, so that it can be copied away before it is merged.
  const settled = rising.slice(0, -1);
  const level = firstFullRange(settled, rangesMs);
  if (level.length > 0) return level;
  const rewritten = mostlyDeleted(settled, rangesMs);
  return rewritten === undefined ? [] : [rewritten];
}

/** The first row of blocks each of which begins before one of those in front has ended. */
function firstOverlap(rising: readonly BlockMeta[]): BlockMeta[] {
  let endMs = rising[0]?.endMs ?? 0;
  const found: BlockMeta[] = [];
  for (const [i, block] of rising.entries()) {
    if (i === 0) continue;
    if (block.mintMs < endMs) {
      if (found.length === 0) found.push(rising[i - 1] as BlockMeta);
      found.push(block);
    } else if (found.length > 0) break;
    endMs = Math.max(endMs, block.endMs);
  }
  return found;
}

/** Blocks that fill a range, or lie in one that nothing will be added to. */
function firstFullRange(rising: readonly BlockMeta[], rangesMs: readonly number[]): BlockMeta[] {
  const newestMs = rising.at(-1)?.mintMs ?? 0;
  for (const rangeMs of rangesMs.slice(1)) {
    for (const part of splitByRange(rising, rangeMs)) {
      if (part.length < 2 || part.some(({ compaction }) => compaction.failed === true)) continue;
      const spanMs = (part.at(-1) as BlockMeta).endMs - (part[0] as BlockMeta).mintMs;
      if (spanMs === rangeMs || (part.at(-1) as BlockMeta).endMs <= newestMs) return part;
    }
  }
  return [];
}

/** The blocks that lie within one multiple of the range, multiple by multiple. */
export function splitByRange(rising: readonly BlockMeta[], rangeMs: number): BlockMeta[][] {
  const parts: BlockMeta[][] = [];
  for (let i = 0; i < rising.length; ) {
    const { mintMs, endMs } = rising[i] as BlockMeta;
    const lastMs = (Math.floor(mintMs / rangeMs) + 1) * rangeMs;
    if (endMs > lastMs) {
      i++;
      continue;
    }
    const part: BlockMeta[] = [];
    while (i < rising.length && (rising[i] as BlockMeta).endMs <= lastMs) part.push(rising[i++] as BlockMeta);
    parts.push(part);
  }
  return parts;
}

/** The newest large block of which enough is deleted, or a smaller one of which all is. */
function mostlyDeleted(rising: readonly BlockMeta[], rangesMs: readonly number[]): BlockMeta | undefined {
  const largeMs = rangesMs[Math.floor(rangesMs.length / 2)] ?? Number.POSITIVE_INFINITY;
  for (const block of rising.toReversed()) {
    const { numTombstones = 0, numSeries = 0 } = block.stats;
    if (block.endMs - block.mintMs < largeMs)
      return numTombstones > 0 && numTombstones >= numSeries ? block : undefined;
    if (numTombstones / (numSeries + 1) > deletedShare) return block;
  }
  return undefined;
}
