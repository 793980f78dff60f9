import { type Clock, type Disk, messageOf, type Timer } from '../../base/index.js';
import { asXor2, type FloatEncoding } from '../../storage/index.js';
import { type HeadChunk, HeadChunkWriter, removeHeadChunksBefore } from '../chunks/index.js';
import type { ChunkPlace, Head } from '../head/index.js';
import type { WalEvents } from '../wal/index.js';
import type { DatabaseStats } from './database-stats.js';
import { noOwner } from './stored-chunks.js';

/** Chunks of one write: some hundred KiB. */
const chunksInWrite = 2048;
/** Fewer wait for others, as each write is synced. */
const delayMs = 1000;
const retryMs = 5000;

interface Written {
  readonly id: number;
  readonly place: ChunkPlace;
  readonly encoding: number;
}

export interface ChunkSpoolOptions {
  readonly disk: Disk;
  readonly clock: Clock;
  readonly directory: string;
  readonly head: Head;
  /** The newest file that is there, 0 when there is none. */
  readonly lastSegment: number;
  readonly floatEncoding: FloatEncoding | undefined;
  readonly stats: DatabaseStats;
  readonly events: WalEvents;
}

/**
 * Brings closed chunks from the head to `chunks_head`, one write at a time; what cannot be written stays in memory and is
 * tried again. The log holds the samples too, but a start takes from it only what is behind a series' last chunk: none may
 * stand on the disk before those that were written earlier.
 */
export class ChunkSpool {
  readonly #options: ChunkSpoolOptions;
  readonly #writer: HeadChunkWriter;
  #running: Promise<void> | undefined;
  /** What waits for more, or for the disk to come round. */
  #later: Timer | undefined;
  #hasFailed = false;
  #unflushed: Written[] = [];
  #isClosed = false;
  floatEncoding: FloatEncoding;

  constructor(options: ChunkSpoolOptions) {
    const { disk, directory, lastSegment } = options;
    this.#options = options;
    this.floatEncoding = options.floatEncoding ?? 'xor';
    this.#writer = new HeadChunkWriter({ disk, directory, lastSegment });
  }

  /** Writes what is closed by now: at once where it is much, soon where it is little or a write has failed. */
  kick(): void {
    if (this.#isClosed || this.#running !== undefined) return;
    const count = this.#options.head.unwrittenCount + this.#unflushed.length;
    if (count >= chunksInWrite && !this.#hasFailed) this.#begin();
    else if (count > 0) this.#later ??= this.#after(this.#hasFailed ? retryMs : delayMs);
  }

  #after(ms: number): Timer {
    return this.#options.clock.after(ms, () => this.#begin(), { unref: true });
  }

  #begin(): void {
    this.#later?.cancel();
    this.#later = undefined;
    this.#running = this.#run().finally(() => {
      this.#running = undefined;
      this.kick();
    });
  }

  /** Resolves when nothing is being written. */
  async settled(): Promise<void> {
    while (this.#running !== undefined) await this.#running;
  }

  async #run(): Promise<void> {
    const { head, stats, events, directory } = this.#options;
    // What a failure left goes first.
    if (this.#unflushed.length === 0) {
      for (const closed of head.unwritten(chunksInWrite)) {
        const chunk = this.floatEncoding === 'xor2' ? asXor2(closed) : closed;
        const place = this.#writer.append(withoutOwner(chunk));
        this.#unflushed.push({ id: closed.id, place, encoding: chunk.encoding });
      }
    }
    try {
      await this.#writer.flush();
      for (const { id, place, encoding } of this.#unflushed) head.chunkWritten(id, place, encoding);
      stats.headChunksWritten += this.#unflushed.length;
      this.#unflushed = [];
      this.#hasFailed = false;
    } catch (error) {
      this.#hasFailed = true;
      stats.headChunkWritesFailed++;
      events.log('error', 'Chunks of the head could not be written', { directory, err: messageOf(error) });
    }
  }

  /** The first file that is needed where the head names none before `oldest`; a new file begins behind it. */
  firstNeeded(oldest: number): number {
    let first = Math.min(oldest, this.#writer.segment);
    for (const { place } of this.#unflushed) first = Math.min(first, place.segment);
    this.#writer.cut();
    return first;
  }

  /** Removes the files before `segment`: no reader may want them. */
  async removeBefore(segment: number): Promise<void> {
    const { disk, directory } = this.#options;
    await removeHeadChunksBefore(disk, directory, segment);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#later?.cancel();
    await this.settled();
    while (!this.#hasFailed && this.#options.head.unwrittenCount > 0) await this.#run();
    await this.#writer.close();
  }
}

/**
 * Late chunks are written as no series' own: a start takes late samples from the log of them, and a Prometheus that found
 * them here too would show what has gone to a block and was deleted there (tsdb/head.go loadMmappedChunks). Without an
 * owner, one of nothing but the time 0 would be taken for the end of the file.
 */
function withoutOwner(chunk: HeadChunk): HeadChunk {
  const isAtZero = chunk.mintMs === 0 && chunk.maxtMs === 0;
  return chunk.isOutOfOrder && !isAtZero ? { ...chunk, ref: noOwner } : chunk;
}
