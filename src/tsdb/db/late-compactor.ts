import { setImmediate } from 'node:timers/promises';
import { type Clock, type Disk, observe, type Random, type Steps, UserError } from '../../base/index.js';
import { type BlockMeta, createUlid } from '../block/index.js';
import type { Head, LateChunks } from '../head/index.js';
import type { WalEvents } from '../wal/index.js';
import type { BlockUpkeep } from './block-upkeep.js';
import { addChunkFigures } from './chunk-figures.js';
import type { DatabaseStats } from './database-stats.js';
import type { HeadDeletions } from './head-deletions.js';
import type { LateLog } from './late-log.js';
import type { Maintenance } from './maintenance.js';
import type { Publications } from './publications.js';
import type { PublishedView } from './published-view.js';

export interface LateCompactorParts {
  readonly head: Head;
  readonly disk: Disk;
  readonly clock: Clock;
  readonly random: Random;
  /** The data directory. */
  readonly directory: string;
  readonly chunkRangeMs: number;
  readonly deletions: HeadDeletions;
  readonly lateLog: LateLog;
  readonly publications: Publications;
  readonly view: PublishedView;
  readonly blocks: BlockUpkeep;
  readonly maintenance: Maintenance;
  readonly stats: DatabaseStats;
  readonly events: WalEvents;
}

/** Makes blocks of the late samples of the head, one for each range. Source: tsdb/db.go (compactOOOHead). */
export class LateCompactor {
  readonly #parts: LateCompactorParts;

  constructor(parts: LateCompactorParts) {
    this.#parts = parts;
  }

  /** For whoever has its turn. What a failure leaves is done again by the next call. */
  async run(): Promise<void> {
    const { head, lateLog, view, clock, events, stats } = this.#parts;
    if (head.lateMintMs === Number.POSITIVE_INFINITY) return;
    const startMs = clock.monotonicMs();
    events.log('info', 'out-of-order compaction started', {});
    const { chunks, segment } = await this.#end();
    const metas = await this.#writeBlocks(chunks);
    await this.#showBlocks(metas);
    stats.compactions += metas.length;
    observe(stats.compactionSeconds, (clock.monotonicMs() - startMs) / 1000);
    // While the log may bring them back the head keeps them too: a deletion must find them.
    await lateLog.dropBefore(segment);
    await stepsOf(head.dropLate(chunks.commit));
    if (view.current.deletesLate === true) await view.spareLate();
    events.log('info', 'out-of-order compaction completed', {
      duration: `${((clock.monotonicMs() - startMs) / 1000).toFixed(3)}s`,
      ulids: `[${metas.map(({ ulid }) => ulid).join(' ')}]`,
    });
  }

  /** Between two commits: of what is shown by then all is in chunks that have ended, and in segments that have. */
  async #end(): Promise<{ readonly chunks: LateChunks; readonly segment: number }> {
    const { head, lateLog, publications } = this.#parts;
    let chunks: LateChunks | undefined;
    let begun: Promise<number> | undefined;
    await publications.add(Promise.resolve(), function* () {
      chunks = yield* head.endLate();
      begun = lateLog.beginSegment();
      begun.catch(() => undefined);
    });
    return { chunks: chunks as unknown as LateChunks, segment: await (begun as unknown as Promise<number>) };
  }

  async #writeBlocks({ ranges }: LateChunks): Promise<readonly BlockMeta[]> {
    const { head, deletions, blocks, maintenance, directory, clock, random, view, chunkRangeMs, stats } =
      this.#parts;
    const readerSlot = head.openReaderSlot();
    stats.writingBlocks++;
    const metas: BlockMeta[] = [];
    try {
      for (const range of ranges) {
        const cut = await maintenance.run({
          kind: 'cut',
          part: 'late',
          directory,
          chunksHeadDirectory: view.current.chunksHeadDirectory,
          view: head.view(),
          readerSlot,
          deletions: deletions.all,
          deletesLate: view.current.deletesLate,
          ulid: createUlid(clock, random),
          mintMs: range * chunkRangeMs,
          endMs: (range + 1) * chunkRangeMs,
        });
        if (cut === undefined) continue;
        addChunkFigures(stats.chunkFigures, cut.chunks);
        metas.push(cut.meta);
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
    const broken = await this.#parts.blocks.reload();
    for (const [place, reason] of broken) {
      if (!metas.some(({ ulid }) => place.endsWith(ulid))) continue;
      throw new UserError({
        code: 'broken-block',
        message: `the new block "${place}" cannot be read: ${reason}`,
      });
    }
  }
}

/** Takes steps with pauses for the event loop. */
export async function stepsOf<T>(steps: Steps<T>): Promise<T> {
  let step = steps.next();
  while (!step.done) {
    await setImmediate();
    step = steps.next();
  }
  return step.value;
}
