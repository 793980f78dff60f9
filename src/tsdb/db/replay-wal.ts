import { setImmediate } from 'node:timers/promises';
import { type Clock, DecodeError, type Disk } from '../../base/index.js';
import type { Kernels } from '../../kernels/index.js';
import type { SeriesRef } from '../../storage/index.js';
import type { Head } from '../head/index.js';
import {
  isBefore,
  type LogPlace,
  lastCheckpoint,
  listSegments,
  type ReplayRecord,
  ReplayRecords,
  recordType,
  type SegmentFile,
  SegmentReader,
  type SegmentReport,
  type StoredSeriesRecord,
  type TombstoneEntry,
  type WalEvents,
} from '../wal/index.js';
import { RecordApplier } from './apply-record.js';
import type { ReplayStats } from './database-stats.js';
import type { StoredChunks } from './stored-chunks.js';

/** How far reading the log has come, as /api/v1/status/walreplay says it. */
export interface ReplayProgress {
  readonly segment: number;
  readonly first: number;
  readonly last: number;
}

export interface ReplayOptions {
  readonly disk: Disk;
  readonly clock: Clock;
  /** The log's directory. */
  readonly directory: string;
  readonly head: Head;
  /** On the head's memory. */
  readonly kernels: Kernels;
  readonly chunks?: StoredChunks | undefined;
  readonly onProgress?: ((progress: ReplayProgress) => void) | undefined;
  readonly events?: WalEvents;
  readonly onTombstones?: ((entries: readonly TombstoneEntry[]) => void) | undefined;
  /** Late samples up to here are known from elsewhere, all behind it are taken; as the head has it when unsaid. */
  readonly lateHeldTo?: LogPlace | undefined;
  /** What stands before this is in the head already, with these series. */
  readonly from?: ReplayStart | undefined;
}

export interface ReplayStart {
  readonly place: LogPlace;
  readonly refs: readonly SeriesRef[];
}

export interface ReplayOutcome {
  readonly stats: ReplayStats;
  readonly reports: readonly SegmentReport[];
  /** Where the segments should begin. */
  readonly firstIndex: number;
  /** One above every segment and checkpoint there is. */
  readonly nextIndex: number;
  /** Series whose copies the next segment must begin with. */
  readonly carried: Float64Array;
}

/** Other work gets a turn at least so often. */
const turnMs = 15;

interface Source extends SegmentFile {
  readonly fromCheckpoint: boolean;
}

/** Reads the newest checkpoint and the segments behind it into the head, around damage. Changes nothing on disk. */
export async function replayWal(options: ReplayOptions): Promise<ReplayOutcome> {
  const { disk, clock, directory, onProgress, from } = options;
  const startMs = clock.monotonicMs();
  const checkpoint = from === undefined ? await lastCheckpoint(disk, directory) : undefined;
  const firstIndex = from?.place.segment ?? (checkpoint === undefined ? 0 : checkpoint.index + 1);
  const all = await listSegments(disk, directory);
  const segments = all.filter(({ index }) => index >= firstIndex);
  const lastIndex = all.at(-1)?.index ?? firstIndex - 1;
  const sources: Source[] = segments.map((segment) => ({ ...segment, fromCheckpoint: false }));
  if (checkpoint !== undefined) {
    const inside = await listSegments(disk, checkpoint.path);
    sources.unshift(...inside.map((segment) => ({ ...segment, fromCheckpoint: true })));
  }
  const replay = new Replay(options, firstIndex - 1);
  const first = segments[0]?.index ?? firstIndex;
  // Without a checkpoint the first segment is number 0.
  const isHeadless = from === undefined && checkpoint === undefined && (segments[0]?.index ?? 0) > 0;
  try {
    if (isHeadless) await replay.foresee(sources);
    for (const source of sources) {
      await replay.read(source);
      const isLastOfCheckpoint =
        source.fromCheckpoint && sources.at(sources.indexOf(source) + 1)?.fromCheckpoint !== true;
      if (isLastOfCheckpoint && replay.isDamaged) await replay.foresee(sources);
      const segment = source.fromCheckpoint ? firstIndex - 1 : source.index;
      onProgress?.({ segment, first, last: lastIndex });
    }
    await replay.settle();
  } finally {
    replay.release();
  }
  replay.finish(startMs);
  return {
    stats: replay.stats,
    reports: replay.reports,
    firstIndex: segments.length > 0 ? firstIndex : lastIndex + 1,
    nextIndex: Math.max(lastIndex + 1, firstIndex),
    carried: replay.carried,
  };
}

class Replay {
  readonly reports: SegmentReport[] = [];
  readonly #options: ReplayOptions;
  readonly #applier: RecordApplier;
  readonly #records: ReplayRecords;
  readonly #checkpointIndex: number;
  #turnStartMs = 0;
  #lateHeldTo: LogPlace | undefined;

