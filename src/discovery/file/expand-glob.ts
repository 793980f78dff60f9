import path from 'node:path';
import { type Disk, errnoOf } from '../../base/index.js';

/** The files that a path names whose last element may hold `*`, sorted by name. Missing directories hold none. */
export async function expandGlob(disk: Disk, pattern: string): Promise<string[]> {
  if (!pattern.includes('*')) return (await disk.stat(pattern)) === undefined ? [] : [pattern];
  const directory = path.dirname(pattern);
  const last = path.basename(pattern);
  try {
    const entries = await disk.list(directory);
    return entries
      .filter((entry) => !entry.isDirectory && matchesGlob(last, entry.name))
      .map((entry) => path.join(directory, entry.name));
  } catch (error) {
    if (errnoOf(error) === 'ENOENT' || errnoOf(error) === 'ENOTDIR') return [];
    throw error;
  }
}

/** `*` for any run of characters, `?` for one; in linear time but for the last star, which is retried. */
export function matchesGlob(pattern: string, name: string): boolean {
  let p = 0;
  let n = 0;
  let star = -1;
  let starName = 0;
  while (n < name.length) {
    if (p < pattern.length && (pattern[p] === '?' || (pattern[p] === name[n] && pattern[p] !== '*'))) {
      p++;
      n++;
    } else if (pattern[p] === '*') {
      star = p++;
      starName = n;
    } else if (star >= 0) {
      p = star + 1;
      n = ++starName;
    } else {
      return false;
    }
  }
  while (pattern[p] === '*') p++;
  return p === pattern.length;
}
