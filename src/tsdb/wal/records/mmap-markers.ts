import type { ByteReader, ByteWriter } from '../../../base/index.js';
import type { SeriesRef } from '../../../storage/index.js';
import { recordType } from '../format.js';
import { readRef } from './positions.js';

/** Of the out-of-order log: all of the series' samples until here stand in a head chunk file. */
export interface MmapMarkerEntry {
  readonly ref: SeriesRef;
  /** Both 0 where the series begins a chunk and the one before went to a block. */
  readonly fileIndex: number;
  readonly offset: number;
}

export function decodeMmapMarkers(reader: ByteReader): MmapMarkerEntry[] {
  const entries: MmapMarkerEntry[] = [];
  while (reader.left > 0) {
    const ref = readRef(reader) as SeriesRef;
    const fileIndex = reader.u32();
    entries.push({ ref, fileIndex, offset: reader.u32() });
  }
  return entries;
}

export function encodeMmapMarkers(writer: ByteWriter, entries: readonly MmapMarkerEntry[]): void {
  writer.byte(recordType.mmapMarkers);
  for (const { ref, fileIndex, offset } of entries) {
    writer.u64(ref);
    writer.u32(fileIndex);
    writer.u32(offset);
  }
}
