import * as path from 'node:path';
import { type Disk, type DiskFile, writeAll } from '../../base/index.js';
import { segmentFileName } from './segments.js';

/** One segment that is being written. One call at a time. */
export class SegmentWriter {
  readonly index: number;
  readonly path: string;
  /** Everything below is whole records; the file ends here unless `broken`. */
  goodBytes = 0;
  /** Everything below is on stable storage. */
  syncedBytes = 0;
  /** A failed write could not be cut back: what lies behind `goodBytes` is waste, and nothing may follow it. */
  broken = false;
  readonly #file: DiskFile;

  private constructor(index: number, file: DiskFile) {
    this.index = index;
    this.path = file.path;
    this.#file = file;
  }

  static async create(disk: Disk, directory: string, index: number): Promise<SegmentWriter> {
    const file = await disk.open(path.join(directory, segmentFileName(index)), 'create');
    return new SegmentWriter(index, file);
  }

  /** All of it or nothing: a failed or short write is cut back before this rejects with the system's error. */
  async append(bytes: Uint8Array): Promise<void> {
    try {
      await writeAll(this.#file, bytes, this.goodBytes);
      this.goodBytes += bytes.length;
    } catch (error) {
      await this.#cutBack();
      throw error;
    }
  }

  async #cutBack(): Promise<void> {
    try {
      await this.#file.truncate(this.goodBytes);
    } catch {
      this.broken = true;
    }
  }

  async sync(): Promise<void> {
    await this.#file.sync();
    this.syncedBytes = this.goodBytes;
  }

  close(): Promise<void> {
    return this.#file.close();
  }
}

/** Shortens a file for good; one that is short already may be so in the system's memory alone. */
export async function trimDurably(disk: Disk, target: { path: string; sizeBytes: number }): Promise<void> {
  const file = await disk.open(target.path, 'write');
  try {
    if ((await file.sizeBytes()) > target.sizeBytes) await file.truncate(target.sizeBytes);
    await file.sync();
  } finally {
    await file.close();
  }
}
