import { readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { type DirectoryEntry, type Disk, type DiskFile, systemDisk } from '../../../src/base/index.js';

/** A directory read into memory, whose bytes a test may change in place. It can be read and no more. */
export class MemoryDisk {
  readonly files = new Map<string, Uint8Array>();
  readonly directories = new Map<string, DirectoryEntry[]>();

  /** Files above `mostBytes` are left out. */
  load(directory: string): this {
    const entries = readdirSync(directory)
      .sort()
      .map((name) => ({ name, isDirectory: statSync(path.join(directory, name)).isDirectory() }));
    this.directories.set(path.resolve(directory), entries);
    for (const { name, isDirectory } of entries) {
      const target = path.resolve(directory, name);
      if (isDirectory) this.load(target);
      else this.files.set(target, new Uint8Array(readFileSync(target)));
    }
    return this;
  }

  get disk(): Disk {
    const open = (file: string): DiskFile => {
      const bytes = this.files.get(path.resolve(file));
      if (bytes === undefined) throw missing(file);
      return memoryFile(file, bytes);
    };
    return {
      ...systemDisk,
      open: async (file) => open(file),
      openSync: open,
      readFile: async (file) => {
        const bytes = this.files.get(path.resolve(file));
        if (bytes === undefined) throw missing(file);
        return bytes.slice();
      },
      stat: async (file) => {
        const bytes = this.files.get(path.resolve(file));
        if (bytes !== undefined) return { sizeBytes: bytes.length, isDirectory: false, modifiedMs: 0 };
        const isDirectory = this.directories.has(path.resolve(file));
        return isDirectory ? { sizeBytes: 0, isDirectory, modifiedMs: 0 } : undefined;
      },
      list: async (directory) => {
        const entries = this.directories.get(path.resolve(directory));
        if (entries === undefined) throw missing(directory);
        return entries;
      },
    };
  }
}

function missing(file: string): Error {
  return Object.assign(new Error(`ENOENT: no such file or directory, open '${file}'`), { code: 'ENOENT' });
}

function memoryFile(file: string, bytes: Uint8Array): DiskFile {
  const readSync = (into: Uint8Array, offset: number): number => {
    const count = Math.max(0, Math.min(into.length, bytes.length - offset));
    into.set(bytes.subarray(offset, offset + count));
    return count;
  };
  const refuse = (): never => {
    throw new Error(`"${file}" is only read`);
  };
  return {
    path: file,
    readSync,
    read: async (into, offset) => readSync(into, offset),
    write: refuse,
    truncate: refuse,
    sync: refuse,
    sizeBytes: async () => bytes.length,
    close: async () => {},
  };
}
