import type { Matcher } from '../../model/index.js';
import { setOf } from './match-series.js';
import type { Block } from './open-block.js';

/** Values of one matcher that are looked up; each may cost a read of the file. */
const mostValues = 4;

/**
 * At most so many series of the block match: the fewest postings among the matchers that name few values, all series
 * where none does. Reads counts alone. Throws as `SampleSource.match` does.
 */
export function seriesBound({ index, meta }: Block, matchers: readonly Matcher[]): number {
  let bound = meta.stats.numSeries ?? Number.POSITIVE_INFINITY;
  const scanner = index.scanner();
  for (const matcher of matchers) {
    const values = namedValues(matcher);
    if (values === undefined || bound === 0) continue;
    let count = 0;
    for (const value of values) {
      const offset = index.table.find(matcher.name, value);
      if (offset !== undefined) count += scanner.postingsCountAt(offset);
    }
    bound = Math.min(bound, count);
  }
  index.giveBack(scanner);
  return bound;
}

function namedValues(matcher: Matcher): readonly string[] | undefined {
  const values = matcher.matchesEmpty ? undefined : setOf(matcher, true);
  return values !== undefined && values.length <= mostValues ? values : undefined;
}
