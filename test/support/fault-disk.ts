/**
 * A disk in memory that fails on demand and loses power. Each file has what readers see and what stands on stable
 * storage; `crash` answers the disk as the next start finds it, and kills every handle of this one.
 */
import * as path from 'node:path';
import type { DirectoryEntry, Disk, DiskFile, FileStat, OpenMode, Random } from '../../src/base/index.js';
import { FileContent } from './fault-content.js';

export type DiskOperation =
  | 'write'
  | 'sync'
  | 'truncate'
  | 'create'
  | 'syncDirectory'
  | 'rename'
  | 'remove'
  | 'makeDirectory';

/** How often each kind of call fails, from 0 to 1. */
export type FaultRates = Partial<Record<DiskOperation | 'shortWrite', number>>;

/** One call, counted from 0 over all that change the disk: it fails, or nothing after it is done. */
export interface Interruption {
  readonly at: number;
  readonly how: 'fails' | 'noSpace' | 'dies';
}

function systemError(code: string, target: string): Error {
  return Object.assign(new Error(`${code}: injected, "${target}"`), { code });
}

export class FaultDisk implements Disk {
  readonly random: Random;
  /** How often each fault has come, in this disk and those before it. */
  readonly fired: Map<string, number>;
  rates: FaultRates = {};
  interruption: Interruption | undefined;
  /** Calls that changed the disk, or tried to. */
  operations = 0;
  /** Bytes that fit; writes beyond fail with ENOSPC, after what still fits. */
  capacityBytes = Number.POSITIVE_INFINITY;
  #dead = false;
  readonly #directories = new Set<string>(['/']);
  readonly #files = new Map<string, FileContent>();
  readonly #durableFiles = new Map<string, FileContent>();
  /** Of directories, and not durable. */
  #directoryMoves: { readonly from: string; readonly to: string }[] = [];

  constructor(random: Random, fired = new Map<string, number>()) {
    this.random = random;
    this.fired = fired;
  }

  get isDead(): boolean {
    return this.#dead;
  }

