import * as path from 'node:path';
import { ByteWriter, type Disk } from '../../base/index.js';
import type { Kernels } from '../../kernels/index.js';
import type { Tombstones } from '../tombstones/index.js';
import {
  CheckpointLog,
  defaultSegmentBytes,
  type ExemplarEntry,
  RecordPacker,
  type WalCompression,
} from '../wal/index.js';
import {
  encodeSnapshotExemplars,
  encodeSnapshotSeries,
  encodeSnapshotTombstones,
  type SnapshotSeries,
} from './encode-snapshot.js';
import { snapshotNameOf, unfinishedSuffix } from './snapshot-directories.js';

export type { SnapshotSeries } from './encode-snapshot.js';

export interface SnapshotJob {
  /** The data directory. */
  readonly directory: string;
  /** The log's segment, and the byte in it, behind which the log goes on. */
  readonly segment: number;
  readonly offset: number;
  /** What stands in memory alone: chunks before a series' last are in `chunks_head`. */
  readonly series: Iterable<SnapshotSeries> | AsyncIterable<SnapshotSeries>;
  readonly tombstones: Tombstones;
  readonly exemplars: readonly ExemplarEntry[];
  readonly compression?: WalCompression;
}

const exemplarsInRecord = 10_000;

/**
 * Writes `chunk_snapshot.<segment>.<offset>`: durable, and under its name only when it is whole. Answers its path.
 * Rejects with the system's error or what `series` throws; nothing is left behind then. Source: tsdb/head_wal.go
 * ChunkSnapshot.
 */
export async function writeSnapshot(
  job: SnapshotJob,
  { disk, kernels }: { readonly disk: Disk; readonly kernels: Kernels },
): Promise<string> {
  const target = path.join(job.directory, snapshotNameOf(job.segment, job.offset));
  const temporary = `${target}${unfinishedSuffix}`;
  await disk.remove(temporary);
  await disk.makeDirectory(temporary);
  const packer = new RecordPacker(kernels, job.compression ?? 'snappy');
  const log = new CheckpointLog({ disk, kernels, directory: temporary, segmentBytes: defaultSegmentBytes });
  try {
    await log.open();
    for await (const record of recordsOf(job)) await log.add(packer.packBytes(record));
    await log.finish();
    await disk.syncDirectory(temporary);
    await disk.rename(temporary, target);
    await disk.syncDirectory(job.directory);
    return target;
  } catch (error) {
    await log.abandon();
    await disk.remove(temporary).catch(() => undefined);
    throw error;
  } finally {
    packer.release();
  }
}

/** All series, then the tombstones, then the exemplars. */
async function* recordsOf({ series, tombstones, exemplars }: SnapshotJob): AsyncGenerator<Uint8Array> {
  const writer = new ByteWriter();
  for await (const each of series) {
    writer.reset();
    encodeSnapshotSeries(writer, each);
    yield writer.take();
  }
  writer.reset();
  encodeSnapshotTombstones(writer, tombstones);
  yield writer.take();
  for (let from = 0; from < exemplars.length; from += exemplarsInRecord) {
    writer.reset();
    encodeSnapshotExemplars(writer, exemplars.slice(from, from + exemplarsInRecord));
    yield writer.take();
  }
}
