import type { ByteReader, ByteWriter } from '../../../base/index.js';
import type { SeriesRef } from '../../../storage/index.js';
import { recordType } from '../format.js';
import { readRef } from './positions.js';

/** Samples of a series that are deleted, both ends inclusive; -Infinity to Infinity is the whole series. */
export interface TombstoneEntry {
  readonly ref: SeriesRef;
  readonly mintMs: number;
  readonly maxtMs: number;
}

const minInt64 = -(2 ** 63);
const maxInt64 = 2 ** 63;
const wholeSeriesBytes = [
  [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01],
  [0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01],
] as const;

/** Go's MinInt64 and MaxInt64 round to these doubles and to no other that a log holds. */
function edgeTime(reader: ByteReader): number {
  const at = reader.at;
  const time = reader.varint();
  if (Number.isSafeInteger(time)) return time;
  if (time === minInt64) return Number.NEGATIVE_INFINITY;
  if (time === maxInt64) return Number.POSITIVE_INFINITY;
  reader.unsupported('a timestamp', at);
}

export function decodeTombstones(reader: ByteReader): TombstoneEntry[] {
  const entries: TombstoneEntry[] = [];
  while (reader.left > 0) {
    const ref = readRef(reader) as SeriesRef;
    const mintMs = edgeTime(reader);
    entries.push({ ref, mintMs, maxtMs: edgeTime(reader) });
  }
  return entries;
}

export function encodeTombstones(writer: ByteWriter, entries: readonly TombstoneEntry[]): void {
  writer.byte(recordType.tombstones);
  for (const entry of entries) {
    writer.u64(entry.ref);
    writeEdgeTime(writer, entry.mintMs);
    writeEdgeTime(writer, entry.maxtMs);
  }
}

function writeEdgeTime(writer: ByteWriter, timeMs: number): void {
  if (timeMs === Number.NEGATIVE_INFINITY) writer.raw(Uint8Array.from(wholeSeriesBytes[0]));
  else if (timeMs === Number.POSITIVE_INFINITY) writer.raw(Uint8Array.from(wholeSeriesBytes[1]));
  else writer.varint(timeMs);
}
