import { CorruptionError, type DiskFile } from '../../base/index.js';
import { type IndexToc, indexHeaderBytes, indexMagic, tocBytes } from './format.js';
import { checkSum, readRange } from './read-section.js';

const checksumBytes = 4;
const newestVersion = 3;

/** Throws `CorruptionError`. */
export function readToc(file: DiskFile, sizeBytes: number): IndexToc {
  if (sizeBytes < indexHeaderBytes + tocBytes) {
    throw new CorruptionError({
      path: file.path,
      offset: 0,
      expected: `an index of at least ${indexHeaderBytes + tocBytes} bytes`,
      found: `${sizeBytes}`,
    });
  }
  const cursor = readRange(file, sizeBytes - tocBytes, sizeBytes);
  checkSum(cursor, 0, tocBytes - checksumBytes);
  return {
    symbols: cursor.u64(),
    series: cursor.u64(),
    labelIndices: cursor.u64(),
    labelIndicesTable: cursor.u64(),
    postings: cursor.u64(),
    postingsTable: cursor.u64(),
  };
}

/** 1, 2 or 3. Throws `CorruptionError`. */
export function readVersion(file: DiskFile): number {
  const cursor = readRange(file, 0, indexHeaderBytes);
  const magic = cursor.u32();
  if (magic !== indexMagic) {
    cursor.fail(`magic number ${indexMagic.toString(16)}`, magic.toString(16), 0);
  }
  const version = cursor.byte();
  if (version < 1 || version > newestVersion) cursor.fail('an index of version 1, 2 or 3', `${version}`, 4);
  return version;
}