  #count(fault: string): void {
    this.fired.set(fault, (this.fired.get(fault) ?? 0) + 1);
  }

  /** The disk after power loss. Names not synced may be there or not; this disk answers every call with EIO. */
  crash(): FaultDisk {
    this.#dead = true;
    this.#count('power loss');
    return this.afterPowerLoss();
  }

  /** The same, while this disk goes on. */
  afterPowerLoss(): FaultDisk {
    const next = new FaultDisk(this.random, this.fired);
    for (const directory of this.#directories) next.#directories.add(directory);
    const survives = (name: string): FileContent | undefined => {
      const visible = this.#files.get(name);
      const durable = this.#durableFiles.get(name);
      if (visible === durable) return visible;
      this.#count('name in doubt');
      return this.random.float() < 0.5 ? visible : durable;
    };
    for (const name of new Set([...this.#files.keys(), ...this.#durableFiles.keys()])) {
      const content = survives(name);
      if (content === undefined) continue;
      if (content.isUnsynced) this.#count('file not synced');
      next.#put(name, new FileContent(content.survivor(this.random)));
    }
    for (const { from, to } of this.#directoryMoves.toReversed()) {
      if (this.random.float() < 0.5) continue;
      this.#count('rename undone');
      next.#renameDirectory(to, from);
    }
    next.#directoryMoves = [];
    return next;
  }

  /** The same bytes without loss or faults, as a process that was killed leaves them. */
  kill(): FaultDisk {
    this.#dead = true;
    this.#count('process killed');
    const next = new FaultDisk(this.random, this.fired);
    for (const directory of this.#directories) next.#directories.add(directory);
    for (const [name, content] of this.#files) next.#put(name, new FileContent(content.visible.slice()));
    return next;
  }

  /** With the directories above, whose removal may not have lasted either. */
  #put(name: string, content: FileContent): void {
    this.#files.set(name, content);
    this.#durableFiles.set(name, content);
    for (let above = path.dirname(name); above !== '/'; above = path.dirname(above))
      this.#directories.add(above);
  }

  /** Turns the bits of one byte. */
  flip(file: string, offset: number, mask = 0xff): void {
    this.#count('bits flipped');
    const { bytes, durable } = this.#content(file);
    bytes[offset] = (bytes[offset] as number) ^ mask;
    if (offset < durable.length) durable[offset] = bytes[offset] as number;
  }

  sizeOf(file: string): number {
    return this.#content(file).size;
  }

  fileNames(): string[] {
    return [...this.#files.keys()].sort();
  }

  #usedBytes(): number {
    let used = 0;
    for (const { size } of this.#files.values()) used += size;
    return used;
  }

  #check(operation: DiskOperation | undefined, target: string): void {
    if (this.#dead) throw systemError('EIO', target);
    if (operation === undefined) return;
    this.#interrupt(target);
    if (this.random.float() < (this.rates[operation] ?? 0)) {
      this.#count(`${operation} failed`);
      throw systemError('EIO', target);
    }
  }

  #interrupt(target: string): void {
    const { interruption } = this;
    if (this.operations++ !== interruption?.at) return;
    this.#count(`call ${interruption.how}`);
    if (interruption.how === 'dies') this.#dead = true;
    throw systemError(interruption.how === 'noSpace' ? 'ENOSPC' : 'EIO', target);
  }

  #content(file: string): FileContent {
    const content = this.#files.get(path.resolve(file));
    if (content === undefined) throw systemError('ENOENT', file);
    return content;
  }

  async open(file: string, mode: OpenMode): Promise<DiskFile> {
    const name = path.resolve(file);
    this.#check(mode === 'create' ? 'create' : undefined, file);
    if (mode === 'create') {
      if (this.#usedBytes() >= this.capacityBytes) this.#noSpace(file);
      const existing = this.#files.get(name);
      if (existing === undefined) this.#files.set(name, new FileContent());
      else existing.truncate(0);
    }
    return this.#handle(file, this.#content(file));
  }

  openSync(file: string): DiskFile {
    this.#check(undefined, file);
    return this.#handle(file, this.#content(file));
  }

  #handle(file: string, content: FileContent): DiskFile {
    const readSync = (into: Uint8Array, offset: number): number => {
      this.#check(undefined, file);
      const part = content.visible.subarray(offset, offset + into.length);
      into.set(part);
      return part.length;
    };
    return {
      path: file,
      readSync,
      read: async (into, offset) => readSync(into, offset),
      write: async (bytes, offset) => this.#write({ file, content, bytes, offset }),
      truncate: async (sizeBytes) => {
        this.#check('truncate', file);
        // What is cut off may have reached the disk by itself before, and the cut is not there before a sync.
        if (sizeBytes < content.size && this.random.float() < 0.5) content.writeBack(this.random);
        content.truncate(sizeBytes);
      },
      sync: async () => {
        try {
          this.#check('sync', file);
        } catch (error) {
          // The kernel may drop what it could not write and call it clean.
          if (!this.#dead && this.random.float() < 0.5) this.#dropUnsynced(content);
          throw error;
        }
        content.sync();
      },
      sizeBytes: async () => content.size,
      close: async () => undefined,
    };
  }

  #noSpace(file: string): never {
    this.#count('no space');
    throw systemError('ENOSPC', file);
  }

  #dropUnsynced(content: FileContent): void {
    this.#count('unsynced bytes dropped');
    const size = content.size;
    content.bytes.set(content.survivor(this.random).subarray(0, size));
  }

  #write(write: { file: string; content: FileContent; bytes: Uint8Array; offset: number }): number {
    const { file, content, bytes, offset } = write;
    const free = this.capacityBytes - this.#usedBytes() + Math.max(0, content.size - offset);
    if (bytes.length > free) {
      if (free <= 0) this.#noSpace(file);
      content.write(bytes.subarray(0, free), offset);
      return free;
    }
    const wasDead = this.#dead;
    try {
      this.#check('write', file);
    } catch (error) {
      const kept = Math.floor(this.random.float() * bytes.length);
      if (!wasDead) content.write(bytes.subarray(0, kept), offset);
      throw error;
    }
    let count = bytes.length;
    if (count > 1 && this.random.float() < (this.rates.shortWrite ?? 0)) {
      count = 1 + Math.floor(this.random.float() * (count - 1));
      this.#count('short write');
    }
    content.write(bytes.subarray(0, count), offset);
    return count;
  }

  async readFile(file: string): Promise<Uint8Array> {
    this.#check(undefined, file);
    return this.#content(file).visible.slice();
  }

  async stat(file: string): Promise<FileStat | undefined> {
    this.#check(undefined, file);
    const name = path.resolve(file);
    if (this.#directories.has(name)) return { sizeBytes: 0, isDirectory: true, modifiedMs: 0 };
    const content = this.#files.get(name);
    return content === undefined ? undefined : { sizeBytes: content.size, isDirectory: false, modifiedMs: 0 };
  }

  async list(directory: string): Promise<DirectoryEntry[]> {
    this.#check(undefined, directory);
    const parent = path.resolve(directory);
    if (!this.#directories.has(parent)) throw systemError('ENOENT', directory);
    const entries: DirectoryEntry[] = [];
    for (const name of this.#files.keys()) {
      if (path.dirname(name) === parent) entries.push({ name: path.basename(name), isDirectory: false });
    }
    for (const name of this.#directories) {
      if (name !== '/' && path.dirname(name) === parent) {
        entries.push({ name: path.basename(name), isDirectory: true });
      }
    }
    return entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  /** Directories are durable at once: what is lost of them is lost with their files' names. */
  async makeDirectory(directory: string): Promise<void> {
    this.#check('makeDirectory', directory);
    for (let name = path.resolve(directory); name !== '/'; name = path.dirname(name)) {
      this.#directories.add(name);
    }
  }

  async rename(from: string, to: string): Promise<void> {
    this.#check('rename', from);
    if (this.#directories.has(path.resolve(from))) {
      this.#renameDirectory(path.resolve(from), path.resolve(to));
      return;
    }
    const content = this.#content(from);
    this.#files.delete(path.resolve(from));
    this.#files.set(path.resolve(to), content);
  }

  async link(file: string, to: string): Promise<void> {
    this.#check('create', to);
    this.#files.set(path.resolve(to), this.#content(file));
  }

  /** All that is inside comes along at once; a crash before the directory above is synced may undo it. */
  #renameDirectory(from: string, to: string): void {
    for (const names of [this.#files, this.#durableFiles]) moveNames(names, from, to);
    for (const name of [...this.#directories]) {
      if (name !== from && !name.startsWith(`${from}/`)) continue;
      this.#directories.delete(name);
      this.#directories.add(to + name.slice(from.length));
    }
    this.#directoryMoves.push({ from, to });
  }

  async truncate(file: string, sizeBytes: number): Promise<void> {
    this.#check('truncate', file);
    this.#content(file).truncate(sizeBytes);
  }

  async remove(target: string): Promise<void> {
    this.#check('remove', target);
    const name = path.resolve(target);
    for (const file of [...this.#files.keys()]) {
      if (file === name || file.startsWith(`${name}/`)) this.#files.delete(file);
    }
    for (const directory of [...this.#directories]) {
      if (directory === name || directory.startsWith(`${name}/`)) this.#directories.delete(directory);
    }
  }

  async syncDirectory(directory: string): Promise<void> {
    this.#check('syncDirectory', directory);
    const parent = path.resolve(directory);
    this.#directoryMoves = this.#directoryMoves.filter(({ to }) => path.dirname(to) !== parent);
    for (const name of new Set([...this.#files.keys(), ...this.#durableFiles.keys()])) {
      if (path.dirname(name) !== parent) continue;
      const content = this.#files.get(name);
      if (content === undefined) this.#durableFiles.delete(name);
      else this.#durableFiles.set(name, content);
    }
  }
}

function moveNames(names: Map<string, FileContent>, from: string, to: string): void {
  for (const [name, content] of [...names]) {
    if (!name.startsWith(`${from}/`)) continue;
    names.delete(name);
    names.set(to + name.slice(from.length), content);
  }
}
