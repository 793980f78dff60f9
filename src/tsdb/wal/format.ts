/**
 * The write-ahead log's framing, byte for byte upstream's (tsdb/wlog/wlog.go); docs/formats/wal.md draws it.
 */
export const pageBytes = 32 * 1024;
export const fragmentHeaderBytes = 7;
export const defaultSegmentBytes = 128 * 1024 * 1024;

/** The low three bits of a fragment's first byte. */
export const fragmentKind = { pageEnd: 0, full: 1, first: 2, middle: 3, last: 4 } as const;
export const fragmentKindMask = 0x07;
export const snappyFlag = 0x08;
export const zstdFlag = 0x10;
export const compressionMask = snappyFlag | zstdFlag;

/** A record that says it is longer than this once inflated is taken for damage. */
export const maxRecordBytes = 512 * 1024 * 1024;

/** The first byte of a record. Source: tsdb/record/record.go. */
export const recordType = {
  series: 1,
  samples: 2,
  tombstones: 3,
  exemplars: 4,
  mmapMarkers: 5,
  metadata: 6,
  histograms: 7,
  floatHistograms: 8,
  customBucketHistograms: 9,
  customBucketFloatHistograms: 10,
  samplesV2: 11,
  histogramsV2: 12,
  floatHistogramsV2: 13,
  /**
   * tsprom's own: a series record once more, in the segment after its first. It has a type that Prometheus skips,
   * because a second record of type 1 makes Prometheus drop what it has replayed of that series.
   */
  seriesCopy: 129,
  /** tsprom's own: how far the log of out-of-order samples has come. */
  latePlace: 130,
  /**
   * tsprom's own, in front of a record of samples: they came out of order though nothing in the log says so, because the
   * head had moved on. Prometheus would take them for samples in order; it has them in its log of out-of-order samples.
   */
  late: 131,
  /** tsprom's own: how far series reach in `chunks_head`, where the log has lost what told it. */
  chunkEnds: 132,
} as const;

/** A place in a log, behind a record. */
export interface LogPlace {
  readonly segment: number;
  readonly endByte: number;
}

export function isBefore(a: LogPlace, b: LogPlace): boolean {
  return a.segment < b.segment || (a.segment === b.segment && a.endByte < b.endByte);
}

/** What stands in a fragment or record file, before the record's own bytes are looked at. */
export interface StoredRecord {
  /** As it stands in the log, compressed or not. Valid until the reader moves on. */
  readonly stored: Uint8Array;
  /** 0, `snappyFlag` or `zstdFlag`. */
  readonly compression: number;
}
