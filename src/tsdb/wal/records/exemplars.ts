import type { Exemplar } from '../../../model/index.js';
import type { SeriesRef } from '../../../storage/index.js';
import type { ByteReader } from '../byte-reader.js';
import type { ByteWriter } from '../byte-writer.js';
import { recordType } from '../format.js';
import { readLabels, writeLabels } from './series.js';

export interface ExemplarEntry {
  readonly ref: SeriesRef;
  readonly exemplar: Exemplar;
}

/** The log does not say whether the target gave the time, so `hasTimestamp` is true. */
export function decodeExemplars(reader: ByteReader): ExemplarEntry[] {
  const entries: ExemplarEntry[] = [];
  if (reader.left === 0) return entries;
  const baseRef = reader.refBe64();
  const baseTime = reader.timestampBe64();
  while (reader.left > 0) {
    const ref = reader.refFrom(baseRef) as SeriesRef;
    const timestampMs = reader.timestampFrom(baseTime);
    const value = reader.float();
    entries.push({ ref, exemplar: { labels: readLabels(reader), value, timestampMs, hasTimestamp: true } });
  }
  return entries;
}

export function encodeExemplars(writer: ByteWriter, entries: readonly ExemplarEntry[]): void {
  writer.byte(recordType.exemplars);
  const [first] = entries;
  if (first === undefined) return;
  writer.be64(first.ref);
  writer.be64(first.exemplar.timestampMs);
  for (const { ref, exemplar } of entries) {
    writer.varint(ref - first.ref);
    writer.varint(exemplar.timestampMs - first.exemplar.timestampMs);
    writer.float(exemplar.value);
    writeLabels(writer, exemplar.labels);
  }
}
