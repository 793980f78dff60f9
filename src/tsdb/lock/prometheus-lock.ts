import * as path from 'node:path';
import { type Disk, decodeUtf8 } from '../../base/index.js';

/** A write lock of flock on the inode, as /proc/locks lists it. Returns the holder's process id. */
export function flockHolder(procLocks: string, inode: number): number | undefined {
  for (const line of procLocks.split('\n')) {
    // "1: FLOCK  ADVISORY  WRITE 4711 08:01:131077 0 EOF"; a waiting process has "->" behind the number.
    const fields = line.trim().split(/\s+/);
    const [, type, , access, pid, file] = fields;
    if (type !== 'FLOCK' || access !== 'WRITE' || file === undefined) continue;
    if (file.slice(file.lastIndexOf(':') + 1) === String(inode)) return Number(pid);
  }
  return undefined;
}

/**
 * The process id of a Prometheus that holds its lock on the data directory. Linux alone can tell; elsewhere, and where
 * /proc is not to be read, the answer is undefined.
 */
export async function prometheusHolding(disk: Disk, directory: string): Promise<number | undefined> {
  const found = await disk.stat(path.join(directory, 'lock'));
  if (found?.inode === undefined) return undefined;
  let text: string;
  try {
    text = decodeUtf8(await disk.readFile('/proc/locks'));
  } catch {
    return undefined;
  }
  return flockHolder(text, found.inode);
}
