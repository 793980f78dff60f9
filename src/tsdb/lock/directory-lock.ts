import { createConnection, createServer, type Server } from 'node:net';
import { platform } from 'node:os';
import { type Disk, errnoOf, messageOf, type Random, UserError } from '../../base/index.js';
import { prometheusHolding } from './prometheus-lock.js';
import { abstractAddress, lockAddress, type SocketAddress, shortestPath } from './socket-address.js';

export interface LockEvents {
  log(level: 'warn', message: string, fields: Readonly<Record<string, unknown>>): void;
}

export interface DirectoryLock {
  /** False when the socket of a process that is gone stood in the way. */
  readonly clean: boolean;
  release(): Promise<void>;
}

interface LockOptions {
  readonly disk: Disk;
  readonly directory: string;
  readonly random: Random;
  readonly events?: LockEvents;
}

const maxAttempts = 5;

/**
 * Takes the data directory for this process. Whoever holds it listens on a socket there; a socket that accepts no
 * connection is of a process that is gone and is replaced. Rejects with `UserError` (upstream's text) when another
 * tsprom or, on Linux, a Prometheus holds it. A Prometheus that starts later does not see the socket.
 */
export async function lockDirectory(options: LockOptions): Promise<DirectoryLock> {
  const { disk, directory } = options;
  const pid = await prometheusHolding(disk, directory);
  if (pid !== undefined) throw lockedError(directory, `Prometheus (process ${pid})`);
  const address = lockAddress(directory, platform());
  // Replacing the file of a process that is gone takes several steps, and two could be at it at once: where the system
  // has names that go with their process, only the holder of such a name comes so far.
  const turn = address.file === undefined ? undefined : abstractAddress(directory, platform());
  const turnServer = turn && (await listen(turn));
  if (turn && !turnServer) throw lockedError(directory, 'another tsprom');
  try {
    return await lockSocket(options, address, turnServer);
  } catch (error) {
    turnServer?.close();
    throw error;
  }
}

async function lockSocket(
  options: LockOptions,
  address: SocketAddress,
  turnServer: Server | undefined,
): Promise<DirectoryLock> {
  const { disk, directory } = options;
  let clean = true;
  for (let attempt = 0; attempt < maxAttempts; attempt++) {
    const server = await listen(address);
    if (server !== undefined) return held(server, { clean, address, disk, turnServer });
    if (address.file === undefined || (await accepts(address.listen))) break;
    clean = false;
    if (!(await removeStale(address.file, options))) break;
  }
  throw lockedError(directory, 'another tsprom');
}

function lockedError(directory: string, holder: string): UserError {
  return new UserError({
    code: 'directory-locked',
    message: 'lock DB directory: resource temporarily unavailable',
    suggestions: [
      `The data directory "${directory}" is in use by ${holder}: stop it, or use another directory.`,
    ],
  });
}

/** Undefined when the address is taken. */
function listen(address: SocketAddress): Promise<Server | undefined> {
  return new Promise((resolve, reject) => {
    const server = createServer((connection) => connection.end());
    server.once('error', (error) => {
      if (errnoOf(error) === 'EADDRINUSE') resolve(undefined);
      else reject(lockFailed(address, error));
    });
    server.listen(address.listen, () => {
      server.unref();
      resolve(server);
    });
  });
}

function lockFailed(address: SocketAddress, error: unknown): UserError {
  return new UserError({
    code: 'lock-failed',
    message: `lock DB directory: ${messageOf(error)}`,
    suggestions: [`Check that "${address.file ?? 'the data directory'}" can be made.`],
    cause: error,
  });
}

/** Whether a process listens there. A refusal that is not plainly "nobody" counts as one. */
function accepts(address: string): Promise<boolean> {
  return new Promise((resolve) => {
    const connection = createConnection(address);
    connection.once('connect', () => {
      connection.destroy();
      resolve(true);
    });
    connection.once('error', (error) => {
      const errno = errnoOf(error);
      resolve(errno !== 'ECONNREFUSED' && errno !== 'ENOENT');
    });
  });
}

/**
 * Moves the socket away before it is removed, and asks it once more there: another process may have put a live one in
 * its place meanwhile. False when it had; then it is put back.
 */
async function removeStale(file: string, { disk, random, events }: LockOptions): Promise<boolean> {
  const aside = `${file}.${random.uint32().toString(16)}`;
  try {
    await disk.rename(file, aside);
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return true;
    throw error;
  }
  if (await accepts(shortestPath(aside))) {
    await disk.rename(aside, file);
    return false;
  }
  await disk.remove(aside);
  events?.log('warn', 'A lock from a previous execution already existed. It was replaced', { file });
  return true;
}

function held(
  server: Server,
  holding: { clean: boolean; address: SocketAddress; disk: Disk; turnServer: Server | undefined },
): DirectoryLock {
  const { clean, address, disk, turnServer } = holding;
  let released: Promise<void> | undefined;
  const release = async (): Promise<void> => {
    await new Promise<void>((resolve) => server.close(() => resolve()));
    if (address.file !== undefined) await disk.remove(address.file);
    turnServer?.close();
  };
  return {
    clean,
    release: () => {
      released ??= release();
      return released;
    },
  };
}
