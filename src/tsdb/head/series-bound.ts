import type { Matcher } from '../../model/index.js';
import { pair } from './layout.js';
import { namedValues } from './match-rows.js';
import type { HeadState } from './state.js';

/**
 * At most so many series match: the fewest postings among the matchers that name their values, all series where none
 * does. Looks at counts alone.
 */
export function seriesBound({ texts, writer }: HeadState, matchers: readonly Matcher[]): number {
  let bound = writer.seriesCount;
  for (const matcher of matchers) {
    const values = namedValues(matcher);
    if (values === undefined) continue;
    const nameSymbol = texts.findSymbol(matcher.name);
    let count = 0;
    for (const value of nameSymbol === 0 ? [] : values) {
      const valueSymbol = texts.findSymbol(value);
      const pairAt = valueSymbol === 0 ? 0 : texts.findPair(nameSymbol, valueSymbol);
      if (pairAt !== 0) count += writer.views.loadWord(pairAt + pair.count);
    }
    bound = Math.min(bound, count);
  }
  return bound;
}
