import type { ByteReader, ByteWriter } from '../../../base/index.js';
import type { SeriesRef } from '../../../storage/index.js';
import { recordType } from '../format.js';
import { readRef } from './positions.js';

/**
 * tsprom's own: a series has samples in order up to here, in `chunks_head`, though the log has lost them. What the log
 * says behind this and is not later came late. Prometheus passes over it.
 *
 *   132 │ (ref be64 │ maxt varint)…
 */
export interface ChunkEnd {
  readonly ref: SeriesRef;
  readonly maxtMs: number;
}

export function decodeChunkEnds(reader: ByteReader): ChunkEnd[] {
  const entries: ChunkEnd[] = [];
  while (reader.left > 0) {
    const ref = readRef(reader) as SeriesRef;
    const at = reader.at;
    const maxtMs = reader.varint();
    if (!Number.isSafeInteger(maxtMs)) reader.unsupported('a timestamp', at);
    entries.push({ ref, maxtMs });
  }
  return entries;
}

export function encodeChunkEnds(writer: ByteWriter, entries: readonly ChunkEnd[]): void {
  writer.byte(recordType.chunkEnds);
  for (const { ref, maxtMs } of entries) {
    writer.u64(ref);
    writer.varint(maxtMs);
  }
}
