import { createHash } from 'node:crypto';
import * as path from 'node:path';
import { UserError } from '../../base/index.js';

export const socketFileName = 'lock.sock';

/** A socket's path is at most 107 bytes on Linux and 103 on macOS, its closing zero not counted. */
const maxPathBytes = { linux: 107, other: 103 } as const;

export interface SocketAddress {
  /** What to listen on and connect to. */
  readonly listen: string;
  /** The socket's file, or undefined for an abstract name that no file stands for. */
  readonly file: string | undefined;
}

/**
 * Where the directory's lock listens: a file in it, named from here or from the root, whichever is shorter. Where both
 * are too long, Linux offers names outside the file system, made from the directory's path.
 */
export function lockAddress(directory: string, platform: string): SocketAddress {
  const absolute = path.resolve(directory, socketFileName);
  const listen = shortestPath(absolute);
  const limit = platform === 'linux' ? maxPathBytes.linux : maxPathBytes.other;
  if (Buffer.byteLength(listen) <= limit) return { listen, file: absolute };
  const abstract = abstractAddress(directory, platform);
  if (abstract) return abstract;
  throw new UserError({
    code: 'path-too-long',
    message: `lock DB directory: the path "${absolute}" is too long for a socket`,
    suggestions: ['Start tsprom in the data directory, or use a data directory with a shorter path.'],
  });
}

/** A name that no file stands for and that goes with its process, made from the directory's path; Linux alone has them. */
export function abstractAddress(directory: string, platform: string): SocketAddress | undefined {
  if (platform !== 'linux') return undefined;
  const digest = createHash('sha256').update(path.resolve(directory)).digest('hex');
  return { listen: `\0tsprom-lock-${digest.slice(0, 32)}`, file: undefined };
}

/** From the current directory or from the root, whichever is shorter. */
export function shortestPath(absolute: string): string {
  const relative = path.relative('', absolute);
  return Buffer.byteLength(relative) < Buffer.byteLength(absolute) ? relative : absolute;
}
