import { CorruptionError, type DiskFile } from '../../base/index.js';
import { crc32c } from '../../kernels/index.js';
import { FileCursor } from './file-cursor.js';
import { readFully } from './file-window.js';

const lengthBytes = 4;
const checksumBytes = 4;

function hex(checksum: number): string {
  return checksum.toString(16).padStart(8, '0');
}

/** A cursor over bytes `start` to `end` of a file; throws where the file is shorter. */
export function readRange(file: DiskFile, start: number, end: number): FileCursor {
  const bytes = new Uint8Array(end - start);
  const count = readFully(file, bytes, start);
  if (count < bytes.length) {
    throw new CorruptionError({
      path: file.path,
      offset: start,
      expected: `${bytes.length} bytes`,
      found: `${count}`,
    });
  }
  return new FileCursor(file.path, bytes, start);
}

/**
 * The four bytes behind `end` must be the checksum of `start` to `end`, all counted within the cursor's
 * bytes.
 */
export function checkSum(cursor: FileCursor, start: number, end: number): void {
  const computed = crc32c(cursor.bytes, start, end);
  const { at, end: limit } = cursor;
  cursor.at = end;
  cursor.end = end + checksumBytes;
  const stored = cursor.u32();
  if (stored !== computed) {
    cursor.fail(`checksum ${hex(computed)}`, hex(stored), end);
  }
  cursor.at = at;
  cursor.end = limit;
}

/** A section of the form length (4), bytes, checksum (4): the bytes, checked. */
export function readSection(file: DiskFile, offset: number, fileBytes: number): FileCursor {
  if (offset + lengthBytes > fileBytes) {
    throw new CorruptionError({
      path: file.path,
      offset,
      expected: 'a section',
      found: `the end of the file at ${fileBytes}`,
    });
  }
  const length = readRange(file, offset, offset + lengthBytes).u32();
  const start = offset + lengthBytes;
  if (start + length + checksumBytes > fileBytes) {
    throw new CorruptionError({
      path: file.path,
      offset,
      expected: `a section of ${length} bytes`,
      found: `the end of the file at ${fileBytes}`,
    });
  }
  const cursor = readRange(file, start, start + length + checksumBytes);
  checkSum(cursor, 0, length);
  cursor.end = length;
  return cursor;
}
