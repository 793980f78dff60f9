/** What the parts of a head that write it share: its memory, its counters, rows and refs. Main thread only. */
import { assert, createDistribution, UserError } from '../../base/index.js';
import type { KernelExports, Kernels } from '../../kernels/index.js';
import type { Labels } from '../../model/index.js';
import type { SeriesRef } from '../../storage/index.js';
import { ClosedChunks } from './closed-chunks.js';
import type { HeadOptions, HeadTallies, StoredSeries } from './contracts.js';
import {
  cold,
  control,
  type HeadLayout,
  HeadViews,
  hot,
  layoutOf,
  mostReaders,
  noRow,
  rowFlag,
} from './layout.js';
import { ReaderTable } from './readers.js';
import { TextScratch } from './text-scratch.js';

/** Rows that one call of a kernel works on: a few milliseconds at most. */
export const rowsInSlice = 8192;
/** The commit that everything restored belongs to. */
const firstCommit = 1;
const firstEpoch = 1;
/** Blocks that one reclaiming frees. */
const reclaimedAtOnce = 65_536;
/** What a row counts. */
const mostLabels = 65_535;
/** What `headMake` answers where memory is used up. */
const noMemoryForRow = 0xffff_fffe;
/** Memory that is kept for what existing series still bring. */
const reserveBytes = 262_144;
/** Source: tsdb/head.go, DefaultSamplesPerChunk. */
const usualSamplesPerChunk = 120;
/** Twice as many are to be counted in 16 bits; chunks are cut at 1 KiB much earlier. */
const mostSamplesPerChunk = 32_767;
/** Source: tsdb/head.go, sample_ooo_delta. */
const lateBoundsSeconds = [600, 1800, 3600, 7200, 10_800, 21_600, 43_200];

export type SampleOrder = 'inOrder' | 'late';

export class HeadWriter {
  readonly kernels: Kernels;
  readonly exports: KernelExports;
  readonly options: HeadOptions;
  readonly layout: HeadLayout;
  readonly views: HeadViews;
  readonly readers: ReaderTable;
  readonly closed: ClosedChunks;
  readonly #texts: TextScratch;
  /** Room for the commits of the readers. */
  readonly commitsAt: number;
  readonly samplesPerChunk: number;
  outOfOrderWindowMs: number;
  #replayLateFromMs: number | undefined;
  minValidMs = Number.NEGATIVE_INFINITY;
  seriesCount = 0;
  refusedSeries = 0;
  refusedSamples = 0;
  droppedSamples = 0;
  readonly tallies: HeadTallies = {
    removedChunks: 0,
    lateFloats: 0,
    lateHistograms: 0,
    lateSeconds: createDistribution(lateBoundsSeconds),
  };
  /** Of samples in order, and of late ones. */
  readonly #firstMs = { inOrder: Number.POSITIVE_INFINITY, late: Number.POSITIVE_INFINITY };
  /** Of those that came since a truncation began. */
  readonly #notedMs = { inOrder: Number.POSITIVE_INFINITY, late: Number.POSITIVE_INFINITY };
  /** The commit in progress, 0 when there is none. */
  publishing = 0;
  #nextRow = 0;
  /** What was free when freed blocks were of no use. */
  #starvedAtBytes = 0;
  #nextRef = 1;
  /** One that was taken and not filled. */
  #spareRow: number | undefined;
  /** Rows that may be taken again once readers of this epoch have left. */
  readonly #freed: { readonly row: number; readonly epoch: number }[] = [];
  readonly aliases = new Map<number, SeriesRef[]>();

