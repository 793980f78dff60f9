import type { constants } from 'node:os';
import path from 'node:path';
import { type Disk, type DiskFile, systemDisk } from '../../../src/base/index.js';

const longestName = 255;

function systemError(code: keyof typeof constants.errno, target: string): Error {
  return Object.assign(new Error(`${code}: "${target}"`), { code });
}

/** A file whose bytes may be exchanged. It refuses offsets as Node.js does. */
export class MemoryFile implements DiskFile {
  readonly path: string;
  bytes: Uint8Array = new Uint8Array(0);

  constructor(file: string) {
    this.path = file;
  }

  readSync(into: Uint8Array, offset: number): number {
    if (!Number.isSafeInteger(offset) || offset < 0)
      throw new RangeError(`the value of "position" is out of range: ${offset}`);
    const count = Math.max(0, Math.min(into.length, this.bytes.length - offset));
    if (count > 0) into.set(this.bytes.subarray(offset, offset + count));
    return count;
  }

  async read(into: Uint8Array, offset: number): Promise<number> {
    return this.readSync(into, offset);
  }

  async write(bytes: Uint8Array): Promise<number> {
    return bytes.length;
  }

  async truncate(): Promise<void> {}
  async sync(): Promise<void> {}
  async close(): Promise<void> {}

  async sizeBytes(): Promise<number> {
    return this.bytes.length;
  }
}

/** One directory with the files given, and a place that takes whatever is written below it and keeps the names alone. */
export function memoryDisk(directory: string, files: readonly MemoryFile[], sink?: NameTree): Disk {
  const find = (file: string): MemoryFile => {
    const found = files.find((one) => one.path === file);
    if (found === undefined) throw systemError('ENOENT', file);
    return found;
  };
  const entries = files.map((file) => ({ name: path.basename(file.path), isDirectory: false }));
  return {
    ...systemDisk,
    open: async (file, mode) => (mode === 'create' ? (sink as NameTree).file(file) : find(file)),
    openSync: find,
    readFile: async (file) => find(file).bytes.slice(),
    list: async (target) => {
      if (target !== directory) throw systemError('ENOENT', target);
      return entries;
    },
    stat: async (target) => {
      if (target === directory) return { isDirectory: true, sizeBytes: 0, modifiedMs: 0, inode: 1 };
      const file = files.find((one) => one.path === target);
      return file && { isDirectory: false, sizeBytes: file.bytes.length, modifiedMs: 0, inode: 2 };
    },
    makeDirectory: async (target) => sink?.directory(target),
  };
}

/** Names of files and directories, refused as a file system refuses them. */
export class NameTree {
  readonly #isFile = new Map<string, boolean>();
  readonly #root: string;
  /** Paths that were asked for outside of the root: there must be none. */
  readonly escaped: string[] = [];

  constructor(root: string) {
    this.#root = root;
  }

  clear(): void {
    this.#isFile.clear();
  }

  directory(target: string): void {
    for (const place of this.#steps(target)) {
      if (this.#isFile.get(place) === true) throw systemError('ENOTDIR', target);
      this.#isFile.set(place, false);
    }
  }

  file(target: string): MemoryFile {
    const steps = this.#steps(target);
    steps.pop();
    for (const place of steps) if (this.#isFile.get(place) !== false) throw systemError('ENOENT', target);
    if (this.#isFile.get(target) === false) throw systemError('EISDIR', target);
    this.#isFile.set(target, true);
    return new MemoryFile(target);
  }

  #steps(target: string): string[] {
    if (target !== this.#root && !target.startsWith(`${this.#root}/`)) this.escaped.push(target);
    const steps: string[] = [];
    let place = this.#root;
    for (const name of target.slice(this.#root.length + 1).split('/')) {
      if (name === '') continue;
      if (name.includes('\0') || Buffer.byteLength(name) > longestName)
        throw systemError('ENAMETOOLONG', target);
      place += `/${name}`;
      steps.push(place);
    }
    return steps;
  }
}
