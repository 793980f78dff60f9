import * as path from 'node:path';
import {
  type Clock,
  CorruptionError,
  type Disk,
  errnoOf,
  messageOf,
  observe,
  type Random,
  type Timer,
  UserError,
} from '../../base/index.js';
import { type BlockMeta, createUlid, type ListedBlock, writeBlockMeta } from '../block/index.js';
import { blockRanges, type CompactionRules, planCompaction } from '../compact/index.js';
import type { WalEvents } from '../wal/index.js';
import type { BlockUpkeep } from './block-upkeep.js';
import { type DatabaseOptions, defaultBlockDurationMs } from './contracts.js';
import type { DatabaseReader } from './database-reader.js';
import type { DatabaseStats } from './database-stats.js';
import { listOwnBlocks } from './list-own-blocks.js';
import type { Maintenance } from './maintenance.js';
import type { Turns } from './turns.js';

export const usualReloadMs = 60_000;
const fileReadMs = 60_000;
const firstBackoffMs = 60_000;
const longestBackoffMs = 3_600_000;
const longestBlockMs = 31 * 86_400_000;

export interface BlockCompactorParts {
  readonly disk: Disk;
  readonly clock: Clock;
  readonly random: Random;
  /** The data directory. */
  readonly directory: string;
  readonly turns: Turns;
  readonly maintenance: Maintenance;
  readonly blocks: BlockUpkeep;
  readonly reader: DatabaseReader;
  readonly rules: CompactionRules;
  /** Lists the blocks of level 1 that may be merged; all may be when unsaid. */
  readonly uploadedBlocksFile: string | undefined;
  readonly reloadMs: number;
  readonly stats: DatabaseStats;
  readonly events: WalEvents;
}

export function compactionRules(options: DatabaseOptions): CompactionRules {
  const { minBlockDurationMs = defaultBlockDurationMs, retention, mergesOverlaps = true } = options;
  const tenthMs = (retention?.timeMs ?? 0) / 10;
  const longestMs = tenthMs > 0 ? Math.min(tenthMs, longestBlockMs) : longestBlockMs;
  const rangesMs = blockRanges(minBlockDurationMs, options.maxBlockDurationMs ?? longestMs);
  return { rangesMs, mergesOverlaps };
}

/**
 * Makes larger blocks of those there are, after each cut and once a minute, a step at a time, so that a cut or a
 * deletion that is due does not wait for all. Source: tsdb/db.go (compactBlocks), tsdb/compact.go.
 */
export class BlockCompactor {
  readonly #parts: BlockCompactorParts;
  #timer: Timer | undefined;
  #running: Promise<void> | undefined;
  #isClosed = false;
  #notBeforeMs = Number.NEGATIVE_INFINITY;
  #backoffMs = firstBackoffMs;
  #uploaded: ReadonlySet<string> | undefined;
  #uploadedAtMs = 0;

  constructor(parts: BlockCompactorParts) {
    this.#parts = parts;
    this.#tickSoon();
  }

