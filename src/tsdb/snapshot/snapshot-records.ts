/**
 * Records of a chunk snapshot; docs/formats/snapshot.md draws them. They stand in the frames of a write-ahead log and
 * have types of their own.
 */
import { ByteReader, DecodeError } from '../../base/index.js';
import {
  type ChunkEncoding,
  isHistogramEncoding,
  isIntegerEncoding,
  sampleCountOf,
} from '../../chunkenc/index.js';
import { type Histogram, type Labels, wordsOf } from '../../model/index.js';
import type { SeriesRef } from '../../storage/index.js';
import { decodeDeletions, type Tombstones } from '../tombstones/index.js';
import { decodeExemplars, type ExemplarEntry, readHistogram, readLabels } from '../wal/index.js';

export const snapshotRecordType = { series: 1, tombstones: 2, exemplars: 3 } as const;
const lastEncoding = 6;
/** In front of the newest float: three values of an older form, and its time, all of them 0. */
const formerValuesBytes = 3 * 16 + 8;

/** The chunk that took samples when the snapshot was written. */
export interface SnapshotChunk {
  readonly mintMs: number;
  readonly maxtMs: number;
  readonly encoding: number;
  readonly samples: number;
  /** The last of its samples: a float's bits, or a histogram; undefined for one of a schema that is not known. */
  readonly newest: { readonly low: number; readonly high: number } | Histogram | undefined;
  /** Of the record; valid as long as that is. */
  readonly bytes: Uint8Array;
}

export type SnapshotRecord =
  | {
      readonly kind: 'series';
      readonly ref: SeriesRef;
      readonly labels: Labels;
      readonly chunk: SnapshotChunk | undefined;
    }
  | { readonly kind: 'tombstones'; readonly tombstones: Tombstones }
  | { readonly kind: 'exemplars'; readonly entries: readonly ExemplarEntry[] };

/** Throws `DecodeError`. Source: tsdb/head_wal.go decodeSeriesFromChunkSnapshot, loadChunkSnapshot. */
export function decodeSnapshotRecord(bytes: Uint8Array): SnapshotRecord {
  const reader = new ByteReader(bytes, { path: 'snapshot record' });
  const type = reader.byte();
  switch (type) {
    case snapshotRecordType.series:
      return { kind: 'series', ...readSeries(reader) };
    case snapshotRecordType.tombstones:
      return { kind: 'tombstones', tombstones: readTombstones(reader) };
    case snapshotRecordType.exemplars:
      return { kind: 'exemplars', entries: decodeExemplars(reader) };
    default:
      return reader.fail('a record of type 1 to 3', `type ${type}`);
  }
}

function readSeries(reader: ByteReader): {
  ref: SeriesRef;
  labels: Labels;
  chunk: SnapshotChunk | undefined;
} {
  const ref = reader.u64('a series reference') as SeriesRef;
  const labels = readLabels(reader);
  reader.slice(8); // The range of chunks, which nobody reads.
  if (reader.uvarint() === 0) return { ref, labels, chunk: undefined };
  const mintMs = reader.i64('a timestamp');
  const maxtMs = reader.i64('a timestamp');
  const encoding = reader.byte();
  if (encoding < 1 || encoding > lastEncoding)
    reader.fail(`a chunk encoding from 1 to ${lastEncoding}`, `${encoding}`);
  const data = reader.slice(reader.uvarint());
  const samples = sampleCountOf(encoding as ChunkEncoding, data);
  const newest = readNewest(reader, encoding);
  return { ref, labels, chunk: { mintMs, maxtMs, encoding, samples, newest, bytes: data } };
}

function readNewest(reader: ByteReader, encoding: number): SnapshotChunk['newest'] {
  if (isHistogramEncoding(encoding)) return readHistogram(reader, isIntegerEncoding(encoding));
  reader.slice(formerValuesBytes);
  const words = wordsOf(new Float64Array(1));
  reader.float64Words(words, 0);
  return { low: words[0] as number, high: words[1] as number };
}

function readTombstones(reader: ByteReader): Tombstones {
  const path = 'snapshot record';
  try {
    return decodeDeletions(reader.slice(reader.uvarint()), path);
  } catch (error) {
    if (!(error instanceof Error) || error instanceof DecodeError) throw error;
    return reader.fail('deletions', error.message);
  }
}
