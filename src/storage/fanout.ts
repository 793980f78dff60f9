import type { Metadata } from '../model/index.js';
import type { Appender, CardinalityStats, Querier, Queryable, Storage, TimeWindow } from './contracts.js';
import { mergeQueriers } from './merge/index.js';

/**
 * Reads a primary store and secondaries (remote reads) as one; writes go to the primary. A secondary's failure is a
 * warning. The secondaries belong to whoever made them. Source: storage/fanout.go.
 */
export function createFanout(primary: Storage, secondaries: readonly Queryable[]): Storage {
  return secondaries.length === 0 ? primary : new Fanout(primary, secondaries);
}

class Fanout implements Storage {
  readonly #primary: Storage;
  readonly #secondaries: readonly Queryable[];

  constructor(primary: Storage, secondaries: readonly Queryable[]) {
    this.#primary = primary;
    this.#secondaries = secondaries;
  }

  querier(window: TimeWindow): Querier {
    const secondaries = this.#secondaries.map((secondary) => secondary.querier(window));
    return mergeQueriers([this.#primary.querier(window)], secondaries);
  }

  appender(): Appender {
    return this.#primary.appender();
  }

  cardinality(limit: number): CardinalityStats {
    return this.#primary.cardinality(limit);
  }

  metadata(): ReadonlyMap<string, Metadata> {
    return this.#primary.metadata();
  }

  close(): Promise<void> {
    return this.#primary.close();
  }
}
