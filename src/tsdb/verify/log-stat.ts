import { DecodeError, type Disk } from '../../base/index.js';
import type { Kernels } from '../../kernels/index.js';
import { pageBytes, SegmentReader } from '../wal/index.js';
import { type LogContent, LogDecoder } from './log-decoder.js';
import { listLogFiles } from './log-files.js';
import { logDirectoryOf } from './log-place.js';
import { recordNames } from './log-records.js';
import { KnownRefs } from './log-refs.js';
import { ownKernels } from './own-kernels.js';

export interface LogTypeStat {
  readonly type: number;
  readonly name: string;
  records: number;
  entries: number;
  /** As they stand in the log, and without compression. */
  storedBytes: number;
  bytes: number;
}

export interface LogStat {
  readonly path: string;
  segments: number;
  firstSegment: number | undefined;
  lastSegment: number | undefined;
  /** Of the checkpoint, 0 where there is none. */
  checkpointSegments: number;
  bytes: number;
  pages: number;
  readonly types: LogTypeStat[];
  /** Records by how they are compressed. */
  readonly compression: { none: number; snappy: number; zstd: number };
  series: number;
  samples: number;
  exemplars: number;
  metadata: number;
  mintMs: number | undefined;
  maxtMs: number | undefined;
  /** Entries of series that no record names. */
  unknownEntries: number;
  unknownSeries: number;
  damagedRanges: number;
  damagedBytes: number;
}

const snappyFlag = 0x08;

/** What a log holds, its newest checkpoint with it. Throws `UserError`. */
export async function readLogStat(options: {
  readonly disk: Disk;
  readonly path: string;
  readonly kernels?: Kernels;
}): Promise<LogStat> {
  const { disk } = options;
  const directory = await logDirectoryOf(disk, options.path);
  const kernels = options.kernels ?? (await ownKernels(disk));
  const counter = new LogCounter(directory, kernels);
  try {
    for (const file of await listLogFiles(disk, directory)) {
      const reader = await SegmentReader.open(disk, file.path, kernels);
      try {
        while (await reader.fill()) while (reader.next()) counter.add(reader, file.path);
        reader.next();
        counter.finishSegment(reader, file);
      } finally {
        await reader.close();
      }
    }
    return counter.finish();
  } finally {
    counter.release();
  }
}

class LogCounter {
  readonly #kernels: Kernels;
  readonly #records: LogDecoder;
  readonly #refs = new KnownRefs();
  readonly #types = new Map<number, LogTypeStat>();
  readonly #stat: LogStat;

  constructor(path: string, kernels: Kernels) {
    this.#kernels = kernels;
    this.#records = new LogDecoder(kernels);
    this.#stat = {
      path,
      segments: 0,
      firstSegment: undefined,
      lastSegment: undefined,
      checkpointSegments: 0,
      bytes: 0,
      pages: 0,
      types: [],
      compression: { none: 0, snappy: 0, zstd: 0 },
      series: 0,
      samples: 0,
      exemplars: 0,
      metadata: 0,
      mintMs: undefined,
      maxtMs: undefined,
      unknownEntries: 0,
      unknownSeries: 0,
      damagedRanges: 0,
      damagedBytes: 0,
    };
  }

  add(reader: SegmentReader, path: string): void {
    const { recordType: type, compression } = reader;
    const stat = this.#types.get(type) ?? {
      type,
      name: recordNames.get(type) ?? `type-${type}`,
      records: 0,
      entries: 0,
      storedBytes: 0,
      bytes: 0,
    };
    this.#types.set(type, stat);
    stat.records++;
    stat.storedBytes += reader.stored.length;
    stat.bytes += reader.record.length;
    this.#stat.compression[compression === 0 ? 'none' : compression & snappyFlag ? 'snappy' : 'zstd']++;
    try {
      const record = this.#records.decode(reader);
      this.#stat.samples += this.#refs.add(
        record,
        { path, offset: reader.recordStart },
        this.#kernels,
        () => {},
      );
      stat.entries += this.#count(record);
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error;
      this.#stat.damagedRanges++;
      this.#stat.damagedBytes += reader.stored.length;
    }
  }

  #count(record: LogContent): number {
    const stat = this.#stat;
    switch (record.kind) {
      case 'rows': {
        const { timestamps, length } = record.rows;
        const { doubles } = this.#kernels;
        for (let i = 0; i < length; i++) this.#see(doubles[timestamps / 8 + i] as number);
        return length;
      }
      case 'samples':
        for (let i = 0; i < record.batch.length; i++) this.#see(record.batch.timestamps[i] as number);
        return record.batch.length;
      case 'histograms':
        for (const { timestampMs } of record.samples) this.#see(timestampMs);
        return record.samples.length;
      case 'unknown':
        return 0;
      default:
        if (record.kind === 'exemplars') stat.exemplars += record.entries.length;
        if (record.kind === 'metadata') stat.metadata += record.entries.length;
        return record.entries.length;
    }
  }

  #see(timeMs: number): void {
    const stat = this.#stat;
    if (stat.mintMs === undefined || timeMs < stat.mintMs) stat.mintMs = timeMs;
    if (stat.maxtMs === undefined || timeMs > stat.maxtMs) stat.maxtMs = timeMs;
  }

  finishSegment(
    reader: SegmentReader,
    file: { readonly index: number; readonly isCheckpoint: boolean },
  ): void {
    const stat = this.#stat;
    if (file.isCheckpoint) stat.checkpointSegments++;
    else {
      stat.segments++;
      stat.firstSegment ??= file.index;
      stat.lastSegment = file.index;
    }
    stat.bytes += reader.sizeBytes;
    stat.pages += Math.ceil(reader.sizeBytes / pageBytes);
    for (const { startByte, endByte } of reader.damages) {
      stat.damagedRanges++;
      stat.damagedBytes += endByte - startByte;
    }
  }

  finish(): LogStat {
    const stat = this.#stat;
    for (const { count, refs } of this.#refs.unknown()) {
      stat.unknownEntries += count;
      stat.unknownSeries += refs;
    }
    stat.series = this.#refs.count;
    stat.types.push(...[...this.#types.values()].sort((a, b) => a.type - b.type));
    return stat;
  }

  release(): void {
    this.#records.release();
  }
}
