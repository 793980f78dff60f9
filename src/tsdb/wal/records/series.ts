import { type ByteReader, type ByteWriter, compareUtf8 } from '../../../base/index.js';
import { Labels } from '../../../model/index.js';
import type { SeriesRef } from '../../../storage/index.js';
import { recordType } from '../format.js';
import { readRef } from './positions.js';

export interface SeriesEntry {
  readonly ref: SeriesRef;
  readonly labels: Labels;
}

/** A label set: how many, then each name and value behind its length. */
export function readLabels(reader: ByteReader): Labels {
  const count = reader.count(2);
  const pairs = new Array<string>(count * 2);
  let sound = true;
  for (let i = 0; i < pairs.length; i += 2) {
    const name = reader.text();
    const value = reader.text();
    pairs[i] = name;
    pairs[i + 1] = value;
    if (value === '' || (i > 0 && compareUtf8(pairs[i - 2] as string, name) >= 0)) sound = false;
  }
  // What upstream writes is sorted; whatever else is put in order.
  return sound ? Labels.fromSortedPairs(pairs) : Labels.fromUnsortedPairs(pairs);
}

export function writeLabels(writer: ByteWriter, labels: Labels): void {
  writer.uvarint(labels.size);
  for (const part of labels.pairs) writer.text(part);
}

/** The reader stands behind the type. */
export function decodeSeries(reader: ByteReader): SeriesEntry[] {
  const entries: SeriesEntry[] = [];
  while (reader.left > 0) entries.push(readSeries(reader));
  return entries;
}

export function readSeries(reader: ByteReader): SeriesEntry {
  const ref = readRef(reader) as SeriesRef;
  return { ref, labels: readLabels(reader) };
}

export function encodeSeries(writer: ByteWriter, entries: readonly SeriesEntry[]): void {
  writeSeries(writer, recordType.series, entries);
}

/** `type` may be that of a copy. */
export function writeSeries(writer: ByteWriter, type: number, entries: readonly SeriesEntry[]): void {
  writer.byte(type);
  for (const { ref, labels } of entries) {
    writer.u64(ref);
    writeLabels(writer, labels);
  }
}

/** A series record as the record that says it once more. */
export function seriesCopyOf(record: Uint8Array): Uint8Array {
  const copy = record.slice();
  copy[0] = recordType.seriesCopy;
  return copy;
}
