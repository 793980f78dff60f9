import { messageOf, type Timer, UserError } from '../../base/index.js';
import type { Matcher, Metadata } from '../../model/index.js';
import type { Appender, CardinalityStats, Querier, TimeWindow } from '../../storage/index.js';
import { listBlocks } from '../block/index.js';
import {
  type Database,
  type DatabaseFigures,
  type DatabaseOptions,
  type DatabaseStats,
  type DatabaseView,
  emptyDatabaseStats,
  emptyLateLogStats,
  emptyReplayStats,
  keepForEver,
  stepsOf,
  toViewed,
  type ViewListener,
} from '../db/index.js';
import type { Head } from '../head/index.js';
import { emptyWalStats } from '../wal/index.js';
import { noCardinality, openParts, type ReadParts } from './open-read-only.js';

const usualReloadMs = 60_000;

/**
 * A data directory, a part of one or an archive, as a server needs it that only answers: nothing is locked, mended or
 * written. Blocks that come or go are noticed; of the logs there is what they held at the start. Rejects with
 * `UserError` where there is nothing to read.
 */
export async function openForServing(
  options: Pick<
    DatabaseOptions,
    'directory' | 'disk' | 'clock' | 'kernelModule' | 'onReplayProgress' | 'logger' | 'blockReloadMs'
  >,
): Promise<Database> {
  const { directory, disk, clock, kernelModule, onReplayProgress } = options;
  const { parts, remove } = await openParts({
    ...{ directory, disk, clock, kernelModule },
    ...(onReplayProgress === undefined ? {} : { onReplayProgress }),
  });
  for (const [place, err] of parts.broken)
    options.logger?.error('A file cannot be read and is left out', { place, err });
  return new ServedDatabase(options, parts, remove);
}

type ServingOptions = Parameters<typeof openForServing>[0];

class ServedDatabase implements Database {
  readonly stats: DatabaseStats;
  readonly retention = keepForEver;
  readonly #options: ServingOptions;
  readonly #parts: ReadParts;
  readonly #head: Head | undefined;
  readonly #remove: () => Promise<void>;
  readonly #listeners: ViewListener[] = [];
  #view: DatabaseView;
  #timer: Timer | undefined;

  constructor(options: ServingOptions, parts: ReadParts, remove: () => Promise<void>) {
    this.#options = options;
    this.#parts = parts;
    this.#head = parts.log?.head;
    this.#view = parts.view;
    this.#remove = remove;
    const replay = parts.log?.stats ?? emptyReplayStats();
    this.stats = emptyDatabaseStats(replay, { ...emptyWalStats(), currentSegment: 0 }, emptyLateLogStats());
    this.stats.brokenBlocks = parts.broken.size;
    this.#reloadLater();
  }

  #reloadLater(): void {
    const { clock, blockReloadMs = usualReloadMs } = this.#options;
    const reload = (): void => void this.showBlocks().finally(() => this.#reloadLater());
    this.#timer = clock.after(blockReloadMs, reload, { unref: true });
  }

  get seriesCount(): number {
    return this.#head?.seriesCount ?? 0;
  }

  get mintMs(): number {
    return this.#head?.mintMs ?? Number.POSITIVE_INFINITY;
  }

  get maxtMs(): number {
    return this.#head?.maxtMs ?? Number.NEGATIVE_INFINITY;
  }

  get lowestMs(): number {
    return Math.min(this.mintMs, ...this.#view.blocks.map(({ mintMs }) => mintMs));
  }

  get blockCount(): number {
    return this.#view.blocks.length;
  }

  get headUsedBytes(): number {
    return this.#head?.usedBytes ?? 0;
  }

  get refusedSeries(): number {
    return this.#head?.refusedSeries ?? 0;
  }

  get refusedSamples(): number {
    return this.#head?.refusedSamples ?? 0;
  }

  get blocks(): Database['blocks'] {
    return this.#parts.reader;
  }

  seriesBound(matchers: readonly Matcher[]): number {
    return this.#head?.seriesBound?.(matchers) ?? this.seriesCount;
  }

  querier(window: TimeWindow): Querier {
    return this.#parts.reader.querier(window);
  }

  cardinality(limit: number): CardinalityStats {
    return this.#head?.cardinality(limit) ?? noCardinality;
  }

  metadata(): ReadonlyMap<string, Metadata> {
    return this.#head?.metadata() ?? new Map();
  }

  async figures(): Promise<DatabaseFigures> {
    const head = this.#head;
    const none = { chunks: 0, staleSeries: 0, histogramSeries: 0, histogramBuckets: 0 };
    const census = head === undefined ? none : await stepsOf(head.census());
    return {
      ...census,
      ...{ walBytes: 0, lateLogBytes: 0, headChunksBytes: 0 },
      ...{ removedChunks: 0, createdChunks: census.chunks, lateFloats: 0, lateHistograms: 0 },
      lateSeconds: head?.tallies.lateSeconds ?? { bounds: [], counts: [0], sum: 0 },
      exemplars: { exemplars: 0, series: 0, oldestMs: 0, ...head?.exemplars, most: head?.maxExemplars ?? 0 },
      commit: head?.commit ?? 0,
      oldestCommit: head?.oldestCommit ?? 0,
      symbolTableBytes: this.#parts.reader.symbolTableBytes,
    };
  }

  view(): DatabaseView {
    return this.#view;
  }

  onViewChange(listener: ViewListener): void {
    this.#listeners.push(listener);
  }

  openReaderSlot(): number {
    return this.#head?.openReaderSlot() ?? 0;
  }

  closeReaderSlot(slot: number): void {
    this.#head?.closeReaderSlot(slot);
  }

  applySettings(): void {}

  /** Blocks that others have put there, or taken away. */
  async showBlocks(): Promise<void> {
    const { reader, places } = this.#parts;
    const { disk, logger } = this.#options;
    if (places.data === undefined) return;
    this.stats.reloads++;
    try {
      const { blocks, broken } = await listBlocks(disk, places.data);
      const view: DatabaseView = {
        ...this.#view,
        version: this.#view.version + 1,
        blocks: blocks.map(toViewed),
        unlisted: broken,
      };
      await reader.update(view);
      this.#view = view;
      this.stats.brokenBlocks = broken.length + reader.broken.size + reader.unsure.size;
      await Promise.all(this.#listeners.map((listener) => listener(view)));
    } catch (error) {
      this.stats.reloadsFailed++;
      logger?.error('reloadBlocks', { err: messageOf(error) });
    }
  }

  appender(): Appender {
    throw readOnly();
  }

  async deleteSamples(): Promise<void> {
    throw readOnly();
  }

  async cleanTombstones(): Promise<void> {
    throw readOnly();
  }

  async snapshot(): Promise<void> {
    throw readOnly();
  }

  async compact(): Promise<void> {}

  async compactStale(): Promise<void> {}

  async maybeCut(): Promise<void> {}

  async close(): Promise<void> {
    this.#timer?.cancel();
    await this.#parts.reader.close();
    await this.#remove();
  }
}

function readOnly(): UserError {
  return new UserError({
    code: 'read-only',
    message: 'the server only reads its data directory (--storage.tsdb.read-only)',
  });
}