  #tickSoon(): void {
    if (this.#isClosed) return;
    const tick = (): void => {
      this.#tickSoon();
      void this.#parts.blocks.reloadSoon().then(() => {
        if (this.#parts.clock.monotonicMs() >= this.#notBeforeMs) void this.run();
      });
    };
    this.#timer = this.#parts.clock.after(this.#parts.reloadMs, tick, { unref: true });
  }

  /** Until nothing is due; never rejects. */
  run(): Promise<void> {
    this.#running ??= this.#run().finally(() => {
      this.#running = undefined;
    });
    return this.#running;
  }

  async #run(): Promise<void> {
    const { turns, stats, events, clock } = this.#parts;
    try {
      while (!this.#isClosed && (await turns.take(() => this.#step())));
      this.#backoffMs = firstBackoffMs;
    } catch (error) {
      if (this.#isClosed) return;
      stats.compactionsFailed++;
      events.log('error', 'compaction failed', { err: messageOf(error) });
      this.#notBeforeMs = clock.monotonicMs() + this.#backoffMs;
      this.#backoffMs = Math.min(2 * this.#backoffMs, longestBackoffMs);
    }
  }

  /** Whether something was due. */
  async #step(): Promise<boolean> {
    if (this.#isClosed) return false;
    const sound = await this.#soundBlocks();
    const plan = planCompaction(await this.#mergeable(sound), this.#parts.rules);
    if (plan.length === 0) return false;
    const wanted = new Set(plan.map(({ ulid }) => ulid));
    const sources = sound.filter(({ meta }) => wanted.has(meta.ulid));
    try {
      await this.#merge(sources);
    } catch (error) {
      // Bytes that are wrong stay wrong: the range is left alone. A disk that is full is not for ever.
      if (isDamage(error)) await this.#change(sources, { failed: true });
      throw error;
    }
    return true;
  }

  /** Up to the first that is to be copied away before. Source: cmd/prometheus/main.go (exludeBlocksPendingUpload). */
  async #mergeable(sound: readonly ListedBlock[]): Promise<readonly BlockMeta[]> {
    const metas = sound.map(({ meta }) => meta);
    const uploaded = await this.#uploadedBlocks();
    if (uploaded === undefined) return metas;
    const waits = metas.findIndex(({ ulid, compaction }) => compaction.level <= 1 && !uploaded.has(ulid));
    return waits < 0 ? metas : metas.slice(0, waits);
  }

  /** As read within the last minute. A file that cannot be read keeps nothing back. */
  async #uploadedBlocks(): Promise<ReadonlySet<string> | undefined> {
    const { disk, clock, events, uploadedBlocksFile: file } = this.#parts;
    if (file === undefined) return undefined;
    const nowMs = clock.monotonicMs();
    if (this.#uploaded !== undefined && nowMs < this.#uploadedAtMs + fileReadMs) return this.#uploaded;
    try {
      const { uploaded } = JSON.parse(Buffer.from(await disk.readFile(file)).toString()) as {
        uploaded?: unknown;
      };
      this.#uploaded = new Set(Array.isArray(uploaded) ? uploaded.map(String) : []);
      this.#uploadedAtMs = nowMs;
      return this.#uploaded;
    } catch (error) {
      const problem = errnoOf(error) === undefined ? 'parse' : 'open';
      events.log('warn', `cannot ${problem} TSDB upload meta file`, { path: file, err: messageOf(error) });
      return undefined;
    }
  }

  /** In rising time. */
  async #soundBlocks(): Promise<ListedBlock[]> {
    const { disk, directory: data, reader } = this.#parts;
    const { blocks } = await listOwnBlocks(disk, data);
    // What is deleted of a block must not come back for good.
    return blocks.filter(({ directory }) => !reader.broken.has(directory) && !reader.unsure.has(directory));
  }

  async #merge(sources: readonly ListedBlock[], isRewrite = false): Promise<void> {
    const { disk, clock, random, directory, maintenance, blocks, stats, events } = this.#parts;
    const startMs = clock.monotonicMs();
    const ulid = createUlid(clock, random);
    stats.writingBlocks++;
    const meta = await maintenance
      .run({
        kind: 'compact',
        directory,
        sources: sources.map((source) => source.directory),
        ulid,
        isRewrite,
      })
      .finally(() => {
        stats.writingBlocks--;
      });
    stats.compactions++;
    if (overlap(sources)) stats.verticalCompactions++;
    observe(stats.compactionSeconds, (clock.monotonicMs() - startMs) / 1000);
    if (meta === undefined) await this.#change(sources, { deletable: true });
    const target = path.join(directory, ulid);
    const reason = (await blocks.reload()).get(target);
    if (reason !== undefined) {
      await blocks.remove(ulid);
      throw new UserError({
        code: 'broken-block',
        message: `the new block "${target}" cannot be read: ${reason}`,
      });
    }
    for (const source of sources) {
      if ((await disk.stat(source.directory)) === undefined) continue;
      throw new UserError({
        code: 'block-stays',
        message: `block "${source.directory}" was merged into ${ulid} and cannot be removed`,
      });
    }
    events.log('info', meta === undefined ? 'compact blocks resulted in empty block' : 'compact blocks', {
      count: sources.length,
      ...(meta === undefined ? {} : { mint: meta.mintMs, maxt: meta.endMs, ulid }),
      sources: `[${sources.map((source) => source.meta.ulid).join(' ')}]`,
      duration: `${((clock.monotonicMs() - startMs) / 1000).toFixed(3)}s`,
    });
  }

  async #change(
    sources: readonly ListedBlock[],
    changed: { readonly deletable?: boolean; readonly failed?: boolean },
  ): Promise<void> {
    for (const { directory, meta } of sources)
      await writeBlockMeta(this.#parts.disk, directory, {
        ...meta,
        compaction: { ...meta.compaction, ...changed },
      });
  }

  /** Writes every block of which something is deleted once more, without that. */
  async cleanTombstones(): Promise<void> {
    const clean = async (): Promise<boolean> => {
      const sound = await this.#soundBlocks();
      const next = sound.find(({ meta }) => (meta.stats.numTombstones ?? 0) > 0);
      if (next === undefined || this.#isClosed) return false;
      await this.#merge([next], true);
      return true;
    };
    const { clock, stats } = this.#parts;
    const startMs = clock.monotonicMs();
    while (await this.#parts.turns.take(clean));
    observe(stats.tombstoneCleanSeconds, (clock.monotonicMs() - startMs) / 1000);
  }

  close(): void {
    this.#isClosed = true;
    this.#timer?.cancel();
  }
}

/** Of blocks in rising time. */
function overlap(blocks: readonly ListedBlock[]): boolean {
  let endMs = Number.NEGATIVE_INFINITY;
  for (const { meta } of blocks) {
    if (meta.mintMs < endMs) return true;
    endMs = Math.max(endMs, meta.endMs);
  }
  return false;
}

function isDamage(error: unknown): boolean {
  return (
    error instanceof CorruptionError || (error instanceof UserError && error.code === 'maintenance-failed')
  );
}
