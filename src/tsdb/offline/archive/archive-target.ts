import * as path from 'node:path';
import { type Disk, type DiskFile, errnoOf, UserError, writeAll } from '../../../base/index.js';

const maxFiles = 1_000_000;
/** How a system refuses a name: too long, or a file where a directory is wanted and the other way round. */
const nameRefusals = new Set(['ENAMETOOLONG', 'ENOTDIR', 'EISDIR', 'EEXIST', 'EINVAL', 'EILSEQ']);

/** The directory into which an archive is unpacked, with its bounds. */
export class ArchiveTarget {
  /** What errors name. */
  readonly archive: string;
  readonly #disk: Disk;
  readonly #into: string;
  readonly #maxBytes: number;
  #bytes = 0;
  #files = 0;
  #open: DiskFile | undefined;
  #offset = 0;

  constructor(options: { disk: Disk; archive: string; into: string; maxBytes: number }) {
    this.archive = options.archive;
    this.#disk = options.disk;
    this.#into = options.into;
    this.#maxBytes = options.maxBytes;
  }

  fail(message: string, suggestion = 'Unpack it yourself and name the directory.'): never {
    throw new UserError({
      code: 'bad-archive',
      message: `the archive "${this.archive}" ${message}`,
      suggestions: [suggestion],
    });
  }

  /** What is below the directory; throws `UserError` for a name that leads out of it. */
  #placeOf(name: string): string {
    const parts = name.split('/').filter((part) => part !== '' && part !== '.');
    const isSafe = !name.startsWith('/') && parts.every((part) => part !== '..' && !/[\0\\:]/.test(part));
    if (!isSafe || parts.length === 0)
      this.fail(`holds the name ${JSON.stringify(name)}, which leads out of it`);
    return path.join(this.#into, ...parts);
  }

  async makeDirectory(name: string): Promise<void> {
    if (/^(\.?\/)*\.?$/.test(name)) return;
    this.#count();
    const place = this.#placeOf(name);
    await this.#named(name, () => this.#disk.makeDirectory(place));
  }

  /** The system's no to a name is the archive's fault. */
  async #named<T>(name: string, make: () => Promise<T>): Promise<T> {
    try {
      return await make();
    } catch (error) {
      const code = errnoOf(error);
      if (code === undefined || !nameRefusals.has(code)) throw error;
      return this.fail(`holds the name ${JSON.stringify(name)}, which the disk does not take: ${code}`);
    }
  }

  /** Begins a file; the one before is ended. */
  async begin(name: string, sizeBytes: number): Promise<void> {
    await this.end();
    this.#count();
    if (this.#bytes + sizeBytes > this.#maxBytes) this.#failTooLarge();
    const place = this.#placeOf(name);
    this.#open = await this.#named(name, async () => {
      await this.#disk.makeDirectory(path.dirname(place));
      return this.#disk.open(place, 'create');
    });
    this.#offset = 0;
  }

  #count(): void {
    this.#files++;
    if (this.#files > maxFiles) this.fail(`holds more than ${maxFiles} files`);
  }

  #failTooLarge(): never {
    this.fail(`holds more than ${this.#maxBytes} bytes`);
  }

  async write(bytes: Uint8Array): Promise<void> {
    this.#bytes += bytes.length;
    if (this.#bytes > this.#maxBytes) this.#failTooLarge();
    if (this.#open === undefined) return;
    await writeAll(this.#open, bytes, this.#offset);
    this.#offset += bytes.length;
  }

  async end(): Promise<void> {
    const open = this.#open;
    this.#open = undefined;
    await open?.close();
  }

  close(): Promise<void> {
    return this.end();
  }
}
