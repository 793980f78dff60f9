import * as path from 'node:path';
import { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { CorruptionError, type Disk, type DiskFile, messageOf, UserError } from '../../../base/index.js';
import { ArchiveTarget } from './archive-target.js';
import { outputPieceBytes, pieceBytes } from './piece-bytes.js';
import { unpackTar } from './unpack-tar.js';
import { unpackZip } from './unpack-zip.js';

type ArchiveKind = 'zip' | 'gzip' | 'tar';

const tarMagicOffset = 257;
const headBytes = tarMagicOffset + 5;

/** Whether a file is one, by what it begins with; not so a directory and what is absent. Throws `UserError` for other files. */
export async function isArchive(disk: Disk, target: string): Promise<boolean> {
  const found = await disk.stat(target);
  if (found === undefined || found.isDirectory) return false;
  const opened = await disk.open(target, 'read');
  try {
    if ((await kindOf(opened)) !== undefined) return true;
  } finally {
    await opened.close();
  }
  throw new UserError({
    code: 'no-place',
    message: `"${target}" is neither a directory nor an archive (.tar, .tar.gz, .tgz, .zip)`,
    suggestions: [`Give the directory that it stands in: "${path.dirname(target)}".`],
  });
}

async function kindOf(file: DiskFile): Promise<ArchiveKind | undefined> {
  const head = new Uint8Array(headBytes);
  const count = await file.read(head, 0);
  const startsWith = (...bytes: number[]): boolean => bytes.every((byte, i) => head[i] === byte);
  if (count > 18 && startsWith(0x1f, 0x8b, 8)) return 'gzip';
  if (count > 21 && (startsWith(0x50, 0x4b, 3, 4) || startsWith(0x50, 0x4b, 5, 6))) return 'zip';
  const magic = String.fromCharCode(...head.subarray(tarMagicOffset));
  return count === headBytes && magic === 'ustar' ? 'tar' : undefined;
}

export interface UnpackOptions {
  readonly disk: Disk;
  readonly archive: string;
  /** An empty directory. */
  readonly into: string;
  /** Of all files together; the rest of an archive that is larger is not written. */
  readonly maxBytes: number;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Writes the files of an archive below a directory, piece by piece. Links and devices are left out. Throws
 * `UserError` for names that lead out of the directory, for archives that are too large and for what this cannot
 * read; `CorruptionError` for damage.
 */
export async function unpackArchive(options: UnpackOptions): Promise<void> {
  const { disk, archive, signal } = options;
  const target = new ArchiveTarget(options);
  const file = await disk.open(archive, 'read');
  try {
    const kind = await kindOf(file);
    if (kind === 'zip') await unpackZip(file, target, signal);
    else if (kind === 'gzip') await unpackTar(gunzipped(file, signal), target);
    else await unpackTar(pieces(file, signal), target);
  } finally {
    await target.close();
    await file.close();
  }
}

async function* pieces(file: DiskFile, signal: AbortSignal | undefined): AsyncGenerator<Uint8Array> {
  const sizeBytes = await file.sizeBytes();
  for (let offset = 0; offset < sizeBytes; ) {
    signal?.throwIfAborted();
    const piece = new Uint8Array(Math.min(pieceBytes, sizeBytes - offset));
    const count = await file.read(piece, offset);
    if (count === 0) return;
    offset += count;
    yield piece.subarray(0, count);
  }
}

async function* gunzipped(file: DiskFile, signal: AbortSignal | undefined): AsyncGenerator<Uint8Array> {
  const source = Readable.from(pieces(file, signal), { objectMode: false });
  const unzip = createGunzip({ chunkSize: outputPieceBytes(await file.sizeBytes()) });
  source.on('error', (error) => unzip.destroy(error));
  try {
    for await (const piece of source.pipe(unzip)) yield piece as Uint8Array;
  } catch (error) {
    if (!isZlibError(error)) throw error;
    const found = messageOf(error);
    throw new CorruptionError({ path: file.path, offset: 0, expected: 'a whole gzip stream', found });
  } finally {
    source.destroy();
    unzip.destroy();
  }
}

function isZlibError(error: unknown): boolean {
  return error instanceof Error && 'code' in error && String(error.code).startsWith('Z_');
}
