import { ByteWriter } from '../../../src/base/index.js';
import { FrameBuffer, storeRecord, type WalCompression } from '../../../src/tsdb/wal/index.js';

export type EncodeRecord = (writer: ByteWriter) => void;

/** A segment of a log that holds the records. */
export function logSegment(
  records: readonly EncodeRecord[],
  compression: WalCompression = 'none',
): Uint8Array {
  const frames = new FrameBuffer();
  frames.start(0);
  const writer = new ByteWriter();
  for (const encode of records) {
    writer.reset();
    encode(writer);
    frames.append(storeRecord(writer.take(), compression));
  }
  frames.padPage();
  return frames.bytes.slice();
}
