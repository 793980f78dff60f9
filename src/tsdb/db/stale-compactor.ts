import { type Clock, type Disk, messageOf, observe, type Random, UserError } from '../../base/index.js';
import type { SeriesRef } from '../../storage/index.js';
import { type BlockMeta, createUlid } from '../block/index.js';
import type { EndedSeries, Head } from '../head/index.js';
import type { SeriesLedger, WalEvents, WalWriter } from '../wal/index.js';
import type { BlockUpkeep } from './block-upkeep.js';
import { addChunkFigures } from './chunk-figures.js';
import type { DatabaseStats } from './database-stats.js';
import { logEntries } from './delete-samples.js';
import type { HeadDeletions } from './head-deletions.js';
import { stepsOf } from './late-compactor.js';
import type { LogTruncation } from './log-truncation.js';
import type { Maintenance } from './maintenance.js';
import type { PublishedView } from './published-view.js';
import type { Turns } from './turns.js';

export interface StaleCompactorParts {
  readonly head: Head;
  readonly disk: Disk;
  readonly clock: Clock;
  readonly random: Random;
  /** The data directory. */
  readonly directory: string;
  readonly chunkRangeMs: number;
  readonly deletions: HeadDeletions;
  readonly ledger: SeriesLedger;
  readonly writer: WalWriter;
  readonly log: LogTruncation;
  readonly view: PublishedView;
  readonly turns: Turns;
  readonly blocks: BlockUpkeep;
  readonly maintenance: Maintenance;
  readonly stats: DatabaseStats;
  readonly events: WalEvents;
}

/**
 * Moves series that have ended from the head to blocks before their time, one for each range, and lets the head forget
 * them. A record of the log says that they are gone; where it is lost, a start has their samples twice and the same.
 * Source: tsdb/db.go (CompactStaleHead).
 */
export class StaleCompactor {
  readonly #parts: StaleCompactorParts;
  /** The part of the series that may have ended; 0 for any. */
  threshold: number;
  #hasUnlogged = false;

  constructor(parts: StaleCompactorParts, threshold: number) {
    this.#parts = parts;
    this.threshold = threshold;
  }

  /**
   * Whether the log could not be told that a series went: its samples come back with the next start, those too that
   * would be deleted from their block meanwhile.
   */
  get hasUnlogged(): boolean {
    return this.#hasUnlogged;
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
    const { stats, events, clock } = this.#parts;
    const startMs = clock.monotonicMs();
    stats.staleCompactions++;
    events.log('info', 'Starting stale series compaction', {});
    let gone = 0;
    try {
      await this.#showBlocks(await this.#writeBlocks(ended));
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

  async #writeBlocks(ended: readonly EndedSeries[]): Promise<readonly BlockMeta[]> {
    const { head, deletions, blocks, maintenance, directory, clock, random, view, stats } = this.#parts;
    const { chunkRangeMs } = this.#parts;
    const refs = Float64Array.from(ended, ({ ref }) => ref);
    const lastMs = ended.reduce((last, { endMs }) => Math.max(last, endMs), Number.NEGATIVE_INFINITY);
    const readerSlot = head.openReaderSlot();
    stats.writingBlocks++;
    const metas: BlockMeta[] = [];
    try {
      const firstRange = Math.floor(head.inOrderMintMs / chunkRangeMs);
      for (let mintMs = firstRange * chunkRangeMs; mintMs <= lastMs; mintMs += chunkRangeMs) {
        const cut = await maintenance.run({
          kind: 'cut',
          part: 'in-order',
          directory,
          chunksHeadDirectory: view.current.chunksHeadDirectory,
          view: head.view(),
          readerSlot,
          deletions: deletions.all,
          ended: refs,
          ulid: createUlid(clock, random),
          mintMs,
          endMs: mintMs + chunkRangeMs,
        });
        if (cut === undefined) continue;
        addChunkFigures(stats.chunkFigures, cut.chunks);
        metas.push(cut.meta);
        stats.compactions++;
      }
      return metas;
    } catch (error) {
      for (const { ulid } of metas) await blocks.remove(ulid).catch(() => undefined);
      throw error;
    } finally {
      stats.writingBlocks--;
      head.closeReaderSlot(readerSlot);
    }
  }

  /** Rejects where one cannot be read: the head then keeps its samples. */
  async #showBlocks(metas: readonly BlockMeta[]): Promise<void> {
    for (const [place, reason] of await this.#parts.blocks.reload()) {
      if (!metas.some(({ ulid }) => place.endsWith(ulid))) continue;
      throw new UserError({
        code: 'broken-block',
        message: `the new block "${place}" cannot be read: ${reason}`,
      });
    }
  }

  async #evict(ended: readonly EndedSeries[]): Promise<number> {
    const { head, ledger, log, stats, deletions, view } = this.#parts;
    const logged: Promise<void>[] = [];
    const onGone = (refs: readonly SeriesRef[]): void => {
      if (refs.length === 0) return;
      ledger.forget(refs);
      log.seriesGone(refs);
      stats.seriesRemoved += refs.length;
      logged.push(this.#logGone(refs));
    };
    const before = head.seriesCount;
    await stepsOf(head.evict(ended, onGone));
    await Promise.all(logged);
    if (deletions.truncateBefore(Number.NEGATIVE_INFINITY)) await view.showDeletions();
    return before - head.seriesCount;
  }

  /** Stands in the log before anything of a later series of the same labels. Source: tsdb/head.go (truncateSeries). */
  async #logGone(refs: readonly SeriesRef[]): Promise<void> {
    const whole = { mintMs: Number.NEGATIVE_INFINITY, maxtMs: Number.POSITIVE_INFINITY };
    try {
      await logEntries(
        refs.map((ref) => ({ ref, ...whole })),
        this.#parts.writer,
      );
    } catch (error) {
      this.#hasUnlogged = true;
      this.#parts.events.log('error', 'Series that went to a block before their time stay in the WAL', {
        err: messageOf(error),
      });
    }
  }
}
