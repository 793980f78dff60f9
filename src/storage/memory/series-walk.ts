import type { TimeWindow } from '../contracts.js';
import type { SymbolTable } from '../symbols.js';
import type { MemorySeries } from './memory-series.js';

/** What a set of series needs to walk its rows. */
export interface SeriesWalk {
  readonly series: readonly MemorySeries[];
  readonly snapshot: number;
  readonly window: TimeWindow;
  readonly symbols: SymbolTable;
  /** Series at most, 0 for all. */
  readonly limit: number;
}
