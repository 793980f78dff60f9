import { messageOf, observe, type Timer } from '../../base/index.js';
import type { SeriesLedger, WalEvents } from '../wal/index.js';
import type { ChunkSpool } from './chunk-spool.js';
import { addElapsed } from './database-stats.js';
import { type HeadBlocksParts, showHeadBlocks, writeHeadBlocks } from './head-blocks.js';
import { type LateCompactor, stepsOf } from './late-compactor.js';
import type { LogTruncation } from './log-truncation.js';
import type { Presence } from './presence.js';
import type { StaleCompactor } from './stale-compactor.js';
import type { Turns } from './turns.js';

const tickMs = 60_000;
const soonMs = 600_000;
const firstBackoffMs = 1000;
const longestBackoffMs = 60_000;

export interface HeadCutterParts extends HeadBlocksParts {
  readonly chunkRangeMs: number;
  /** A cut that is due waits for a random part of this. */
  readonly mostDelayMs: number;
  readonly ledger: SeriesLedger;
  readonly spool: ChunkSpool;
  readonly openAppenders: Presence;
  readonly turns: Turns;
  /** After blocks were cut. */
  readonly hasCut: () => void;
  readonly log: LogTruncation;
  readonly late: LateCompactor;
  readonly stale: StaleCompactor;
  readonly events: WalEvents;
}

/**
 * Moves what is old enough from the head to blocks: every minute, and after a commit that makes the head range pass one
 * and a half blocks. One block after the other: the block is in place and all readers know it before the head lets go
 * of its samples. Source: tsdb/db.go (Compact, compactHead).
 */
export class HeadCutter {
  readonly #parts: HeadCutterParts;
  #timer: Timer | undefined;
  #running: Promise<void> | undefined;
  #isClosed = false;
  readonly #closing = Promise.withResolvers<void>();
  #notBeforeMs = Number.NEGATIVE_INFINITY;
  #backoffMs = firstBackoffMs;
  /** The end of a range that was cut while what follows a cut is not done. */
  #owedMs: number | undefined;
  #waitsUntilMs: number | undefined;
  /** When the last cut began. */
  #cutAtMs: number | undefined;

  constructor(parts: HeadCutterParts) {
    this.#parts = parts;
    this.#tickSoon();
  }

  #tickSoon(): void {
    if (this.#isClosed) return;
    const tick = (): void => {
      this.#tickSoon();
      this.#parts.spool.kick();
      if (this.#isDue) void this.run();
      else if (!this.#cutsSoon) void this.#parts.stale.runWhenDue();
    };
    this.#timer = this.#parts.clock.after(tickMs, tick, { unref: true });
  }

  /** A cut will move series that have ended, too. Source: tsdb/db.go (run). */
  get #cutsSoon(): boolean {
    const { clock, chunkRangeMs } = this.#parts;
    return this.#cutAtMs !== undefined && clock.monotonicMs() + soonMs > this.#cutAtMs + chunkRangeMs;
  }

  /** After a commit. */
  committed(): void {
    if (this.#running === undefined && this.#isDue && this.#parts.clock.monotonicMs() >= this.#notBeforeMs) {
      void this.run();
    }
  }

  /** Of the head's samples in order the first that is in no block. */
  get #mintMs(): number {
    const { head } = this.#parts;
    return Math.max(head.inOrderMintMs, head.minValidMs);
  }

  /** Of the range that the first of them lies in. */
  get #rangeEndMs(): number {
    const { chunkRangeMs } = this.#parts;
    return (Math.floor(this.#mintMs / chunkRangeMs) + 1) * chunkRangeMs;
  }

  get #isDue(): boolean {
    if (this.#owedMs !== undefined) return true;
    if (this.#isRangeDue) return !this.#waits;
    this.#waitsUntilMs = undefined;
    return false;
  }

  /** So that servers that share a disk do not all cut at once. Source: tsdb/db.go (waitingForCompactionDelay). */
  get #waits(): boolean {
    const { clock, random, mostDelayMs } = this.#parts;
    if (mostDelayMs <= 0) return false;
    this.#waitsUntilMs ??= clock.monotonicMs() + random.float() * mostDelayMs;
    return clock.monotonicMs() < this.#waitsUntilMs;
  }

  get #isRangeDue(): boolean {
    const { head, chunkRangeMs } = this.#parts;
    return head.maxtMs - this.#mintMs > chunkRangeMs * 1.5;
  }

