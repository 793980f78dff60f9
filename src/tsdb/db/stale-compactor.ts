import { messageOf, observe } from '../../base/index.js';
import type { SeriesRef } from '../../storage/index.js';
import type { EndedSeries } from '../head/index.js';
import type { SeriesLedger, WalEvents, WalWriter } from '../wal/index.js';
import { tombstoneRecords } from './delete-samples.js';
import { type BlockRange, type HeadBlocksParts, showHeadBlocks, writeHeadBlocks } from './head-blocks.js';
import { stepsOf } from './late-compactor.js';
import type { LogTruncation } from './log-truncation.js';
import type { Turns } from './turns.js';

export interface StaleCompactorParts extends HeadBlocksParts {
  readonly chunkRangeMs: number;
  readonly ledger: SeriesLedger;
  readonly writer: WalWriter;
  readonly log: LogTruncation;
  readonly turns: Turns;
  readonly events: WalEvents;
}

const whole = { mintMs: Number.NEGATIVE_INFINITY, maxtMs: Number.POSITIVE_INFINITY };

/**
 * Moves series that have ended from the head to blocks before their time, one for each range, and lets the head forget
 * them. A record of the log says that they are gone; where it is lost, a start has their samples twice and the same.
 * Source: tsdb/db.go (CompactStaleHead).
 */
export class StaleCompactor {
  readonly #parts: StaleCompactorParts;
  /** The part of the series that may have ended; 0 for any. */
  threshold: number;
  #isUnsettled = false;

  constructor(parts: StaleCompactorParts, threshold: number) {
    this.#parts = parts;
    this.threshold = threshold;
  }

  /**
   * Resolves when it is on stable storage which series went: else their samples would come back with the next start, those
   * too that are deleted from their block meanwhile. Rejects with `UserError`.
   */
  async settled(): Promise<void> {
    if (!this.#isUnsettled) return;
    await this.#parts.writer.log({ kind: 'acknowledged', syncs: true, series: [], records: [] });
    this.#isUnsettled = false;
  }

  /** Where more than the threshold have ended; never rejects. */
  async runWhenDue(): Promise<void> {
    if (!(this.threshold > 0)) return;
    const { turns, head, events } = this.#parts;
    try {
      await turns.take(async () => {
        const ended = await stepsOf(head.endedSeries());
        if (ended.length > 0 && ended.length >= this.threshold * head.seriesCount) await this.#run(ended);
      });
    } catch (error) {
      events.log('error', 'immediate stale series compaction failed', { err: messageOf(error) });
    }
  }

  /** Whatever the threshold; for whoever has its turn. */
  async run(): Promise<void> {
    const ended = await stepsOf(this.#parts.head.endedSeries());
    if (ended.length > 0) await this.#run(ended);
  }

  async #run(ended: readonly EndedSeries[]): Promise<void> {
    const { stats, events, clock, blocks } = this.#parts;
    const startMs = clock.monotonicMs();
    stats.staleCompactions++;
    events.log('info', 'Starting stale series compaction', {});
    let gone = 0;
    try {
      const refs = Float64Array.from(ended, ({ ref }) => ref);
      const metas = await writeHeadBlocks(
        this.#ranges(ended),
        { part: 'in-order', ended: refs },
        this.#parts,
      );
      stats.compactions += metas.length;
      await showHeadBlocks(metas, blocks);
      gone = await this.#evict(ended);
    } catch (error) {
      stats.staleCompactionsFailed++;
      throw error;
    }
    const seconds = (clock.monotonicMs() - startMs) / 1000;
    observe(stats.staleCompactionSeconds, seconds);
    events.log('info', 'Ending stale series compaction', {
      num_series: gone,
      duration: `${seconds.toFixed(3)}s`,
    });
  }

  #ranges(ended: readonly EndedSeries[]): BlockRange[] {
    const { head, chunkRangeMs } = this.#parts;
    const lastMs = ended.reduce((last, { endMs }) => Math.max(last, endMs), Number.NEGATIVE_INFINITY);
    const ranges: BlockRange[] = [];
    const firstMs = Math.floor(head.inOrderMintMs / chunkRangeMs) * chunkRangeMs;
    for (let mintMs = firstMs; mintMs <= lastMs; mintMs += chunkRangeMs)
      ranges.push({ mintMs, endMs: mintMs + chunkRangeMs });
    return ranges;
  }

  async #evict(ended: readonly EndedSeries[]): Promise<number> {
    const { head, ledger, log, stats, deletions, events, view, writer } = this.#parts;
    const onGone = (refs: readonly SeriesRef[]): void => {
      if (refs.length === 0) return;
      ledger.forget(refs);
      log.seriesGone(refs);
      stats.seriesRemoved += refs.length;
      // Before anything of a later series of the same labels. Source: tsdb/head.go (truncateSeries).
      writer.owe(tombstoneRecords(refs.map((ref) => ({ ref, ...whole }))));
      this.#isUnsettled = true;
    };
    const before = head.seriesCount;
    await stepsOf(head.evict(ended, onGone));
    await this.settled().catch((error: unknown) => {
      events.log('error', 'The WAL does not say yet which series went to a block before their time', {
        err: messageOf(error),
      });
    });
    if (deletions.truncateBefore(Number.NEGATIVE_INFINITY)) await view.showDeletions();
    return before - head.seriesCount;
  }
}
