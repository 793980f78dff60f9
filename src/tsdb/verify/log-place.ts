import * as path from 'node:path';
import { type Disk, UserError } from '../../base/index.js';
import { type TargetKind, targetKindOf } from './target-kind.js';

const logKinds: ReadonlySet<TargetKind> = new Set(['wal', 'wbl', 'checkpoint']);

/** The directory of the log at a path: itself, or the log of a data directory. Throws `UserError`. */
export async function logDirectoryOf(disk: Disk, target: string): Promise<string> {
  const kind = await targetKindOf(disk, target);
  if (logKinds.has(kind)) return target;
  const log = path.join(target, 'wal');
  if (kind === 'data' && (await disk.stat(log)) !== undefined) return log;
  throw new UserError({
    code: 'no-wal',
    message: `"${target}" is no write-ahead log`,
    suggestions: ['Give a data directory, or its wal, wbl or checkpoint.'],
  });
}
