import type { ByteReader } from '../../../base/index.js';
import type { SeriesRef } from '../../../storage/index.js';
import { readRef } from './positions.js';

/** Of the out-of-order log: all of the series' samples until here stand in a head chunk file. */
export interface MmapMarkerEntry {
  readonly ref: SeriesRef;
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
