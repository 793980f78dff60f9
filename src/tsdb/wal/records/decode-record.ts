import { ByteReader } from '../../../base/index.js';
import type { FloatBatch } from '../../../storage/index.js';
import { recordType } from '../format.js';
import { type ChunkEnd, decodeChunkEnds } from './chunk-ends.js';
import { decodeExemplars, type ExemplarEntry } from './exemplars.js';
import { type DecodedHistograms, decodeHistograms, decodeHistogramsV2 } from './histograms.js';
import { decodeLatePlaces, type LatePlace } from './late-place.js';
import { decodeMetadata, type MetadataEntry } from './metadata.js';
import { decodeMmapMarkers, type MmapMarkerEntry } from './mmap-markers.js';
import { decodeSamples, decodeSamplesV2, type SampleColumns } from './samples.js';
import { decodeSeries, type SeriesEntry } from './series.js';
import { decodeTombstones, type TombstoneEntry } from './tombstones.js';

export type WalRecord =
  | { readonly kind: 'series'; readonly entries: readonly SeriesEntry[]; readonly copy: boolean }
  /** `batch` is the caller's scratch: valid until the next record is decoded into it. */
  | { readonly kind: 'samples'; readonly batch: FloatBatch; readonly late?: boolean }
  | { readonly kind: 'tombstones'; readonly entries: readonly TombstoneEntry[] }
  | { readonly kind: 'exemplars'; readonly entries: readonly ExemplarEntry[] }
  | { readonly kind: 'mmap-markers'; readonly entries: readonly MmapMarkerEntry[] }
  | { readonly kind: 'metadata'; readonly entries: readonly MetadataEntry[] }
  | ({ readonly kind: 'histograms'; readonly late?: boolean } & DecodedHistograms)
  | { readonly kind: 'late-place'; readonly entries: readonly LatePlace[] }
  | { readonly kind: 'chunk-ends'; readonly entries: readonly ChunkEnd[] }
  /** Of a later version, or empty: upstream passes over it, and so must the caller. */
  | { readonly kind: 'unknown'; readonly type: number };

/** What a record says. Throws `DecodeError`; keeps nothing of `bytes`. */
export function decodeRecord(bytes: Uint8Array, columns: SampleColumns): WalRecord {
  const type = bytes[0];
  if (type === undefined) return { kind: 'unknown', type: 0 };
  const reader = new ByteReader(bytes, { path: 'record', start: 1 });
  switch (type) {
    case recordType.series:
    case recordType.seriesCopy:
      return { kind: 'series', entries: decodeSeries(reader), copy: type === recordType.seriesCopy };
    case recordType.samples:
      decodeSamples(reader, columns);
      return { kind: 'samples', batch: columns };
    case recordType.samplesV2:
      decodeSamplesV2(reader, columns);
      return { kind: 'samples', batch: columns };
    case recordType.tombstones:
      return { kind: 'tombstones', entries: decodeTombstones(reader) };
    case recordType.exemplars:
      return { kind: 'exemplars', entries: decodeExemplars(reader) };
    case recordType.mmapMarkers:
      return { kind: 'mmap-markers', entries: decodeMmapMarkers(reader) };
    case recordType.metadata:
      return { kind: 'metadata', entries: decodeMetadata(reader) };
    case recordType.histograms:
    case recordType.customBucketHistograms:
      return { kind: 'histograms', ...decodeHistograms(reader, true) };
    case recordType.floatHistograms:
    case recordType.customBucketFloatHistograms:
      return { kind: 'histograms', ...decodeHistograms(reader, false) };
    case recordType.late:
      return lateRecord(bytes.subarray(1), columns);
    case recordType.latePlace:
      return { kind: 'late-place', entries: decodeLatePlaces(reader) };
    case recordType.chunkEnds:
      return { kind: 'chunk-ends', entries: decodeChunkEnds(reader) };
    case recordType.histogramsV2:
      return { kind: 'histograms', ...decodeHistogramsV2(reader, true) };
    case recordType.floatHistogramsV2:
      return { kind: 'histograms', ...decodeHistogramsV2(reader, false) };
    default:
      return { kind: 'unknown', type };
  }
}

function lateRecord(bytes: Uint8Array, columns: SampleColumns): WalRecord {
  const record: WalRecord =
    bytes[0] === recordType.late ? { kind: 'unknown', type: 0 } : decodeRecord(bytes, columns);
  const isSamples = record.kind === 'samples' || record.kind === 'histograms';
  return isSamples ? { ...record, late: true } : { kind: 'unknown', type: recordType.late };
}
