/** One series as a snapshot sees it, copied under its sequence. */
import { assert } from '../../base/index.js';
import {
  chunk,
  chunkFlag,
  chunkRecordBytes,
  cold,
  type HeadViews,
  hot,
  longestSpan,
  mostReaders,
  rowFlag,
} from './layout.js';

/** A chunk, in the head's memory or on disk, of which the first `samples` are seen. */
export interface VisibleChunk {
  readonly mintMs: number;
  /** At least that of the last sample that is seen. */
  readonly maxtMs: number;
  readonly encoding: number;
  readonly samples: number;
  /** Whether later samples stand behind them that are not to be seen. */
  readonly isPartial: boolean;
  readonly isLate: boolean;
  readonly isOnDisk: boolean;
  /** Address and bytes, or segment and offset. */
  readonly at: number;
  readonly bytes: number;
}

/** The writer holds a row for some microseconds; a reader that waits longer than that has met a fault. */
const mostTries = 50_000_000;
const xorEncoding = 1;

export class RowReader {
  readonly #views: HeadViews;
  readonly #commit: number;
  /** Called between the looks at a row's sequence: tests delay a reader here. */
  readonly #pause: (() => void) | undefined;
  #records = new Uint8Array(new ArrayBuffer(16 * chunkRecordBytes));
  #recordWords = new Uint32Array(this.#records.buffer);
  #recordDoubles = new Float64Array(this.#records.buffer);
  #recordCount = 0;
  #openAt = 0;
  #openBits = 0;
  #openCount = 0;
  #openMintMs = 0;
  #lastMs = 0;
  #hidden = 0;
  ref = 0;
  labelsAt = 0;
  labelCount = 0;

  constructor(views: HeadViews, commit: number, pause?: () => void) {
    this.#views = views;
    this.#commit = commit;
    this.#pause = pause;
  }

  /** Copies the row's fields. */
  read(row: number): void {
    const { words } = this.#views;
    const at = this.#views.hotRow(row) >>> 2;
    for (let tries = 0; tries < mostTries; tries++) {
      const sequence = Atomics.load(words, at);
      if ((sequence & 1) !== 0) continue;
      this.#pause?.();
      this.#copy(row);
      this.#pause?.();
      if (Atomics.load(words, at) === sequence) return;
    }
    assert(false, `series row ${row} of the head stays locked`);
  }

