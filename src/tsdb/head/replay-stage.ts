import type { StagedRows } from './contracts.js';
import { type HeadViews, noRow } from './layout.js';
import type { FloatSample } from './staged-floats.js';
import { type HeadWriter, rowsInSlice } from './writer.js';

const tableBytes = 32_768;
const segmentBytes = 1 << 20;
const leastSegments = 4;
const mostSegments = 64;
const entryBytes = 16;
/** So many samples of each series wait where there is memory: most are then appended with their chunk at hand. */
const samplesPerSeries = 6;
/** Less room than this may be too little for the next record. */
const scarceBytes = 1 << 18;
/** What waits takes at most this part of what memory is free, and nothing where a quarter of it or less is free. */
const freePart = 1 / 8;

/** Samples of a log that wait in the head's memory until there are some for each series (assembly/head-replay.ts). */
export class ReplayStage {
  readonly #writer: HeadWriter;
  readonly #views: HeadViews;
  #table = 0;
  readonly #segments: number[] = [];
  /** Segments in use. */
  #filled = 0;

  constructor(writer: HeadWriter) {
    this.#writer = writer;
    this.#views = writer.views;
  }

  get waiting(): number {
    return this.#table === 0 ? 0 : this.#writer.exports.headReplayWaiting() >>> 0;
  }

  /** Whether what waits should be settled before more comes. */
  get isFull(): boolean {
    if (this.waiting === 0 || this.#filled < this.#segments.length || this.#mayGrow()) return false;
    return this.#writer.exports.headReplayRoom() >>> 0 < scarceBytes;
  }

  /** Whether there is memory to wait in. */
  open(): boolean {
    if (this.#table !== 0) return true;
    if (!this.#mayGrow()) return false;
    const table = this.#writer.alloc(tableBytes);
    if (table === 0) return false;
    this.#table = table;
    this.#writer.exports.headReplayOpen(table);
    return this.#fillNext();
  }

  /** Lets rows wait from `from` on; answers how far it came: what is left finds no room until others are settled. */
  add(rows: StagedRows, from: number): number {
    const { exports, minValidMs, replaysOld } = this.#writer;
    const { refs, timestamps, values, length } = rows;
    if (this.waiting === 0) this.#fillFirst();
    let at = from;
    while (at < length) {
      const to = Math.min(length, at + rowsInSlice);
      const stopped = exports.headReplayStage(refs, timestamps, values, at, to, minValidMs, replaysOld) >>> 0;
      if (stopped < to && !this.#fillNext()) return stopped;
      at = stopped;
    }
    return at;
  }

  /** What waits for this row, or for all, comes next. */
  aim(row: number = noRow): void {
    this.#writer.exports.headReplayAim(row);
  }

  /** Appends a slice of what was aimed at; `each` gets what the kernel does not append. False when all is done. */
  settleSlice(each: (row: number, sample: FloatSample) => void): boolean {
    const views = this.#views;
    const { exports, minValidMs } = this.#writer;
    const at = exports.headReplaySettle(minValidMs, rowsInSlice) >>> 0;
    if (at > 1) {
      const offsetMs = views.word(at + 4) | 0;
      each(views.word(at), {
        timestampMs: exports.headReplayBase() + offsetMs,
        low: views.word(at + 8),
        high: views.word(at + 12),
        startMs: 0,
      });
    }
    return at !== 0;
  }

  #mayGrow(): boolean {
    const count = this.#segments.length;
    const wanted = Math.ceil((this.#writer.seriesCount * samplesPerSeries * entryBytes) / segmentBytes);
    if (count >= Math.min(mostSegments, Math.max(leastSegments, wanted))) return false;
    const { freeBytes, layout } = this.#writer;
    if (freeBytes < (layout.end - layout.arena) / 4) return false;
    return (count + 1) * segmentBytes <= freeBytes * freePart;
  }

  #fillFirst(): void {
    this.#filled = 0;
    this.#fillNext();
  }

  #fillNext(): boolean {
    if (this.#filled === this.#segments.length) {
      const segment = this.#mayGrow() ? this.#writer.alloc(segmentBytes) : 0;
      if (segment === 0) return false;
      this.#segments.push(segment);
    }
    this.#writer.exports.headReplayGrow(this.#segments[this.#filled++] as number, segmentBytes);
    return true;
  }

  /** Gives the memory back to the head. Nothing waits. */
  release(): void {
    if (this.#table === 0) return;
    this.#writer.free(this.#table, tableBytes);
    for (const segment of this.#segments) this.#writer.exports.arenaDonate(segment, segmentBytes);
    this.#segments.length = 0;
    this.#filled = 0;
    this.#table = 0;
  }
}
