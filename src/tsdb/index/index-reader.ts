import { CorruptionError, type Disk, type DiskFile } from '../../base/index.js';
import { CheckedSeries } from './checked-series.js';
import { FileCursor } from './file-cursor.js';
import { FileWindow, readFully } from './file-window.js';
import { type IndexToc, indexHeaderBytes, indexMagic, seriesAlignBytes, tocBytes } from './format.js';
import { PostingsTable } from './postings-table.js';
import { checkSum, readRange, readSection } from './read-section.js';
import type { SeriesEntry } from './series-entry.js';
import { IndexSymbols } from './symbols.js';

/** Most that a uvarint of a series' length takes. */
const lengthBytes = 5;
const checksumBytes = 4;
/** Read at once where nothing tells how long the postings are. */
const firstPostingsBytes = 256;
const newestVersion = 3;
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

function readToc(file: DiskFile, sizeBytes: number): IndexToc {
  if (sizeBytes < indexHeaderBytes + tocBytes) {
    throw new CorruptionError({
      path: file.path,
      offset: 0,
      expected: `an index of at least ${indexHeaderBytes + tocBytes} bytes`,
      found: `${sizeBytes}`,
    });
  }
  const cursor = readRange(file, sizeBytes - tocBytes, sizeBytes);
  checkSum(cursor, 0, tocBytes - checksumBytes);
  return {
    symbols: cursor.u64(),
    series: cursor.u64(),
    labelIndices: cursor.u64(),
    labelIndicesTable: cursor.u64(),
    postings: cursor.u64(),
    postingsTable: cursor.u64(),
  };
}

function readVersion(file: DiskFile): number {
  const cursor = readRange(file, 0, indexHeaderBytes);
  const magic = cursor.u32();
  if (magic !== indexMagic) {
    cursor.fail(`magic number ${indexMagic.toString(16)}`, magic.toString(16), 0);
  }
  const version = cursor.byte();
  if (version < 1 || version > newestVersion) cursor.fail('an index of version 1, 2 or 3', `${version}`, 4);
  return version;
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
    return this.version === 1 ? 1 : seriesAlignBytes;
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
  readonly #window: FileWindow;
  readonly #cursor: FileCursor;
  readonly #idBytes: number;

  constructor(index: IndexReader, file: DiskFile) {
    this.#index = index;
    this.#window = new FileWindow(file, index.sizeBytes);
    this.#cursor = new FileCursor(index.path);
    this.#idBytes = index.seriesIdBytes;
  }

  #at(offset: number, length: number): FileCursor {
    const cursor = this.#cursor;
    cursor.at = this.#window.ensure(offset, length);
    cursor.bytes = this.#window.bytes;
    cursor.fileOffset = this.#window.start;
    cursor.end = cursor.bytes.length;
    return cursor;
  }

  rest(): void {
    this.#window.rest();
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
    const offset = id * this.#idBytes;
    const cursor = this.#at(offset, lengthBytes);
    const first = cursor.at;
    const length = cursor.uvarint();
    const head = cursor.at - first;
    if (length > this.#index.sizeBytes) cursor.fail('a series within the file', `${length} bytes`);
    if (length + checksumBytes > cursor.end - cursor.at) {
      this.#at(offset, head + length + checksumBytes);
      cursor.skip(head);
    }
    const start = cursor.at;
    const end = cursor.skip(length) + length;
    const { checked } = this.#index;
    if (!checked.has(id)) {
      checkSum(cursor, start, end);
      checked.add(id);
    }
    cursor.at = start;
    cursor.end = end;
    return cursor;
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
    const length = this.#at(offset, firstPostingsBytes).u32();
    if (length > this.#index.sizeBytes) this.#cursor.fail('postings within the file', `${length} bytes`);
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
