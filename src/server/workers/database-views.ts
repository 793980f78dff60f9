/** What workers need of the database, in its words. */
import type { Database, DatabaseView } from '../../tsdb/index.js';
import type { SourceLease } from './pool-worker.js';
import type { StoreFigures } from './query-cost.js';

/** What a worker is told of the database. */
export interface DatabaseSource {
  readonly view: DatabaseView;
  readonly readerSlot: number;
}

/** A place among the readers of the head, as long as the worker lives. */
export function leaseOf(database: Database): SourceLease {
  const readerSlot = database.openReaderSlot();
  return {
    current: (): DatabaseSource => ({ view: database.view(), readerSlot }),
    close: () => database.closeReaderSlot(readerSlot),
  };
}

/** For estimates of what a request costs. */
export function figuresOf(database: Database): StoreFigures {
  const lastBlock = database.view().blocks.at(-1);
  return {
    seriesCount: database.seriesCount,
    memoryFromMs: lastBlock === undefined ? Number.NEGATIVE_INFINITY : lastBlock.maxtMs + 1,
    seriesBound: (matchers) => database.seriesBound(matchers),
    blockCount: (window) => database.blocks.blockCount(window),
    blockSeriesBound: (matchers, window) => database.blocks.blockSeriesBound(matchers, window),
  };
}
