import { setImmediate } from 'node:timers/promises';
import { observe, type Steps } from '../../base/index.js';
import type { LateChunks } from '../head/index.js';
import type { WalEvents, WalWriter } from '../wal/index.js';
import { type HeadBlocksParts, showHeadBlocks, writeHeadBlocks } from './head-blocks.js';
import type { LateLog } from './late-log.js';
import type { LogTurns } from './log-turns.js';
import type { Publications } from './publications.js';

export interface LateCompactorParts extends HeadBlocksParts {
  readonly chunkRangeMs: number;
  readonly lateLog: LateLog;
  /** The first log. */
  readonly writer: Pick<WalWriter, 'log'>;
  readonly logTurns: LogTurns;
  readonly publications: Publications;
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
    const { head, lateLog, view, clock, events, stats, blocks, chunkRangeMs } = this.#parts;
    if (head.lateMintMs === Number.POSITIVE_INFINITY) return;
    const startMs = clock.monotonicMs();
    events.log('info', 'out-of-order compaction started', {});
    const { chunks, segment } = await this.#end();
    const ranges = chunks.ranges.map((range) => ({
      mintMs: range * chunkRangeMs,
      endMs: (range + 1) * chunkRangeMs,
    }));
    const { deletesLate } = view.current;
    const metas = await writeHeadBlocks(ranges, { part: 'late', deletesLate }, this.#parts);
    await showHeadBlocks(metas, blocks);
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

  /**
   * Between two commits: of what is shown by then all is in chunks that have ended, and in segments that have. The first
   * log has it synced, up to a place that the late one tells: what a failed sync had lost was written again, further
   * behind than was said when it was written first.
   */
  async #end(): Promise<{ readonly chunks: LateChunks; readonly segment: number }> {
    const { head, lateLog, logTurns, publications, writer } = this.#parts;
    let chunks: LateChunks | undefined;
    let begun: Promise<number> | undefined;
    const logged = logTurns.take(undefined, () =>
      writer.log({ kind: 'acknowledged', syncs: true, series: [], records: [] }),
    );
    await publications.add(logged, function* (place) {
      chunks = yield* head.endLate();
      begun = lateLog.beginSegment(place);
      begun.catch(() => undefined);
    });
    return { chunks: chunks as unknown as LateChunks, segment: await (begun as unknown as Promise<number>) };
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
