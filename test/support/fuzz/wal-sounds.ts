/** Sound records of the write-ahead log, of every type. */
import { ByteWriter } from '../../../src/base/index.js';
import { type Histogram, Labels } from '../../../src/model/index.js';
import type { FloatBatch, HistogramSample, SeriesRef } from '../../../src/storage/index.js';
import {
  encodeChunkEnds,
  encodeExemplars,
  encodeHistograms,
  encodeHistogramsV2,
  encodeLatePlace,
  encodeMetadata,
  encodeMmapMarkers,
  encodeSamples,
  encodeSamplesV2,
  encodeSeries,
  encodeTombstones,
  recordType,
  seriesCopyOf,
} from '../../../src/tsdb/wal/index.js';
import { soundHistogram } from './chunk-sounds.js';

const firstMs = 1_700_000_000_000;
const ref = (value: number): SeriesRef => value as SeriesRef;

function written(write: (writer: ByteWriter) => void): Uint8Array {
  const writer = new ByteWriter();
  write(writer);
  return writer.take();
}

export function soundLabels(i: number): Labels {
  return Labels.fromSortedPairs(['__name__', `up_${i}`, 'instance', `host-${i % 3}:9100`, 'job', 'nödë']);
}

function samples(rows: number, starts: boolean): FloatBatch {
  const column = (of: (row: number) => number): Float64Array =>
    Float64Array.from({ length: rows }, (_, i) => of(i));
  return {
    length: rows,
    refs: column((row) => 1 + row * 3),
    timestamps: column((row) => firstMs + row * 1000 - 500),
    values: column((row) => row * 0.5),
    startTimestamps: starts ? column((row) => (row % 3 === 0 ? 0 : firstMs - 60_000 + (row % 2))) : undefined,
  };
}

function histograms(starts: boolean, change: Partial<Histogram>): HistogramSample[] {
  return Array.from({ length: 3 }, (_, i) => ({
    ref: ref(i + 7),
    timestampMs: firstMs + i * 15_000,
    histogram: soundHistogram(i, change),
    ...(starts ? { startTimestampMs: firstMs - (i === 1 ? 5 : 1000) } : {}),
  }));
}

const stale: Partial<Histogram> = {
  stale: true,
  positiveSpans: [],
  negativeSpans: [],
  positiveBuckets: new Float64Array(0),
  negativeBuckets: new Float64Array(0),
};
const custom: Partial<Histogram> = {
  schema: -53,
  zeroThreshold: 0,
  negativeSpans: [],
  negativeBuckets: new Float64Array(0),
  customValues: Float64Array.of(0.5, 1, 2, 1e9),
};
const fine: Partial<Histogram> = { schema: 12 };

function histogramRecords(type: number): Uint8Array[] {
  const integer = type === 7 || type === 9 || type === 12;
  const isSecond = type === recordType.histogramsV2 || type === recordType.floatHistogramsV2;
  const changes = type === 9 || type === 10 ? [custom] : [{}, stale, fine, ...(isSecond ? [custom] : [])];
  return changes.map((change) =>
    written((writer) => {
      const rows = histograms(isSecond, { ...change, integer });
      if (isSecond) encodeHistogramsV2(writer, integer, rows);
      else encodeHistograms(writer, type, rows);
    }),
  );
}

const series = (): Uint8Array[] =>
  [1, 4].map((count) =>
    written((writer) =>
      encodeSeries(
        writer,
        Array.from({ length: count }, (_, i) => ({ ref: ref(i + 1), labels: soundLabels(i) })),
      ),
    ),
  );

const exemplars = (): Uint8Array =>
  written((writer) =>
    encodeExemplars(
      writer,
      [0, 1, 2].map((i) => ({
        ref: ref(i + 4),
        exemplar: { labels: soundLabels(i), value: i, timestampMs: firstMs + i, hasTimestamp: true },
      })),
    ),
  );

const tombstones = (): Uint8Array =>
  written((writer) =>
    encodeTombstones(writer, [
      { ref: ref(3), mintMs: firstMs, maxtMs: firstMs + 10 },
      { ref: ref(9), mintMs: Number.NEGATIVE_INFINITY, maxtMs: Number.POSITIVE_INFINITY },
    ]),
  );

/** Records of one type; of a type that is not known, none. */
export function soundRecords(type: number): Uint8Array[] {
  switch (type) {
    case recordType.series:
      return series();
    case recordType.seriesCopy:
      return series().map(seriesCopyOf);
    case recordType.samples:
      return [1, 20].map((rows) => written((writer) => encodeSamples(writer, samples(rows, false))));
    case recordType.samplesV2:
      return [1, 20].map((rows) => written((writer) => encodeSamplesV2(writer, samples(rows, true))));
    case recordType.tombstones:
      return [tombstones()];
    case recordType.exemplars:
      return [exemplars()];
    case recordType.mmapMarkers:
      return [
        written((writer) =>
          encodeMmapMarkers(writer, [
            { ref: ref(2), fileIndex: 1, offset: 8 },
            { ref: ref(5), fileIndex: 0, offset: 0 },
          ]),
        ),
      ];
    case recordType.metadata:
      return [
        written((writer) =>
          encodeMetadata(writer, [
            { ref: ref(1), metadata: { type: 'counter', unit: 'bytes', help: 'Bytes sent.' } },
            { ref: ref(300), metadata: { type: 'unknown', unit: '', help: '' } },
          ]),
        ),
      ];
    case recordType.latePlace:
      return [0, 7].map((firstSegment) =>
        written((writer) =>
          encodeLatePlace(writer, { place: { segment: 9, endByte: 2 ** 40 }, firstSegment }),
        ),
      );
    case recordType.chunkEnds:
      return [
        written((writer) =>
          encodeChunkEnds(writer, [
            { ref: ref(4), maxtMs: firstMs },
            { ref: ref(2 ** 40), maxtMs: -firstMs },
          ]),
        ),
      ];
    case recordType.late:
      return [recordType.samples, recordType.samplesV2, recordType.histograms]
        .flatMap((inner) => soundRecords(inner))
        .map((record) => Uint8Array.of(recordType.late, ...record));
    default:
      return histogramRecords(type);
  }
}

export const recordTypes: readonly number[] = Object.values(recordType);