  /** Every look is an atomic load, so that none moves behind the closing one. */
  #copy(row: number): void {
    const views = this.#views;
    const { words } = views;
    const hotAt = views.hotRow(row);
    const coldAt = views.coldRow(row);
    this.#openAt = Atomics.load(words, (hotAt + hot.openAt) >>> 2);
    this.#openBits = Atomics.load(words, (hotAt + hot.openBits) >>> 2);
    this.#openCount = Atomics.load(words, (hotAt + hot.openCount) >>> 2) & 0xffff;
    this.#openMintMs = this.#double(coldAt + cold.openMint);
    this.ref = this.#double(coldAt + cold.ref);
    this.#lastMs = this.#double(hotAt + hot.lastMs);
    this.labelsAt = Atomics.load(words, (coldAt + cold.labels) >>> 2);
    this.labelCount = Atomics.load(words, (coldAt + cold.labelCount) >>> 2) & 0xffff;
    this.#hidden = this.#hiddenSamples(hotAt, coldAt);
    const count = Atomics.load(words, (coldAt + cold.chunkCount) >>> 2) & 0xffff;
    this.#copyRecords(Atomics.load(words, (coldAt + cold.chunks) >>> 2), count);
  }

  #double(at: number): number {
    const { words } = this.#views;
    scratchWords(this.#halves, Atomics.load(words, at >>> 2), Atomics.load(words, (at >>> 2) + 1));
    return this.#half[0] as number;
  }
  readonly #half = new Float64Array(1);
  readonly #halves = new Uint32Array(this.#half.buffer);

  /** Samples of later commits than the snapshot's. */
  #hiddenSamples(hotAt: number, coldAt: number): number {
    const { words } = this.#views;
    const newest = Atomics.load(words, (hotAt + hot.newestCommit) >>> 2);
    if (this.#sees(newest)) return 0;
    const added = Atomics.load(words, (hotAt + hot.newestAdded) >>> 2);
    const older = Atomics.load(words, (hotAt + hot.olderCommit) >>> 2);
    if (this.#sees(older)) return added & 0xffff;
    const hidden = (added & 0xffff) + (added >>> 16);
    const flags = Atomics.load(words, (hotAt + hot.openCount) >>> 2) >>> 24;
    if ((flags & rowFlag.history) === 0) return hidden;
    return hidden + this.#hiddenInHistory(Atomics.load(words, (coldAt + cold.history) >>> 2) >>> 2);
  }

  #sees(commit: number): boolean {
    return ((this.#commit - commit) | 0) >= 0;
  }

  /** What the writer changes meanwhile may be anything: the row is then read again. */
  #hiddenInHistory(from: number): number {
    const { words } = this.#views;
    const count = Math.min(Atomics.load(words, from), mostReaders + 1);
    let hidden = 0;
    for (let i = 0; i < count && from + 2 * i + 3 < words.length; i++) {
      const at = from + 2 + 2 * i;
      if (this.#sees(Atomics.load(words, at))) break;
      hidden += Atomics.load(words, at + 1);
    }
    return hidden;
  }

  #copyRecords(at: number, count: number): void {
    const { words } = this.#views;
    const wordCount = count * (chunkRecordBytes / 4);
    if (wordCount > this.#recordWords.length) {
      this.#records = new Uint8Array(new ArrayBuffer(wordCount * 8));
      this.#recordWords = new Uint32Array(this.#records.buffer);
      this.#recordDoubles = new Float64Array(this.#records.buffer);
    }
    this.#recordCount = count;
    const from = at >>> 2;
    const limit = words.length - from;
    for (let i = 0; i < wordCount && i < limit; i++) this.#recordWords[i] = Atomics.load(words, from + i);
  }

  /** Whether any sample of the row is seen. */
  get isVisible(): boolean {
    if (this.#openAt !== 0 && this.#openCount > this.#hidden) return true;
    return this.#recordCount > 0 && this.chunks().length > 0;
  }

  /** What is seen: chunks in order first, in rising time, then late ones. */
  chunks(): VisibleChunk[] {
    let hidden = this.#hidden;
    const found: VisibleChunk[] = [];
    const late: VisibleChunk[] = [];
    if (this.#openAt !== 0) {
      const seen = this.#openCount - hidden;
      hidden = Math.max(0, -seen);
      if (seen > 0) found.push(this.#openChunk(seen));
    }
    for (let i = this.#recordCount - 1; i >= 0; i--) {
      const record = i * chunkRecordBytes;
      if (!this.#isShown(record)) continue;
      const flags = this.#records[record + chunk.flags] as number;
      const isLate = (flags & chunkFlag.late) !== 0;
      const samples = this.#recordHalf(record + chunk.count);
      let seen = samples;
      if (!isLate && hidden > 0 && this.#recordWords[(record + chunk.commit) >>> 2] === 0) {
        seen = Math.max(0, samples - hidden);
        hidden -= samples - seen;
      }
      if (seen > 0) (isLate ? late : found).push(this.#closedChunk(record, seen, samples));
    }
    found.reverse();
    for (let i = late.length - 1; i >= 0; i--) found.push(late[i] as VisibleChunk);
    return found;
  }

  #isShown(record: number): boolean {
    const shownBy = this.#recordWords[(record + chunk.commit) >>> 2] as number;
    const hiddenBy = this.#recordWords[(record + chunk.hidden) >>> 2] as number;
    if (shownBy !== 0 && ((this.#commit - shownBy) | 0) < 0) return false;
    return hiddenBy === 0 || ((this.#commit - hiddenBy) | 0) < 0;
  }

  #openChunk(seen: number): VisibleChunk {
    return {
      mintMs: this.#openMintMs,
      maxtMs: this.#lastMs,
      encoding: xorEncoding,
      samples: seen,
      isPartial: seen < this.#openCount,
      isLate: false,
      isOnDisk: false,
      at: this.#openAt,
      bytes: (this.#openBits + 7) >>> 3,
    };
  }

  #closedChunk(record: number, seen: number, samples: number): VisibleChunk {
    const mintMs = this.#recordDoubles[(record + chunk.mint) >>> 3] as number;
    const span = this.#recordWords[(record + chunk.span) >>> 2] as number;
    const flags = this.#records[record + chunk.flags] as number;
    return {
      mintMs,
      maxtMs: span === longestSpan ? Number.POSITIVE_INFINITY : mintMs + span,
      encoding: this.#records[record + chunk.encoding] as number,
      samples: seen,
      isPartial: seen < samples,
      isLate: (flags & chunkFlag.late) !== 0,
      isOnDisk: (flags & chunkFlag.onDisk) !== 0,
      at: this.#recordWords[(record + chunk.at) >>> 2] as number,
      bytes: this.#recordWords[(record + chunk.bytes) >>> 2] as number,
    };
  }

  #recordHalf(at: number): number {
    return (this.#records[at] as number) | ((this.#records[at + 1] as number) << 8);
  }
}

function scratchWords(words: Uint32Array, low: number, high: number): void {
  words[0] = low;
  words[1] = high;
}
