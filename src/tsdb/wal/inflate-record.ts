import { constants, zstdDecompressSync } from 'node:zlib';
import { CorruptionError, messageOf } from '../../base/index.js';
import { snappyDecompress } from '../../kernels/index.js';
import { maxRecordBytes, type StoredRecord, snappyFlag, zstdFlag } from './format.js';

/** The record's own bytes: `stored` itself where it is not compressed. Throws `CorruptionError`. */
export function inflateRecord(record: StoredRecord): Uint8Array {
  if (record.compression & snappyFlag) return snappyDecompress(record.stored, maxRecordBytes);
  if (record.compression & zstdFlag) return inflateZstd(record.stored);
  return record.stored;
}

function inflateZstd(stored: Uint8Array): Uint8Array {
  try {
    return zstdDecompressSync(stored, {
      maxOutputLength: maxRecordBytes,
      params: { [constants.ZSTD_d_windowLogMax]: 27 },
    });
  } catch (error) {
    throw new CorruptionError({
      path: 'zstd frame',
      offset: 0,
      expected: 'a whole frame',
      found: messageOf(error),
      cause: error,
    });
  }
}
