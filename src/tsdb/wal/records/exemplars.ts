import type { ByteReader, ByteWriter } from '../../../base/index.js';
import type { Exemplar } from '../../../model/index.js';
import type { SeriesRef } from '../../../storage/index.js';
import { recordType } from '../format.js';
import { readRef, readRefFrom, readTime, readTimeFrom } from './positions.js';
import { readLabels, writeLabels } from './series.js';

export interface ExemplarEntry {
  readonly ref: SeriesRef;
  readonly exemplar: Exemplar;
}

/** The log does not say whether the target gave the time, so `hasTimestamp` is true. */
export function decodeExemplars(reader: ByteReader): ExemplarEntry[] {
  const entries: ExemplarEntry[] = [];
  if (reader.left === 0) return entries;
  const baseRef = readRef(reader);
  const baseTime = readTime(reader);
  while (reader.left > 0) {
    const ref = readRefFrom(reader, baseRef) as SeriesRef;
    const timestampMs = readTimeFrom(reader, baseTime);
    const value = reader.float64();
    entries.push({ ref, exemplar: { labels: readLabels(reader), value, timestampMs, hasTimestamp: true } });
  }
  return entries;
}

export function encodeExemplars(writer: ByteWriter, entries: readonly ExemplarEntry[]): void {
  writer.byte(recordType.exemplars);
  writeExemplars(writer, entries);
}

/** Behind a type. */
export function writeExemplars(writer: ByteWriter, entries: readonly ExemplarEntry[]): void {
  const [first] = entries;
  if (first === undefined) return;
  writer.u64(first.ref);
  writer.u64(first.exemplar.timestampMs);
  for (const { ref, exemplar } of entries) {
    writer.varint(ref - first.ref);
    writer.varint(exemplar.timestampMs - first.exemplar.timestampMs);
    writer.float64(exemplar.value);
    writeLabels(writer, exemplar.labels);
  }
}