  /** Cuts what is due; never rejects. */
  run(): Promise<void> {
    this.#running ??= this.#run().finally(() => {
      this.#running = undefined;
    });
    return this.#running;
  }

  async #run(): Promise<void> {
    const { stats, events, clock } = this.#parts;
    stats.compactionsTriggered++;
    try {
      await this.#parts.turns.take(() => this.#cutAll());
      this.#backoffMs = firstBackoffMs;
    } catch (error) {
      if (this.#isClosed) return;
      stats.compactionsFailed++;
      events.log('error', 'compaction failed', { err: messageOf(error) });
      this.#notBeforeMs = clock.monotonicMs() + this.#backoffMs;
      this.#backoffMs = Math.min(2 * this.#backoffMs, longestBackoffMs);
    }
  }

  async #cutAll(): Promise<void> {
    while (!this.#isClosed && this.#isRangeDue) {
      const endMs = this.#rangeEndMs;
      if (this.#owedMs !== undefined && endMs <= this.#owedMs) break;
      await this.#cutOne(endMs);
    }
    const endMs = this.#owedMs;
    if (endMs === undefined || this.#isClosed) return;
    const { late, log, blocks, hasCut } = this.#parts;
    await late.run();
    await this.#dropChunkFiles();
    // Of a range that was deleted whole there is no block: a start begins before it.
    await log.truncate(Math.min(endMs, this.#mintMs), blocks.endMs);
    this.#owedMs = undefined;
    hasCut();
  }

  async #cutOne(upToMs: number): Promise<void> {
    const { head, openAppenders, stats, events, clock } = this.#parts;
    const startMs = clock.monotonicMs();
    this.#cutAtMs = startMs;
    // Whoever began long ago may still bring samples of the range, or of one before it.
    await Promise.race([openAppenders.allLeft(), this.#closing.promise]);
    if (this.#isClosed) return;
    const mintMs = this.#mintMs;
    const endMs = Math.min(upToMs, this.#rangeEndMs);
    const range = { mintMs, endMs };
    const [meta] = await writeHeadBlocks([range], { part: 'in-order' }, this.#parts);
    if (meta !== undefined) {
      stats.compactions++;
      observe(stats.compactionSeconds, (clock.monotonicMs() - startMs) / 1000);
      await showHeadBlocks([meta], this.#parts.blocks);
      events.log('info', 'write block', {
        mint: mintMs,
        maxt: endMs,
        ulid: meta.ulid,
        duration: `${((clock.monotonicMs() - startMs) / 1000).toFixed(3)}s`,
      });
    }
    head.minValidMs = Math.max(head.minValidMs, endMs);
    await this.#truncateHead(endMs);
    this.#owedMs = endMs;
  }

  async #truncateHead(endMs: number): Promise<void> {
    const { head, ledger, stats, log, deletions, view } = this.#parts;
    stats.headTruncations++;
    const startMs = this.#parts.clock.monotonicMs();
    const gone = await stepsOf(head.truncateBefore(endMs));
    addElapsed(stats.headTruncationTime, this.#parts.clock.monotonicMs() - startMs);
    ledger.forget(gone);
    log.seriesGone(gone);
    stats.seriesRemoved += gone.length;
    if (deletions.truncateBefore(endMs)) await view.showDeletions();
  }

  /** Files are removed once nobody reads a state of the head that names chunks in them; the cut does not wait for it. */
  async #dropChunkFiles(): Promise<void> {
    const { head, spool, view, events } = this.#parts;
    const from = spool.firstNeeded(await stepsOf(head.oldestChunkFile()));
    if (from <= view.current.chunksHeadFrom) return;
    await view.dropChunkFilesBefore(from);
    void view
      .settled()
      .then(() => spool.removeBefore(from))
      .catch((error: unknown) =>
        events.log('error', 'Old files of chunks_head could not be removed', { err: messageOf(error) }),
      );
  }

  /** Ends after the step that runs. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#closing.resolve();
    this.#timer?.cancel();
    await this.#running;
  }
}