  constructor(options: HeadOptions) {
    const { kernels } = options;
    const { exports } = kernels;
    this.kernels = kernels;
    this.exports = exports;
    this.options = options;
    this.outOfOrderWindowMs = options.outOfOrderWindowMs ?? 0;
    this.layout = layoutOf(exports.heapBase() >>> 0, Math.min(kernels.memory.buffer.byteLength, 0xffff_0000));
    this.views = new HeadViews(kernels.memory, this.layout);
    const { control: controlAt, hotRows, coldRows, arena, end } = this.layout;
    exports.arenaInit(arena, end);
    const wanted = options.samplesPerChunk ?? usualSamplesPerChunk;
    this.samplesPerChunk = wanted > 0 ? Math.min(wanted, mostSamplesPerChunk) : usualSamplesPerChunk;
    exports.headPlace(controlAt, hotRows, coldRows, options.chunkRangeMs, this.samplesPerChunk);
    exports.headLimboInit();
    this.views.setWord(controlAt + control.commit, firstCommit);
    this.views.setWord(controlAt + control.epoch, firstEpoch);
    this.views.setDouble(controlAt + control.mint, Number.POSITIVE_INFINITY);
    this.views.setDouble(controlAt + control.maxt, Number.NEGATIVE_INFINITY);
    this.views.setWord(controlAt + control.hashSeed, options.hashSeed ?? 0);
    const hasTables = exports.headIndexInit();
    const closedAt = exports.arenaAlloc((rowsInSlice + 64) * 8) >>> 0;
    this.commitsAt = exports.arenaAlloc(mostReaders * 4) >>> 0;
    if (!hasTables || closedAt === 0 || this.commitsAt === 0) {
      throw new UserError({ code: 'no-memory', message: 'the memory reserved for the head is too small' });
    }
    exports.headClosedInit(closedAt);
    this.readers = new ReaderTable(this.views);
    this.closed = new ClosedChunks(this, closedAt);
    this.#texts = new TextScratch(kernels);
  }

  get commit(): number {
    return this.views.word(this.layout.control + control.commit);
  }

  get mintMs(): number {
    return this.views.double(this.layout.control + control.mint);
  }

  /** Of a log's samples that are not in order those are taken that are not before this. */
  get replayLateFromMs(): number {
    return (
      this.#replayLateFromMs ?? (this.outOfOrderWindowMs > 0 ? Number.NEGATIVE_INFINITY : this.minValidMs)
    );
  }

  /** Whether a log's samples before `minValidMs` say what is late, though they are not taken themselves. */
  get replaysOld(): boolean {
    return this.#replayLateFromMs !== undefined || this.outOfOrderWindowMs > 0;
  }

  set replayLateFromMs(timeMs: number) {
    this.#replayLateFromMs = timeMs;
  }

  /** Of samples in order. */
  get inOrderMintMs(): number {
    return this.#firstMs.inOrder;
  }

  /** Of late samples; Infinity where there is none. */
  get lateMintMs(): number {
    return this.#firstMs.late;
  }

  /** The first times are found anew: `truncated` says them. */
  beginTruncation(kind: SampleOrder): void {
    this.#notedMs[kind] = Number.POSITIVE_INFINITY;
  }

  /** Of what a truncation has left. */
  truncated(kind: SampleOrder, earliestMs: number): void {
    this.#firstMs[kind] = Math.min(earliestMs, this.#notedMs[kind]);
    this.#showMint();
  }

  #showMint(): void {
    const mintMs = Math.min(this.#firstMs.inOrder, this.#firstMs.late);
    this.views.setDouble(this.layout.control + control.mint, mintMs);
  }

  get maxtMs(): number {
    return this.views.double(this.layout.control + control.maxt);
  }

  set maxtMs(timeMs: number) {
    this.views.setDouble(this.layout.control + control.maxt, timeMs);
  }

  get rowLimit(): number {
    return this.#nextRow;
  }

  /** What is handed out of the arena, and the rows. */
  get usedBytes(): number {
    const { control: controlAt, arena } = this.layout;
    return (this.exports.arenaUsed(arena) >>> 0) + this.#nextRow * 104 + (arena > controlAt ? 16_384 : 0);
  }

  /** Bytes of the arena that can still be had, fragments not counted. */
  get freeBytes(): number {
    return this.layout.end - this.layout.arena - (this.exports.arenaUsed(this.layout.arena) >>> 0);
  }

  /**
   * Whether so many samples will find room: there is untouched memory, or freed blocks have served so far. Once they did
   * not, more must have been freed.
   */
  hasRoomFor(samples: number): boolean {
    const needed = reserveBytes + samples * 64;
    if (this.exports.arenaRemaining() >>> 0 >= needed) return true;
    return this.freeBytes >= needed && this.freeBytes > this.#starvedAtBytes + needed;
  }

