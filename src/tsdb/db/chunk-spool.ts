import { type Clock, type Disk, messageOf, type Timer } from '../../base/index.js';
import { HeadChunkWriter, removeHeadChunksBefore } from '../chunks/index.js';
import type { ChunkPlace, Head } from '../head/index.js';
import type { WalEvents } from '../wal/index.js';
import type { DatabaseStats } from './database-stats.js';

/** Chunks of one write: some hundred KiB. */
const chunksInWrite = 2048;
const retryMs = 5000;

interface Written {
  readonly id: number;
  readonly place: ChunkPlace;
}

export interface ChunkSpoolOptions {
  readonly disk: Disk;
  readonly clock: Clock;
  readonly directory: string;
  readonly head: Head;
  /** The newest file that is there, 0 when there is none. */
  readonly lastSegment: number;
  readonly stats: DatabaseStats;
  readonly events: WalEvents;
}

/**
 * Brings closed chunks from the head to `chunks_head`, one write at a time; what cannot be written stays in memory and is
 * tried again. The log holds the samples too, so that no sync is needed.
 */
export class ChunkSpool {
  readonly #options: ChunkSpoolOptions;
  readonly #writer: HeadChunkWriter;
  #running: Promise<void> | undefined;
  #retry: Timer | undefined;
  #unflushed: Written[] = [];
  #isClosed = false;

  constructor(options: ChunkSpoolOptions) {
    const { disk, directory, lastSegment } = options;
    this.#options = options;
    this.#writer = new HeadChunkWriter({ disk, directory, lastSegment });
  }

  /** Begins to write what is closed by now, unless a failure waits for its time. */
  kick(): void {
    if (this.#isClosed || this.#retry !== undefined) return;
    this.#running ??= this.#run().finally(() => {
      this.#running = undefined;
    });
  }

  /** Resolves when nothing is being written. */
  async settled(): Promise<void> {
    while (this.#running !== undefined) await this.#running;
  }

  async #run(): Promise<void> {
    try {
      while (!this.#isClosed && this.#fill()) {
        await this.#writer.flush();
        for (const { id, place } of this.#unflushed) this.#options.head.chunkWritten(id, place);
        this.#unflushed = [];
      }
    } catch (error) {
      this.#failed(error);
    }
  }

  /** False when there is nothing to write. What a failure left goes first. */
  #fill(): boolean {
    if (this.#unflushed.length > 0) return true;
    for (const chunk of this.#options.head.unwritten(chunksInWrite)) {
      const place = this.#writer.append(chunk);
      this.#unflushed.push({ id: chunk.id, place });
    }
    return this.#unflushed.length > 0;
  }

  #failed(error: unknown): void {
    const { stats, events, clock, directory } = this.#options;
    stats.headChunkWritesFailed++;
    events.log('error', 'Chunks of the head could not be written', { directory, err: messageOf(error) });
    if (this.#isClosed) return;
    const again = (): void => {
      this.#retry = undefined;
      this.kick();
    };
    this.#retry = clock.after(retryMs, again, { unref: true });
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
    this.#retry?.cancel();
    await this.settled();
    await this.#writer.close();
  }
}
