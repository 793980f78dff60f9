import type { Disk } from '../../base/index.js';
import type { Kernels } from '../../kernels/index.js';
import { type DamagedRange, SegmentReader } from '../wal/index.js';
import { LogDecoder } from './log-decoder.js';
import { type LogFile, listLogFiles } from './log-files.js';
import { logDirectoryOf } from './log-place.js';
import { type LogFilter, type LogRecord, LogRecordReader } from './log-records.js';
import { ownKernels } from './own-kernels.js';

export interface ReadLogOptions {
  readonly disk: Disk;
  readonly path: string;
  readonly kernels?: Kernels;
  readonly filter?: LogFilter;
  /** In the order of the log. Answers false to end the reading. */
  readonly onRecord: (record: LogRecord) => boolean;
  readonly onDamage: (file: LogFile, damage: LogDamage) => void;
}

export interface LogDamage extends DamagedRange {
  /** The end of the log, where a crash may have torn the last record or a server is still writing it. */
  readonly isTail: boolean;
}

/** Tells the records of a log, its newest checkpoint first. Reads around damage. Throws `UserError`. */
export async function readLog(options: ReadLogOptions): Promise<void> {
  const { disk, onDamage, onRecord } = options;
  const directory = await logDirectoryOf(disk, options.path);
  const kernels = options.kernels ?? (await ownKernels(disk));
  const replay = new LogDecoder(kernels);
  const records = new LogRecordReader(kernels, replay, options.filter ?? {});
  try {
    for (const file of await listLogFiles(disk, directory)) {
      const reader = await SegmentReader.open(disk, file.path, kernels);
      try {
        while (await reader.fill()) {
          while (reader.next()) {
            const record = records.read(reader, file);
            if (record !== undefined && !onRecord(record)) return;
          }
        }
        reader.next();
        for (const damage of reader.damages)
          onDamage(file, { ...damage, isTail: isTornTail(damage, reader, file) });
      } finally {
        await reader.close();
      }
    }
  } finally {
    replay.release();
  }
}

export function isTornTail(
  { torn, endByte }: DamagedRange,
  { sizeBytes }: SegmentReader,
  { isLast }: LogFile,
): boolean {
  return torn && endByte >= sizeBytes && isLast;
}
