import type { ByteReader, ByteWriter } from '../../../base/index.js';
import { type LogPlace, recordType } from '../format.js';

/**
 * tsprom's own, in the log of out-of-order samples (WBL): how far that log has come. Prometheus passes over it.
 *
 *   130 │ segment be32, end be64: the WBL holds the late samples of the first log up to here
 *       │ first be32: its own segments before this one hold nothing that is not in blocks
 */
export interface LatePlace {
  readonly place: LogPlace;
  readonly firstSegment: number;
}

/** There is one. */
export function decodeLatePlaces(reader: ByteReader): LatePlace[] {
  const segment = reader.u32();
  const endByte = reader.u64('a place in the log');
  return [{ place: { segment, endByte }, firstSegment: reader.u32() }];
}

export function encodeLatePlace(writer: ByteWriter, { place, firstSegment }: LatePlace): void {
  writer.byte(recordType.latePlace);
  writer.u32(place.segment);
  writer.u64(place.endByte);
  writer.u32(firstSegment);
}
