import type { BlockMeta } from '../block/index.js';

/** Of blocks of which a part of the series was taken. */
export const partialHints: readonly string[] = ['from-stale-series', 'from-selected-series'];
export const lateHint = 'from-out-of-order';

export function hintsOf({ compaction: { hints = [] } }: BlockMeta): readonly string[] {
  return hints;
}

/**
 * Whether it holds late samples. So does one with a hint that is not known: a bit turned in it must not make a block
 * one of samples in order, up to whose end a start takes nothing from the log.
 */
export function isLate(meta: BlockMeta): boolean {
  return hintsOf(meta).some((hint) => !partialHints.includes(hint));
}
