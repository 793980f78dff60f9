import type { ByteReader, ByteWriter } from '../../../base/index.js';
import { customBucketsSchema, type Histogram } from '../../../model/index.js';
import type { HistogramSample, SeriesRef } from '../../../storage/index.js';
import { recordType } from '../format.js';
import { readHistogram, writeHistogram } from './histogram-body.js';
import { readRef, readRefFrom, readTime, readTimeFrom } from './positions.js';
import { readStart, writeStart } from './samples.js';

export interface DecodedHistograms {
  readonly samples: readonly HistogramSample[];
  /** Histograms whose schema is unknown, which upstream leaves out with a warning, or that no chunk can hold. */
  readonly skipped: number;
}

/** Types 7 to 10: the first row's reference and time, then each row's differences from them. */
export function decodeHistograms(reader: ByteReader, integer: boolean): DecodedHistograms {
  const samples: HistogramSample[] = [];
  let skipped = 0;
  if (reader.left === 0) return { samples, skipped };
  const baseRef = readRef(reader);
  const baseTime = readTime(reader);
  while (reader.left > 0) {
    const ref = readRefFrom(reader, baseRef) as SeriesRef;
    const timestampMs = readTimeFrom(reader, baseTime);
    const histogram = readHistogram(reader, integer);
    if (histogram === undefined) skipped++;
    else samples.push({ ref, timestampMs, histogram });
  }
  return { samples, skipped };
}

/** Types 12 and 13: references as differences from the row before, times and start times from the first row. */
export function decodeHistogramsV2(reader: ByteReader, integer: boolean): DecodedHistograms {
  const samples: HistogramSample[] = [];
  let skipped = 0;
  if (reader.left === 0) return { samples, skipped };
  let ref = readRefFrom(reader, 0);
  const firstTime = readTimeFrom(reader, 0);
  const firstStart = readTimeFrom(reader, 0);
  let timestampMs = firstTime;
  let start = firstStart;
  let first = true;
  while (reader.left > 0) {
    if (!first) {
      ref = readRefFrom(reader, ref);
      timestampMs = readTimeFrom(reader, firstTime);
      start = readStart(reader, { previous: start, first: firstStart });
    }
    first = false;
    const histogram = readHistogram(reader, integer);
    if (histogram === undefined) skipped++;
    else samples.push({ ref: ref as SeriesRef, timestampMs, histogram, ...startOf(start) });
  }
  return { samples, skipped };
}

function startOf(start: number): { startTimestampMs?: number } {
  return start === 0 ? {} : { startTimestampMs: start };
}

/** The type a histogram is written with where start timestamps are not. */
export function histogramRecordType(histogram: Histogram): number {
  const custom = histogram.schema === customBucketsSchema;
  if (histogram.integer) return custom ? recordType.customBucketHistograms : recordType.histograms;
  return custom ? recordType.customBucketFloatHistograms : recordType.floatHistograms;
}

/** All samples must be of the type given (`histogramRecordType`); there is at least one. */
export function encodeHistograms(
  writer: ByteWriter,
  type: number,
  samples: readonly HistogramSample[],
): void {
  writer.byte(type);
  const [first] = samples;
  if (first === undefined) return;
  writer.u64(first.ref);
  writer.u64(first.timestampMs);
  for (const sample of samples) {
    writer.varint(sample.ref - first.ref);
    writer.varint(sample.timestampMs - first.timestampMs);
    writeHistogram(writer, sample.histogram);
  }
}

/** All integer, or all float; with start timestamps. Prometheus before 3.10 skips these records. */
export function encodeHistogramsV2(
  writer: ByteWriter,
  integer: boolean,
  samples: readonly HistogramSample[],
): void {
  writer.byte(integer ? recordType.histogramsV2 : recordType.floatHistogramsV2);
  const [first] = samples;
  if (first === undefined) return;
  const firstStart = first.startTimestampMs ?? 0;
  writer.varint(first.ref);
  writer.varint(first.timestampMs);
  writer.varint(firstStart);
  writeHistogram(writer, first.histogram);
  let previous = first;
  for (let i = 1; i < samples.length; i++) {
    const sample = samples[i] as HistogramSample;
    writer.varint(sample.ref - previous.ref);
    writer.varint(sample.timestampMs - first.timestampMs);
    const starts = { previous: previous.startTimestampMs ?? 0, first: firstStart };
    writeStart(writer, sample.startTimestampMs ?? 0, starts);
    writeHistogram(writer, sample.histogram);
    previous = sample;
  }
}
