import { dropChunk, findChunk, pushChunk } from './closed-chunks.js';
import { chunk, chunkRecordBytes, cold } from './layout.js';
import type { HeadWriter } from './writer.js';

/** Chunks written outside the head's memory, copied there: each shown by one commit and hidden by a later one. */
export class ShownCopies {
  readonly #writer: HeadWriter;
  /** Rows with a chunk that a commit hid, oldest first. */
  #hidden: { readonly row: number; readonly commit: number }[] = [];

  constructor(writer: HeadWriter) {
    this.#writer = writer;
  }

  /** The copy's address, 0 where memory is used up. */
  add(
    row: number,
    bytes: Uint8Array,
    record: {
      mintMs: number;
      maxtMs: number;
      encoding: number;
      samples: number;
      flags: number;
      commit: number;
    },
  ): number {
    const writer = this.#writer;
    const at = writer.alloc(bytes.length);
    if (at === 0) return 0;
    writer.views.bytes.set(bytes, at);
    if (pushChunk(writer, { row, ...record }, at, bytes.length)) return at;
    writer.free(at, bytes.length);
    return 0;
  }

  hide(row: number, at: number, commit: number): void {
    const writer = this.#writer;
    const record = at === 0 ? undefined : findChunk(writer, row, at);
    if (record !== undefined) this.hideRecord(row, record, commit);
  }

  /** Hides a chunk from readers of a commit and later ones; it is dropped when all others have left. */
  hideRecord(row: number, record: number, commit: number): void {
    const writer = this.#writer;
    writer.changeRow(row, () => writer.views.setWord(record + chunk.hidden, commit));
    this.#hidden.push({ row, commit });
  }

  /** Drops what no reader sees any more. */
  forgetHidden(): void {
    if (this.#hidden.length === 0) return;
    const oldest = this.#writer.readers.oldestCommit(this.#writer.commit);
    let count = 0;
    for (const { row, commit } of this.#hidden) {
      if (((oldest - commit) | 0) < 0) break;
      count++;
      this.#dropHidden(row, oldest);
    }
    this.#hidden = this.#hidden.slice(count);
  }

  #dropHidden(row: number, oldest: number): void {
    const { views } = this.#writer;
    const coldAt = views.coldRow(row);
    for (let i = views.half(coldAt + cold.chunkCount) - 1; i >= 0; i--) {
      const record = views.word(coldAt + cold.chunks) + i * chunkRecordBytes;
      const hidden = views.word(record + chunk.hidden);
      if (hidden !== 0 && ((oldest - hidden) | 0) >= 0) dropChunk(this.#writer, row, record);
    }
  }
}
