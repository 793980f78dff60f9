import { type Clock, type Disk, errnoOf } from '../../base/index.js';
import type { Kernels } from '../../kernels/index.js';
import { pageBytes, SegmentReader } from '../wal/index.js';
import { LogDecoder } from './log-decoder.js';
import { type LogFile, listLogFiles } from './log-files.js';
import { logDirectoryOf } from './log-place.js';
import { type LogRecord, LogRecordReader } from './log-records.js';
import { ownKernels } from './own-kernels.js';

const pollMs = 250;

export interface TailLogOptions {
  readonly disk: Disk;
  readonly clock: Clock;
  readonly path: string;
  readonly kernels?: Kernels;
  /** Records told of what is there already. */
  readonly count: number;
  /** Goes on with what is written, across segments, until the signal aborts. */
  readonly follow: boolean;
  readonly signal: AbortSignal;
  readonly onRecord: (record: LogRecord) => void;
}

/** Tells the last records of a log and, where asked to, those that come. Throws `UserError`. */
export async function tailLog(options: TailLogOptions): Promise<void> {
  const directory = await logDirectoryOf(options.disk, options.path);
  const kernels = options.kernels ?? (await ownKernels(options.disk));
  const tail = new LogTail(options, directory, kernels);
  try {
    await tail.tellLast();
    if (options.follow) await tail.follow();
  } finally {
    tail.release();
  }
}

class LogTail {
  readonly #options: TailLogOptions;
  readonly #directory: string;
  readonly #kernels: Kernels;
  readonly #replay: LogDecoder;
  readonly #records: LogRecordReader;
  /** The segment read last and where its last whole record ends. */
  #segment = -1;
  #endByte = 0;

  constructor(options: TailLogOptions, directory: string, kernels: Kernels) {
    this.#options = options;
    this.#directory = directory;
    this.#kernels = kernels;
    this.#replay = new LogDecoder(kernels);
    this.#records = new LogRecordReader(kernels, this.#replay, {});
  }

  async #segments(): Promise<LogFile[]> {
    const files = await listLogFiles(this.#options.disk, this.#directory);
    return files.filter(({ directory }) => directory === this.#directory);
  }

  /** As few segments as have so many records, the newest first. */
  async tellLast(): Promise<void> {
    const files = await this.#segments();
    let last: LogRecord[] = [];
    for (const file of files.toReversed()) {
      const found: LogRecord[] = [];
      const end = await this.#read(file, 0, (record) => {
        found.push(record);
        if (found.length > 2 * this.#options.count) found.splice(0, found.length - this.#options.count);
      });
      if (file === files.at(-1)) {
        this.#segment = file.index;
        this.#endByte = end;
      }
      last = [...found, ...last];
      if (last.length >= this.#options.count) break;
    }
    const from = Math.max(0, last.length - this.#options.count);
    for (const record of last.slice(from)) this.#options.onRecord(record);
  }

  async follow(): Promise<void> {
    const { clock, signal, onRecord } = this.#options;
    while (!signal.aborted) {
      const files = (await this.#segments()).filter(({ index }) => index >= this.#segment);
      for (const file of files) {
        if (signal.aborted) return;
        const from = file.index === this.#segment ? this.#endByte : 0;
        this.#endByte = await this.#read(file, from, onRecord);
        this.#segment = file.index;
      }
      await clock.sleep(pollMs, signal).catch((error: unknown) => {
        if (!signal.aborted) throw error;
      });
    }
  }

  /** Records that begin at `from` or later; answers where the last whole one ends. */
  async #read(file: LogFile, from: number, onRecord: (record: LogRecord) => void): Promise<number> {
    const { disk } = this.#options;
    let end = from;
    try {
      const size = (await disk.stat(file.path))?.sizeBytes ?? 0;
      if (size <= from) return from;
      const start = from - (from % pageBytes);
      const reader = await SegmentReader.open(disk, file.path, this.#kernels, start);
      try {
        while (await reader.fill()) {
          while (reader.next()) {
            if (reader.recordStart < from) continue;
            const record = this.#records.read(reader, file);
            if (record !== undefined) onRecord(record);
            end = reader.goodEndByte;
          }
        }
      } finally {
        await reader.close();
      }
    } catch (error) {
      // A checkpoint removes segments while they are listed.
      if (errnoOf(error) !== 'ENOENT') throw error;
    }
    return end;
  }

  release(): void {
    this.#replay.release();
  }
}