  /** The row of a ref, -1 where there is none. */
  rowOf(ref: number): number {
    return this.exports.headRow(ref);
  }

  refOf(row: number): SeriesRef {
    return this.views.double(this.views.coldRow(row) + cold.ref) as SeriesRef;
  }

  lastMsOf(row: number): number {
    return this.views.double(this.views.hotRow(row) + hot.lastMs);
  }

  /** Whether no chunk is open: what the series has came from disk. */
  isFresh(row: number): boolean {
    const at = this.views.hotRow(row);
    return this.views.word(at + hot.openAt) === 0 && (this.flagsOf(row) & rowFlag.foreign) === 0;
  }

  /** The time of the newest sample that a log has told, while no chunk is open. */
  loggedMsOf(row: number): number {
    return this.views.double(this.views.hotRow(row) + hot.lastDelta);
  }

  flagsOf(row: number): number {
    return this.views.byte(this.views.hotRow(row) + hot.flags);
  }

  setFlags(row: number, set: number, clear: number): void {
    const at = this.views.hotRow(row) + hot.flags;
    this.views.bytes[at] = ((this.views.bytes[at] as number) & ~clear) | set;
  }

  /** The row of a label set, -1 where there is none. */
  find(labels: Labels): number {
    const texts = this.#texts.write(labels.pairs);
    return this.exports.headFind(texts.at, labels.size, texts.pairsAt);
  }

  /** Makes a series; undefined where a limit or the memory forbids it. */
  create(labels: Labels): SeriesRef | undefined {
    const texts = this.#texts.write(labels.pairs);
    return this.#create(texts.at, labels.size, texts.pairsAt);
  }

  /** Before label texts of `findOrCreate` that follow each other at once. */
  beginTexts(): void {
    this.exports.headMakeBegin();
  }

  /** The series of label texts in this memory, found or made; undefined where a limit or the memory forbids it. */
  findOrCreate(textsAt: number, labelCount: number): SeriesRef | undefined {
    const pairsAt = this.#texts.pairsRoom(labelCount);
    const row = this.#isLimited(labelCount) ? undefined : this.#takeRow();
    if (row === undefined) {
      const found = this.exports.headFind(textsAt, labelCount, pairsAt);
      return found === noRow ? this.#create(textsAt, labelCount, pairsAt) : this.refOf(found);
    }
    const ref = this.#nextRef as SeriesRef;
    const found = this.exports.headMake(textsAt, labelCount, pairsAt, row, ref);
    if (found === noRow) {
      this.#noteMade(ref);
      return ref;
    }
    this.#spareRow = row;
    if (found >>> 0 !== noMemoryForRow) return this.refOf(found);
    this.refusedSeries++;
    return undefined;
  }