  constructor(options: ReplayOptions, checkpointIndex: number) {
    this.#options = options;
    this.#checkpointIndex = checkpointIndex;
    const { head, kernels, chunks, onTombstones } = options;
    this.#lateHeldTo = options.lateHeldTo;
    if (this.#lateHeldTo !== undefined) head.replayLateFromMs = Number.POSITIVE_INFINITY;
    this.#applier = new RecordApplier({ head, kernels, chunks, onTombstones });
    this.#applier.begin(options.from?.refs ?? []);
    this.#records = new ReplayRecords(kernels);
    this.#turnStartMs = options.clock.monotonicMs();
  }

  get stats(): ReplayStats {
    return this.#applier.stats;
  }

  get carried(): Float64Array {
    return this.#applier.carried.refs();
  }

  async read(source: Source): Promise<void> {
    const { disk, head, kernels } = this.#options;
    const reader = await SegmentReader.open(disk, source.path, kernels);
    try {
      let begun = false;
      while (await reader.fill()) {
        if (!begun) this.#applier.beginSegment({ fromCheckpoint: source.fromCheckpoint, isEmpty: false });
        begun = true;
        while (reader.next()) {
          if (this.#isKnown(source, reader.recordStart)) continue;
          if (this.#isBehindHeld(source, reader.recordStart)) await this.#takeLate();
          this.#apply(reader);
          if (head.isStageFull) await this.settle();
          if (this.#isTurnOver) await this.#breathe();
        }
      }
      if (!begun) this.#applier.beginSegment({ fromCheckpoint: source.fromCheckpoint, isEmpty: true });
      this.reports.push({
        path: source.path,
        index: source.index,
        fromCheckpoint: source.fromCheckpoint,
        sizeBytes: reader.sizeBytes,
        goodEndByte: reader.goodEndByte,
        damages: reader.damages,
      });
    } finally {
      await reader.close();
    }
  }

  get isDamaged(): boolean {
    return this.reports.some(({ damages }) => damages.length > 0);
  }

  /**
   * Makes the series that segments say once more, before anything else of them is read: a checkpoint is damaged or
   * missing that named them first, and what stands in front of their copies would find no series.
   */
  async foresee(sources: readonly Source[]): Promise<void> {
    const { disk, kernels } = this.#options;
    for (const source of sources) {
      if (source.fromCheckpoint) continue;
      const reader = await SegmentReader.open(disk, source.path, kernels);
      try {
        while (await reader.fill())
          while (reader.next()) if (reader.recordType === recordType.seriesCopy) this.#foresee(reader);
      } finally {
        await reader.close();
      }
      await this.#breathe();
    }
  }

  /** What does not decode is told when it is read again. */
  #foresee(reader: SegmentReader): void {
    try {
      this.#applier.foresee(this.#records.storedSeries(reader) ?? this.#records.decode(reader));
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error;
    }
  }

  #isKnown({ index }: Source, startByte: number): boolean {
    const place = this.#options.from?.place;
    return place !== undefined && isBefore({ segment: index, endByte: startByte }, place);
  }

  #isBehindHeld({ fromCheckpoint, index }: Source, endByte: number): boolean {
    const held = this.#lateHeldTo;
    if (held === undefined) return false;
    const segment = fromCheckpoint ? this.#checkpointIndex : index;
    return !isBefore({ segment, endByte }, held);
  }

  async #takeLate(): Promise<void> {
    await this.settle();
    this.#lateHeldTo = undefined;
    this.#options.head.replayLateFromMs = Number.NEGATIVE_INFINITY;
  }

  /** Puts all samples read so far into the head. */
  async settle(): Promise<void> {
    for (const _ of this.#options.head.settleReplayed()) if (this.#isTurnOver) await this.#breathe();
  }

  get #isTurnOver(): boolean {
    return this.#options.clock.monotonicMs() - this.#turnStartMs > turnMs;
  }

  async #breathe(): Promise<void> {
    await setImmediate();
    this.#turnStartMs = this.#options.clock.monotonicMs();
  }

  /** A record whose frame is whole and whose content is not is passed over, counted, and left on disk. */
  #apply(reader: SegmentReader): void {
    let record: ReplayRecord | StoredSeriesRecord;
    try {
      record = this.#records.storedSeries(reader) ?? this.#records.decode(reader);
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error;
      if (error.kind === 'unsupported') this.stats.unsupportedRecords++;
      else this.stats.corruptions++;
      this.#options.events?.log('error', 'A WAL record cannot be read and is left out', {
        segment: reader.path,
        offset: reader.recordStart,
        err: error.message,
      });
      return;
    }
    this.#applier.apply(record);
  }

  release(): void {
    this.#records.release();
  }

  finish(startMs: number): void {
    this.#applier.finish();
    const { stats } = this;
    const lastWritten = this.reports.findLast(
      ({ fromCheckpoint, sizeBytes }) => !fromCheckpoint && sizeBytes > 0,
    );
    for (const report of this.reports) {
      for (const damage of report.damages) {
        const isTail = report === lastWritten && damage.startByte >= report.goodEndByte;
        if (isTail && damage.torn) stats.tornTails++;
        else stats.corruptions++;
        stats.lostBytes += damage.endByte - damage.startByte;
      }
    }
    stats.seconds = (this.#options.clock.monotonicMs() - startMs) / 1000;
  }
}
