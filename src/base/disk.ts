import * as fs from 'node:fs';
import {
  type FileHandle,
  link,
  mkdir,
  open,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  statfs,
  truncate,
} from 'node:fs/promises';
import * as path from 'node:path';
import { compareUtf8 } from './bytes.js';
import { CorruptionError } from './errors.js';

/** Of files that are held in memory whole. */
const largestFileBytes = 2 ** 30;

export interface DirectoryEntry {
  readonly name: string;
  readonly isDirectory: boolean;
}

export interface FileStat {
  readonly sizeBytes: number;
  readonly isDirectory: boolean;
  readonly modifiedMs: number;
  /** Where the system has such numbers. */
  readonly inode?: number;
}

/** An open file. Writes may be short; `writeAll` never is. Every method rejects with the system's error. */
export interface DiskFile {
  readonly path: string;
  /** Reads up to `into.length` bytes at `offset`; resolves to the count read, 0 at the end. */
  read(into: Uint8Array, offset: number): Promise<number>;
  /** The same without a promise, for threads that may block (workers, offline commands). */
  readSync(into: Uint8Array, offset: number): number;
  /** Writes at `offset`; resolves to the count written, which may be less than given. */
  write(bytes: Uint8Array, offset: number): Promise<number>;
  truncate(sizeBytes: number): Promise<void>;
  /** Data and size are on stable storage once this resolves (fdatasync). */
  sync(): Promise<void>;
  sizeBytes(): Promise<number>;
  close(): Promise<void>;
}

export type OpenMode = 'read' | 'write' | 'create';

/**
 * The disk as a port: the system's in production, a seeded fault-injecting one in tests.
 * Paths are the system's. `open` with `create` makes the file or empties it; `write` opens what exists; `read` takes
 * regular files alone, so that a pipe or a device among the files of a database is an error and no endless wait.
 */
export interface Disk {
  open(file: string, mode: OpenMode): Promise<DiskFile>;
  /** Opens for reading without a promise, for threads that may block and learn of a file in the middle of a read. */
  openSync(file: string): DiskFile;
  /** Whatever it is: a pipe's content, too, where a user names one. */
  readFile(file: string): Promise<Uint8Array>;
  /** Undefined when nothing is there. */
  stat(file: string): Promise<FileStat | undefined>;
  /** Sorted by name. */
  list(directory: string): Promise<DirectoryEntry[]>;
  makeDirectory(directory: string): Promise<void>;
  rename(from: string, to: string): Promise<void>;
  /** Gives a file a second name. */
  link(file: string, to: string): Promise<void>;
  truncate(file: string, sizeBytes: number): Promise<void>;
  /** Removes a file or a whole directory; nothing there is no error. */
  remove(target: string): Promise<void>;
  /** Makes the names in a directory durable. */
  syncDirectory(directory: string): Promise<void>;
}

class SystemFile implements DiskFile {
  readonly path: string;
  readonly #handle: FileHandle;

  constructor(file: string, handle: FileHandle) {
    this.path = file;
    this.#handle = handle;
  }

