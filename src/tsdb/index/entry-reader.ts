import type { DiskFile } from '../../base/index.js';
import type { CheckedSeries } from './checked-series.js';
import { FileCursor } from './file-cursor.js';
import { FileWindow } from './file-window.js';
import { seriesAlignBytes } from './format.js';
import { checkSum } from './read-section.js';

/** Most that a uvarint of a series' length takes. */
const lengthBytes = 5;
const checksumBytes = 4;

/** The entry of a series begins at its number times this. */
export function seriesIdBytes(version: number): number {
  return version === 1 ? 1 : seriesAlignBytes;
}

/** Reads an index through a piece of the file that moves along. */
export class EntryReader {
  readonly #sizeBytes: number;
  readonly #checked: CheckedSeries;
  readonly #idBytes: number;
  readonly #window: FileWindow;
  readonly #cursor: FileCursor;

  constructor(
    file: DiskFile,
    index: { readonly sizeBytes: number; readonly version: number; readonly checked: CheckedSeries },
  ) {
    this.#sizeBytes = index.sizeBytes;
    this.#checked = index.checked;
    this.#idBytes = seriesIdBytes(index.version);
    this.#window = new FileWindow(file, index.sizeBytes);
    this.#cursor = new FileCursor(file.path);
  }

  /** At the byte `offset`, with `length` bytes behind it in memory, or as many as there are. */
  at(offset: number, length: number): FileCursor {
    const cursor = this.#cursor;
    cursor.at = this.#window.ensure(offset, length);
    cursor.bytes = this.#window.bytes;
    cursor.fileOffset = this.#window.start;
    cursor.end = cursor.bytes.length;
    return cursor;
  }

  /** As `FileWindow.rest`. */
  rest(): void {
    this.#window.rest();
  }

  /**
   * The entry of the series `id`, from its labels to its end; until something else is read. Its checksum is checked
   * once for all readers: `CheckedSeries` tells when.
   */
  entry(id: number): FileCursor {
    const offset = id * this.#idBytes;
    const cursor = this.at(offset, lengthBytes);
    const first = cursor.at;
    const length = cursor.uvarint();
    const head = cursor.at - first;
    if (length > this.#sizeBytes) cursor.fail('a series within the file', `${length} bytes`);
    if (length + checksumBytes > cursor.end - cursor.at) {
      this.at(offset, head + length + checksumBytes);
      cursor.skip(head);
    }
    const start = cursor.at;
    const end = cursor.skip(length) + length;
    const checked = this.#checked;
    if (!checked.has(id)) {
      checkSum(cursor, start, end);
      checked.add(id);
    }
    cursor.at = start;
    cursor.end = end;
    return cursor;
  }
}
