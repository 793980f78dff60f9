import type { Disk, DiskFile } from '../../base/index.js';
import { CheckedSeries } from './checked-series.js';
import { EntryReader, seriesIdBytes } from './entry-reader.js';
import type { FileCursor } from './file-cursor.js';
import { readFully } from './file-window.js';
import type { IndexToc } from './format.js';
import { PostingsTable } from './postings-table.js';
import { checkSum, readSection } from './read-section.js';
import { readToc, readVersion } from './read-toc.js';
import type { SeriesEntry } from './series-entry.js';
import { IndexSymbols } from './symbols.js';

const checksumBytes = 4;
/** Read at once where nothing tells how long the postings are. */
const firstPostingsBytes = 256;
/** So many scanners are kept between walks, with what they hold of the file. */
const mostResting = 2;

/**
 * Opens an index of version 1, 2 or 3 (which is read as 2). Everything behind it is answered without a
 * promise.
 */
export async function openIndex(disk: Disk, file: string): Promise<IndexReader> {
  const handle = await disk.open(file, 'read');
  try {
    return new IndexReader(handle, await handle.sizeBytes());
  } catch (error) {
    await handle.close();
    throw error;
  }
}

/**
 * The index of a block. Symbols and the table of postings are in memory, all else is read when it is asked
 * for.
 */
export class IndexReader {
  readonly path: string;
  readonly version: number;
  readonly sizeBytes: number;
  readonly toc: IndexToc;
  readonly symbols: IndexSymbols;
  readonly table: PostingsTable;
  /** Series that need no checksum any more. */
  readonly checked: CheckedSeries;
  readonly #file: DiskFile;
  readonly #resting: IndexScanner[] = [];

  constructor(file: DiskFile, sizeBytes: number) {
    this.#file = file;
    this.path = file.path;
    this.sizeBytes = sizeBytes;
    this.version = readVersion(file);
    this.toc = readToc(file, sizeBytes);
    this.checked = new CheckedSeries(sizeBytes, this.version);
    this.symbols = new IndexSymbols(readSection(file, this.toc.symbols, sizeBytes), this.version);
    this.table = new PostingsTable(readSection(file, this.toc.postingsTable, sizeBytes), this.version);
  }

  /** The entry of a series begins at its number times this. */
  get seriesIdBytes(): number {
    return seriesIdBytes(this.version);
  }

  /** Fills `into` with the file's bytes from `offset` on, unchecked; answers how many there were. */
  readInto(into: Uint8Array, offset: number): number {
    return readFully(this.#file, into, offset);
  }

  /** A place of its own to read from: cheap, and quick for reads in rising order. */
  scanner(): IndexScanner {
    return this.#resting.pop() ?? new IndexScanner(this, this.#file);
  }

  /** The walk has ended, and nobody looks at what it read: the scanner may serve another one. */
  giveBack(scanner: IndexScanner): void {
    if (this.#resting.length >= mostResting) return;
    scanner.rest();
    this.#resting.push(scanner);
  }

  close(): Promise<void> {
    return this.#file.close();
  }
}

/**
 * Reads series and postings through a piece of the file that moves along. Not shared by two walks at once.
 */
export class IndexScanner {
  readonly #index: IndexReader;
  readonly #entries: EntryReader;

  constructor(index: IndexReader, file: DiskFile) {
    this.#index = index;
    this.#entries = new EntryReader(file, index);
  }

  #at(offset: number, length: number): FileCursor {
    return this.#entries.at(offset, length);
  }

  rest(): void {
    this.#entries.rest();
  }

  /** Reads the labels of the series `id`; its chunks then by `into.readChunks()`. As `entry`. */
  series(id: number, into: SeriesEntry): void {
    const cursor = this.entry(id);
    into.readLabels(cursor, cursor.end);
  }

  /**
   * The entry of the series `id`, from its labels to its end; until something else is read. Its checksum is checked
   * once for all scanners: `CheckedSeries` tells when.
   */
  entry(id: number): FileCursor {
    return this.#entries.entry(id);
  }

  /**
   * Chunks of an entry that was read before: what `SeriesEntry` said of them. Its checksum is not computed
   * again.
   */
  chunks(offset: number, bytes: number, into: SeriesEntry): void {
    const cursor = this.#at(offset, bytes);
    cursor.end = cursor.at + bytes;
    into.readChunksAt(cursor);
  }

  /** The numbers of the series that have the pair, rising; `("", "")` is in all of them. */
  postings(name: string, value: string): Uint32Array {
    const offset = this.#index.table.find(name, value);
    return offset === undefined ? new Uint32Array(0) : this.postingsAt(offset);
  }

  /** How many there are at `offset`, without reading them. */
  postingsCountAt(offset: number): number {
    const cursor = this.#at(offset, 8);
    cursor.skip(4);
    return cursor.u32();
  }

  /** The postings that the table says stand at `offset`. Checks their checksum. */
  postingsAt(offset: number): Uint32Array {
    const first = this.#at(offset, firstPostingsBytes);
    const length = first.u32();
    if (length > this.#index.sizeBytes) first.fail('postings within the file', `${length} bytes`);
    const cursor = this.#at(offset, 4 + length + checksumBytes);
    cursor.skip(4);
    const start = cursor.skip(length);
    checkSum(cursor, start, start + length);
    cursor.at = start;
    const count = cursor.u32();
    if (length !== 4 + 4 * count) cursor.fail(`${4 + 4 * count} bytes of postings`, `${length}`, start);
    return readIds(cursor.bytes, cursor.at, count);
  }
}

function readIds(bytes: Uint8Array, start: number, count: number): Uint32Array {
  const ids = new Uint32Array(count);
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  for (let i = 0; i < count; i++) ids[i] = view.getUint32(start + 4 * i);
  return ids;
}
