import type { ByteReader, ByteWriter } from '../../../base/index.js';
import { wordsOf } from '../../../model/index.js';
import type { FloatBatch } from '../../../storage/index.js';
import { recordType } from '../format.js';
import { readRef, readRefFrom, readTime, readTimeFrom } from './positions.js';

/** A start timestamp in a V2 row: none, the previous row's, or one written out. Source: tsdb/record/record.go. */
const startMarker = { none: 0, same: 1, explicit: 2 } as const;

/** Columns that grow and are filled again for each record; rows 0 to `length`. */
export class SampleColumns implements FloatBatch {
  length = 0;
  refs = new Float64Array(256);
  timestamps = new Float64Array(256);
  values = new Float64Array(256);
  /** All zero where the record has none; `hasStartTimestamps` tells. */
  starts = new Float64Array(256);
  hasStartTimestamps = false;
  words = wordsOf(this.values);

  get startTimestamps(): Float64Array | undefined {
    return this.hasStartTimestamps ? this.starts : undefined;
  }

  reset(): void {
    this.length = 0;
    this.hasStartTimestamps = false;
  }

  reserve(rows: number): void {
    if (rows <= this.refs.length) return;
    const capacity = Math.max(rows, this.refs.length * 2);
    const grow = (from: Float64Array): Float64Array<ArrayBuffer> => {
      const to = new Float64Array(capacity);
      to.set(from);
      return to;
    };
    this.refs = grow(this.refs);
    this.timestamps = grow(this.timestamps);
    this.values = grow(this.values);
    this.starts = grow(this.starts);
    this.words = wordsOf(this.values);
  }
}

/** Type 2: the first row's reference and time, then each row's differences from them and its value. */
export function decodeSamples(reader: ByteReader, into: SampleColumns): void {
  into.reset();
  if (reader.left === 0) return;
  const baseRef = readRef(reader);
  const baseTime = readTime(reader);
  into.reserve(Math.floor(reader.left / 10));
  const { refs, timestamps, words } = into;
  let row = 0;
  while (reader.left > 0) {
    if (reader.left < 10) reader.fail('a row of at least 10 bytes', `${reader.left}`);
    refs[row] = readRefFrom(reader, baseRef);
    timestamps[row] = readTimeFrom(reader, baseTime);
    reader.float64Words(words, row);
    row++;
  }
  into.length = row;
}

/** Type 11: references as differences from the row before, times and start times from the first row. */
export function decodeSamplesV2(reader: ByteReader, into: SampleColumns): void {
  into.reset();
  if (reader.left === 0) return;
  into.reserve(Math.floor(reader.left / 10));
  const { refs, timestamps, starts, words } = into;
  refs[0] = readRefFrom(reader, 0);
  const firstTime = readTimeFrom(reader, 0);
  timestamps[0] = firstTime;
  const firstStart = readTimeFrom(reader, 0);
  starts[0] = firstStart;
  reader.float64Words(words, 0);
  let row = 1;
  let any = firstStart !== 0;
  while (reader.left > 0) {
    if (reader.left < 10) reader.fail('a row of at least 10 bytes', `${reader.left}`);
    refs[row] = readRefFrom(reader, refs[row - 1] as number);
    timestamps[row] = readTimeFrom(reader, firstTime);
    const start = readStart(reader, { previous: starts[row - 1] as number, first: firstStart });
    starts[row] = start;
    if (start !== 0) any = true;
    reader.float64Words(words, row);
    row++;
  }
  into.length = row;
  into.hasStartTimestamps = any;
}

export function readStart(reader: ByteReader, starts: { previous: number; first: number }): number {
  const marker = reader.byte();
  if (marker === startMarker.none) return 0;
  if (marker === startMarker.same) return starts.previous;
  return readTimeFrom(reader, starts.first);
}

export function writeStart(
  writer: ByteWriter,
  start: number,
  starts: { previous: number; first: number },
): void {
  if (start === 0) {
    writer.byte(startMarker.none);
  } else if (start === starts.previous) {
    writer.byte(startMarker.same);
  } else {
    writer.byte(startMarker.explicit);
    writer.varint(start - starts.first);
  }
}

/** Values go out as bits. */
export function encodeSamples(writer: ByteWriter, batch: FloatBatch): void {
  const { length, refs, timestamps } = batch;
  const words = wordsOf(batch.values);
  writer.byte(recordType.samples);
  if (length === 0) return;
  const baseRef = refs[0] as number;
  const baseTime = timestamps[0] as number;
  writer.u64(baseRef);
  writer.u64(baseTime);
  for (let row = 0; row < length; row++) {
    writer.varint((refs[row] as number) - baseRef);
    writer.varint((timestamps[row] as number) - baseTime);
    writer.float64Words(words[2 * row + 1] as number, words[2 * row] as number);
  }
}

/** With start timestamps; Prometheus before 3.10 skips this record. */
export function encodeSamplesV2(writer: ByteWriter, batch: FloatBatch): void {
  const { length, refs, timestamps, startTimestamps } = batch;
  const words = wordsOf(batch.values);
  writer.byte(recordType.samplesV2);
  if (length === 0) return;
  const firstTime = timestamps[0] as number;
  const first = startTimestamps?.[0] ?? 0;
  writer.varint(refs[0] as number);
  writer.varint(firstTime);
  writer.varint(first);
  writer.float64Words(words[1] as number, words[0] as number);
  let previous = first;
  for (let row = 1; row < length; row++) {
    const start = startTimestamps?.[row] ?? 0;
    writer.varint((refs[row] as number) - (refs[row - 1] as number));
    writer.varint((timestamps[row] as number) - firstTime);
    writeStart(writer, start, { previous, first });
    writer.float64Words(words[2 * row + 1] as number, words[2 * row] as number);
    previous = start;
  }
}
