import type { SeriesRef } from '../../../storage/index.js';
import type { ByteReader } from '../byte-reader.js';

/** Of the out-of-order log: all of the series' samples until here stand in a head chunk file. */
export interface MmapMarkerEntry {
  readonly ref: SeriesRef;
  readonly fileIndex: number;
  readonly offset: number;
}

export function decodeMmapMarkers(reader: ByteReader): MmapMarkerEntry[] {
  const entries: MmapMarkerEntry[] = [];
  while (reader.left > 0) {
    const ref = reader.refBe64() as SeriesRef;
    const position = reader.be64Halves();
    entries.push({ ref, fileIndex: position.high, offset: position.low });
  }
  return entries;
}