  #isLimited(labelCount: number): boolean {
    const { maxSeries = 0 } = this.options;
    if ((maxSeries > 0 && this.seriesCount >= maxSeries) || labelCount > mostLabels) return true;
    return this.freeBytes < (this.layout.end - this.layout.arena) / 10;
  }

  #create(textsAt: number, labelCount: number, pairsAt: number): SeriesRef | undefined {
    const { maxSeries = 0 } = this.options;
    if (maxSeries > 0 && this.seriesCount >= maxSeries) return undefined;
    if (labelCount > mostLabels) return undefined;
    const ref = this.#nextRef as SeriesRef;
    if (this.#isLimited(labelCount) || this.#addSeries(ref, textsAt, labelCount, pairsAt) < 0) {
      this.refusedSeries++;
      return undefined;
    }
    return ref;
  }

  /** The new row, -1 where memory is used up. */
  addSeries(ref: SeriesRef, labels: Labels): number {
    const texts = this.#texts.write(labels.pairs);
    return this.#addSeries(ref, texts.at, labels.size, texts.pairsAt);
  }

  #addSeries(ref: SeriesRef, textsAt: number, labelCount: number, pairsAt: number): number {
    const row = this.#takeRow();
    if (row === undefined) return noRow;
    if (!this.exports.headCreate(textsAt, labelCount, pairsAt, row, ref)) {
      this.#spareRow = row;
      return noRow;
    }
    this.#noteMade(ref);
    return row;
  }

  #noteMade(ref: SeriesRef): void {
    this.reserveRefs(ref);
    this.seriesCount++;
  }

  /** Makes series out of a record's bytes, in rows that were never taken; answers how many it went through. */
  restoreStored({ at, end, refs, most }: StoredSeries): number {
    const { exports, layout } = this;
    const count = exports.headRestoreSeries(at, end, this.#nextRow, layout.rowCapacity, refs, most);
    const nextRow = exports.headRestoredRow() >>> 0;
    this.seriesCount += nextRow - this.#nextRow;
    this.#nextRow = nextRow;
    Atomics.store(this.views.words, (layout.control + control.rowLimit) >>> 2, nextRow);
    return count;
  }

  get highestRef(): SeriesRef {
    return (this.#nextRef - 1) as SeriesRef;
  }

  reserveRefs(upTo: number): void {
    this.#nextRef = Math.max(this.#nextRef, upTo + 1);
  }

  #takeRow(): number | undefined {
    const spare = this.#spareRow;
    if (spare !== undefined) {
      this.#spareRow = undefined;
      return spare;
    }
    const first = this.#freed[0];
    if (first !== undefined && this.#isLeft(first.epoch)) {
      this.#freed.shift();
      return first.row;
    }
    if (this.#nextRow >= this.layout.rowCapacity) return undefined;
    const row = this.#nextRow++;
    Atomics.store(this.views.words, (this.layout.control + control.rowLimit) >>> 2, this.#nextRow);
    return row;
  }

  #isLeft(epoch: number): boolean {
    return ((this.readers.oldestEpoch(this.epoch + 1) - epoch) | 0) > 0;
  }

  freeRow(row: number): void {
    this.exports.headFreeRow(row);
    this.aliases.delete(row);
    this.#freed.push({ row, epoch: this.epoch });
    this.seriesCount--;
  }

  get epoch(): number {
    return this.views.word(this.layout.control + control.epoch);
  }

  /** Gives back what no reader can be in. */
  reclaim(): void {
    if (this.exports.headLimboCount() === 0 && this.#freed.length === 0) return;
    const at = (this.layout.control + control.epoch) >>> 2;
    const next = (this.epoch + 1) >>> 0 || firstEpoch;
    Atomics.store(this.views.words, at, next);
    this.exports.headReclaim(this.readers.oldestEpoch(next), reclaimedAtOnce);
  }

  /** Runs `change` while readers of the row wait. */
  changeRow<T>(row: number, change: () => T): T {
    const at = this.views.hotRow(row) >>> 2;
    const { words } = this.views;
    assert(((words[at] as number) & 1) === 0, 'a row is changed twice at one time');
    Atomics.add(words, at, 1);
    // An acquire behind the release: no change moves before the odd sequence.
    Atomics.load(words, at);
    try {
      return change();
    } finally {
      Atomics.add(words, at, 1);
    }
  }

  /** An address with a block of arena memory, 0 where there is none. */
  alloc(size: number): number {
    return this.exports.arenaAlloc(size) >>> 0;
  }

  free(at: number, size: number): void {
    this.exports.arenaFree(at, size);
  }

  noteTimes(lowestMs: number, highestMs: number): void {
    this.#note('inOrder', lowestMs, highestMs);
  }

  noteLateTimes(lowestMs: number, highestMs: number): void {
    this.#note('late', lowestMs, highestMs);
  }

  #note(kind: SampleOrder, lowestMs: number, highestMs: number): void {
    if (lowestMs < this.#notedMs[kind]) this.#notedMs[kind] = lowestMs;
    if (lowestMs < this.#firstMs[kind]) {
      this.#firstMs[kind] = lowestMs;
      this.#showMint();
    }
    if (highestMs > this.maxtMs) this.maxtMs = highestMs;
  }

  /** The times that the kernels noted, and what they refused. */
  takeNotes(): void {
    const { exports } = this;
    this.noteTimes(exports.headLowest(), exports.headHighest());
    exports.headResetTimes();
    this.droppedSamples += exports.headTakeDropped() >>> 0;
    const refused = exports.headTakeRefused() >>> 0;
    this.refusedSamples += refused;
    if (refused > 0) this.#starvedAtBytes = this.freeBytes;
    this.closed.take();
  }
}
