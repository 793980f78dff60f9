import * as path from 'node:path';
import { type DirectoryEntry, type Disk, errnoOf, messageOf, UserError } from '../../base/index.js';
import { isUlid, metaFileName } from '../block/index.js';

export type TargetKind = 'data' | 'block' | 'wal' | 'checkpoint' | 'wbl' | 'snapshot' | 'chunks_head';

const headChunksMagic = 0x0130bc91;
const segmentName = /^[0-9]+$/;

/** What a path holds, told by its content first. Throws `UserError` where that is nothing of a TSDB. */
export async function targetKindOf(disk: Disk, target: string): Promise<TargetKind> {
  const entries = await listTarget(disk, target);
  const names = new Set(entries.map(({ name }) => name));
  if (names.has(metaFileName) && (names.has('index') || names.has('chunks'))) return 'block';
  if (names.has('index') && names.has('chunks')) return 'block';
  const base = path.basename(path.resolve(target));
  const segment = entries.find(({ name, isDirectory }) => !isDirectory && segmentName.test(name));
  if (segment !== undefined) {
    if (base.startsWith('checkpoint.')) return 'checkpoint';
    if (base.startsWith('chunk_snapshot.')) return 'snapshot';
    if (base.startsWith('wbl')) return 'wbl';
    const isHead =
      base === 'chunks_head' || (await magicOf(disk, path.join(target, segment.name))) === headChunksMagic;
    return isHead ? 'chunks_head' : 'wal';
  }
  if (entries.some(({ name, isDirectory }) => isDirectory && name.startsWith('checkpoint.'))) return 'wal';
  if (entries.some(({ name, isDirectory }) => isDirectory && (isUlid(name) || isPart(name)))) return 'data';
  if (entries.length === 0 && isPart(base))
    return base === 'wal' ? 'wal' : base === 'wbl' ? 'wbl' : 'chunks_head';
  throw new UserError({
    code: 'no-tsdb',
    message: `"${target}" holds nothing of a TSDB`,
    suggestions: [
      'Give a data directory, a block, or a directory named wal, wbl, chunks_head or checkpoint.N.',
    ],
  });
}

function isPart(name: string): boolean {
  return name === 'wal' || name === 'wbl' || name === 'chunks_head';
}

async function listTarget(disk: Disk, target: string): Promise<DirectoryEntry[]> {
  const found = await disk.stat(target);
  if (found === undefined) {
    throw new UserError({ code: 'not-found', message: `"${target}" does not exist` });
  }
  if (!found.isDirectory) {
    throw new UserError({
      code: 'no-directory',
      message: `"${target}" is no directory`,
      suggestions: [`Give the directory that it stands in: "${path.dirname(target)}".`],
    });
  }
  try {
    return await disk.list(target);
  } catch (error) {
    if (errnoOf(error) === undefined) throw error;
    throw new UserError({
      code: 'unreadable',
      message: `cannot read "${target}": ${messageOf(error)}`,
      cause: error,
    });
  }
}

async function magicOf(disk: Disk, target: string): Promise<number> {
  const bytes = new Uint8Array(4);
  const file = await disk.open(target, 'read');
  try {
    await file.read(bytes, 0);
  } finally {
    await file.close();
  }
  return new DataView(bytes.buffer).getUint32(0);
}