  async read(into: Uint8Array, offset: number): Promise<number> {
    return (await this.#handle.read(into, 0, into.length, offset)).bytesRead;
  }

  readSync(into: Uint8Array, offset: number): number {
    return fs.readSync(this.#handle.fd, into, 0, into.length, offset);
  }

  async write(bytes: Uint8Array, offset: number): Promise<number> {
    return (await this.#handle.write(bytes, 0, bytes.length, offset)).bytesWritten;
  }

  truncate(sizeBytes: number): Promise<void> {
    return this.#handle.truncate(sizeBytes);
  }

  sync(): Promise<void> {
    return this.#handle.datasync();
  }

  async sizeBytes(): Promise<number> {
    return (await this.#handle.stat()).size;
  }

  close(): Promise<void> {
    return this.#handle.close();
  }
}

/** A file that was opened without a promise: only its reads are quick. */
class SystemReadFile implements DiskFile {
  readonly path: string;
  readonly #fd: number;

  constructor(file: string) {
    this.path = file;
    this.#fd = fs.openSync(file, readFlags);
    try {
      refuseIrregular(this.#fd, file);
    } catch (error) {
      fs.closeSync(this.#fd);
      throw error;
    }
  }

  async read(into: Uint8Array, offset: number): Promise<number> {
    return this.readSync(into, offset);
  }

  readSync(into: Uint8Array, offset: number): number {
    return fs.readSync(this.#fd, into, 0, into.length, offset);
  }

  async write(bytes: Uint8Array, offset: number): Promise<number> {
    return fs.writeSync(this.#fd, bytes, 0, bytes.length, offset);
  }

  async truncate(sizeBytes: number): Promise<void> {
    fs.ftruncateSync(this.#fd, sizeBytes);
  }

  async sync(): Promise<void> {
    fs.fdatasyncSync(this.#fd);
  }

  async sizeBytes(): Promise<number> {
    return fs.fstatSync(this.#fd).size;
  }

  async close(): Promise<void> {
    fs.closeSync(this.#fd);
  }
}

/** Opening a pipe would wait for a writer. */
const readFlags = fs.constants.O_RDONLY | (fs.constants.O_NONBLOCK ?? 0);
const openFlags: Record<OpenMode, string | number> = { read: readFlags, write: 'r+', create: 'w+' };

/** Throws a system's error for a directory, a pipe, a socket or a device. */
function refuseIrregular(fd: number, file: string): void {
  const found = fs.fstatSync(fd);
  if (found.isFile()) return;
  const [code, what] = found.isDirectory()
    ? ['EISDIR', 'illegal operation on a directory']
    : ['EINVAL', 'no regular file but a pipe, socket or device'];
  throw Object.assign(new Error(`${code}: ${what}, open '${file}'`), { code, syscall: 'open', path: file });
}

export const systemDisk: Disk = {
  async open(file, mode) {
    const handle = await open(file, openFlags[mode], 0o644);
    try {
      if (mode === 'read') refuseIrregular(handle.fd, file);
    } catch (error) {
      await handle.close();
      throw error;
    }
    return new SystemFile(file, handle);
  },
  openSync: (file) => new SystemReadFile(file),
  readFile: (file) => readFile(file),
  async stat(file) {
    try {
      const found = await stat(file);
      return {
        sizeBytes: found.size,
        isDirectory: found.isDirectory(),
        modifiedMs: found.mtimeMs,
        inode: found.ino,
      };
    } catch (error) {
      if (
        error instanceof Error &&
        'code' in error &&
        (error.code === 'ENOENT' || error.code === 'ENOTDIR')
      ) {
        return undefined;
      }
      throw error;
    }
  },
  async list(directory) {
    const entries = await readdir(directory, { withFileTypes: true });
    return entries
      .map((entry) => ({ name: entry.name, isDirectory: entry.isDirectory() }))
      .sort((a, b) => compareUtf8(a.name, b.name));
  },
  async makeDirectory(directory) {
    await mkdir(directory, { recursive: true, mode: 0o755 });
  },
  rename: (from, to) => rename(from, to),
  link: (file, to) => link(file, to),
  truncate: (file, sizeBytes) => truncate(file, sizeBytes),
  remove: (target) => rm(target, { recursive: true, force: true }),
  async syncDirectory(directory) {
    const handle = await open(directory, 'r');
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  },
};

/** All of a regular file. Rejects with the system's error, and with `CorruptionError` where it has more than `mostBytes`. */
export async function readRegularFile(
  disk: Disk,
  file: string,
  mostBytes = largestFileBytes,
): Promise<Uint8Array> {
  const opened = await disk.open(file, 'read');
  try {
    const sizeBytes = await opened.sizeBytes();
    if (sizeBytes > mostBytes)
      throw new CorruptionError({
        path: file,
        offset: 0,
        expected: `at most ${mostBytes} bytes`,
        found: `${sizeBytes}`,
      });
    const bytes = new Uint8Array(sizeBytes);
    let done = 0;
    while (done < sizeBytes) {
      const count = await opened.read(bytes.subarray(done), done);
      if (count === 0) break;
      done += count;
    }
    return bytes.subarray(0, done);
  } finally {
    await opened.close();
  }
}

/** Of all files below a directory; what is not there, or goes meanwhile, or may not be looked at counts nothing. */
export async function directorySizeBytes(disk: Disk, directory: string): Promise<number> {
  let sum = 0;
  for (const { name, isDirectory } of await disk.list(directory).catch(() => [])) {
    const target = path.join(directory, name);
    if (isDirectory) sum += await directorySizeBytes(disk, target);
    else sum += (await disk.stat(target).catch(() => undefined))?.sizeBytes ?? 0;
  }
  return sum;
}

/** Writes all of `bytes` at `offset`, in as many writes as it takes. */
export async function writeAll(file: DiskFile, bytes: Uint8Array, offset: number): Promise<void> {
  let done = 0;
  while (done < bytes.length) done += await file.write(bytes.subarray(done), offset + done);
}

/** The one way to put a whole file in place: write beside it, sync, rename, sync the directory. */
export async function writeFileDurably(disk: Disk, file: string, bytes: Uint8Array): Promise<void> {
  const temporary = `${file}.tmp`;
  const handle = await disk.open(temporary, 'create');
  try {
    await writeAll(handle, bytes, 0);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await disk.rename(temporary, file);
  await disk.syncDirectory(path.dirname(file));
}

export interface DiskSpace {
  readonly sizeBytes: number;
  readonly freeBytes: number;
  /** Free to a user without privileges. */
  readonly availableBytes: number;
  readonly fileCount: number;
  readonly freeFileCount: number;
}

/** Room on the file system that holds `target`; rejects with the system's error. */
export async function diskSpace(target: string): Promise<DiskSpace> {
  const found = await statfs(target);
  return {
    sizeBytes: found.blocks * found.bsize,
    freeBytes: found.bfree * found.bsize,
    availableBytes: found.bavail * found.bsize,
    fileCount: found.files,
    freeFileCount: found.ffree,
  };
}

/** Small files of the system's own (/proc), read at once where a callback can not wait; undefined where there is none. */
export interface SystemFiles {
  readText(file: string): string | undefined;
  entryCount(directory: string): number | undefined;
}

export const systemFiles: SystemFiles = {
  readText: (file) => orUndefined(() => fs.readFileSync(file, 'utf8')),
  entryCount: (directory) => orUndefined(() => fs.readdirSync(directory).length),
};

function orUndefined<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
