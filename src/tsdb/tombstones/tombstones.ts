import * as path from 'node:path';
import { CorruptionError, type Disk, errnoOf, readRegularFile, writeFileDurably } from '../../base/index.js';
import { crc32c } from '../../kernels/index.js';
import { FileCursor } from '../index/index.js';
import { type DeletedInterval, GatheredIntervals } from './intervals.js';

const tombstonesFileName = 'tombstones';
const magic = 0x0130ba30;
const version = 1;
const magicBytes = 4;
const headerBytes = 5;
const checksumBytes = 4;
const largestInt64 = 2 ** 63;

/** By number of the series in the block's index. */
export type Tombstones = ReadonlyMap<number, readonly DeletedInterval[]>;

export const noTombstones: Tombstones = new Map();

/** The deletions of a block; none where there is no file. Throws `CorruptionError`. */
export async function readTombstones(disk: Disk, directory: string): Promise<Tombstones> {
  const file = path.join(directory, tombstonesFileName);
  try {
    return decodeTombstones(await readRegularFile(disk, file), file);
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return noTombstones;
    throw error;
  }
}

export function writeTombstones(disk: Disk, directory: string, tombstones: Tombstones): Promise<void> {
  return writeFileDurably(disk, path.join(directory, tombstonesFileName), encodeTombstones(tombstones));
}

/** `file` is what errors name. */
export function decodeTombstones(bytes: Uint8Array, file: string): Tombstones {
  const fail = (offset: number, expected: string, found: string): never => {
    throw new CorruptionError({ path: file, offset, expected, found });
  };
  const end = bytes.length - checksumBytes;
  if (end < headerBytes) fail(0, `at least ${headerBytes + checksumBytes} bytes`, `${bytes.length}`);
  const cursor = new FileCursor(file, bytes);
  const found = cursor.u32();
  if (found !== magic) fail(0, `magic number ${magic.toString(16)}`, found.toString(16));
  const deletions = bytes.subarray(magicBytes, end);
  checkVersion(deletions, file, magicBytes);
  const computed = crc32c(bytes, headerBytes, end);
  cursor.at = end;
  const stored = cursor.u32();
  if (stored !== computed) fail(end, `checksum ${computed.toString(16)}`, stored.toString(16));
  return decodeDeletions(deletions, file, magicBytes);
}

function checkVersion(bytes: Uint8Array, path: string, offset: number): void {
  if (bytes[0] === version) return;
  throw new CorruptionError({
    path,
    offset,
    expected: `version ${version}`,
    found: `${bytes[0] ?? 'nothing'}`,
  });
}

/** The file without its magic number and checksum, as a chunk snapshot has it, at `offset` of `file`. */
export function decodeDeletions(bytes: Uint8Array, file: string, offset = 0): Tombstones {
  checkVersion(bytes, file, offset);
  const cursor = new FileCursor(file, bytes, offset);
  cursor.at = 1;
  const gathered = new Map<number, GatheredIntervals>();
  while (cursor.at < bytes.length) {
    const ref = cursor.uvarint();
    const mintMs = toInfinity(cursor.varint());
    const maxtMs = toInfinity(cursor.varint());
    let intervals = gathered.get(ref);
    if (intervals === undefined) {
      intervals = new GatheredIntervals();
      gathered.set(ref, intervals);
    }
    intervals.add({ mintMs, maxtMs });
  }
  return new Map(Array.from(gathered, ([ref, intervals]) => [ref, intervals.all]));
}

/** Times that a double does not hold exactly stand for the ends of time. */
function toInfinity(timeMs: number): number {
  return Math.abs(timeMs) >= largestInt64 - 1024 ? Math.sign(timeMs) * Number.POSITIVE_INFINITY : timeMs;
}

/** Upstream writes series in no order; here they stand in the order of the map. */
export function encodeTombstones(tombstones: Tombstones): Uint8Array {
  const deletions = encodeDeletions(tombstones);
  const bytes = new Uint8Array(magicBytes + deletions.length + checksumBytes);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, magic);
  bytes.set(deletions, magicBytes);
  view.setUint32(bytes.length - checksumBytes, crc32c(deletions, 1));
  return bytes;
}

/** The file without its magic number and checksum. */
export function encodeDeletions(tombstones: Tombstones): Uint8Array {
  const out: number[] = [version];
  for (const [ref, intervals] of tombstones) {
    for (const { mintMs, maxtMs } of intervals) {
      putUvarint(out, ref);
      putTime(out, mintMs);
      putTime(out, maxtMs);
    }
  }
  return Uint8Array.from(out);
}

function putUvarint(out: number[], value: number): void {
  let left = value;
  for (; left >= 128; left = Math.floor(left / 128)) out.push((left % 128) | 0x80);
  out.push(left);
}

/** Zigzag; the ends of time are int64's. */
function putTime(out: number[], timeMs: number): void {
  if (Math.abs(timeMs) === Number.POSITIVE_INFINITY) {
    out.push(timeMs < 0 ? 0xff : 0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01);
    return;
  }
  const magnitude = timeMs < 0 ? -timeMs - 1 : timeMs;
  const low = ((magnitude % 64) << 1) | (timeMs < 0 ? 1 : 0);
  const high = Math.floor(magnitude / 64);
  if (high === 0) {
    out.push(low);
    return;
  }
  out.push(low | 0x80);
  putUvarint(out, high);
}
