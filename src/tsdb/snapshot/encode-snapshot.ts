import type { ByteWriter } from '../../base/index.js';
import { type Histogram, type Labels, wordsOf } from '../../model/index.js';
import { histogramKind, readChunk, type SeriesRef } from '../../storage/index.js';
import { encodeDeletions, type Tombstones } from '../tombstones/index.js';
import { type ExemplarEntry, writeExemplars, writeHistogram, writeLabels } from '../wal/index.js';
import { snapshotRecordType } from './snapshot-records.js';

/** Values that an older form had in front of the newest one. */
const formerValues = 3;

/** A series and the chunk that takes its samples, if it has one. */
export interface SnapshotSeries {
  readonly ref: SeriesRef;
  readonly labels: Labels;
  readonly chunk?:
    | {
        readonly encoding: number;
        readonly mintMs: number;
        readonly maxtMs: number;
        /** At least one sample. */
        readonly bytes: Uint8Array;
      }
    | undefined;
}

/** Source: tsdb/head_wal.go encodeToSnapshotRecord. Throws `CorruptionError` where the chunk does not decode. */
export function encodeSnapshotSeries(writer: ByteWriter, { ref, labels, chunk }: SnapshotSeries): void {
  writer.byte(snapshotRecordType.series);
  writer.u64(ref);
  writeLabels(writer, labels);
  writer.u64(0);
  writer.uvarint(chunk === undefined ? 0 : 1);
  if (chunk === undefined) return;
  writer.u64(chunk.mintMs);
  writer.u64(chunk.maxtMs);
  writer.byte(chunk.encoding);
  writer.uvarint(chunk.bytes.length);
  writer.raw(chunk.bytes);
  const rows = readChunk(chunk);
  const { length, values, kinds, histograms } = rows.columns(rows.length - 1, rows.length);
  if (kinds?.[length - 1] === histogramKind) {
    writeHistogram(writer, histograms?.at(length - 1) as Histogram);
    return;
  }
  for (let former = 0; former < formerValues; former++) {
    writer.u64(0);
    writer.float64(0);
  }
  const words = wordsOf(values);
  writer.u64(0);
  writer.float64Words(words[2 * length - 1] as number, words[2 * length - 2] as number);
}

export function encodeSnapshotTombstones(writer: ByteWriter, tombstones: Tombstones): void {
  const bytes = encodeDeletions(tombstones);
  writer.byte(snapshotRecordType.tombstones);
  writer.uvarint(bytes.length);
  writer.raw(bytes);
}

/** At least one. */
export function encodeSnapshotExemplars(writer: ByteWriter, entries: readonly ExemplarEntry[]): void {
  writer.byte(snapshotRecordType.exemplars);
  writeExemplars(writer, entries);
}
