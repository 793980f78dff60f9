/**
 * Pages of the text formats, line by line, against the slots of a target's cache. The loops are kernels
 * (`assembly/scan-lines.ts` draws the memory); here are the regions they work on and the block that names them.
 */
import { assert, type Steps } from '../base/index.js';
import { installFloatPowers } from './float-powers.js';
import type { Kernels } from './kernels.js';
import { type SlotColumns, scanKeyWords, scanRowCapacity } from './scan.js';
import {
  latestDouble,
  ScanBlock,
  scanBlockBytes,
  timeDouble,
  timestampDouble,
  valueDouble,
} from './scan-block.js';
import { ScanSlots } from './scan-slots.js';

/** Bytes that the kernels may read behind a page. */
const paddingBytes = 32;
const lineFeed = 0x0a;
/** Bytes of a page that are copied between two pauses. */
const stepBytes = 4 * 1024 * 1024;

/** What one page is scanned with. */
export interface ScanStart {
  readonly timeMs: number;
  /** Rows later than this are out of bounds. */
  readonly latestMs: number;
  readonly honorTimestamps: boolean;
  readonly trackTimestamps: boolean;
  /** 0 for none. */
  readonly sampleLimit: number;
  readonly slots: SlotColumns;
}

/** Rows of a page as far as they were taken: of each the payload of its slot, and where its text stands. */
export interface ScanRows {
  readonly payloads: Float64Array;
  readonly times: Float64Array;
  /** NaN payloads stand as bits. */
  readonly values: Float64Array;
  /** With `untrackedRow` where the series is not to be tracked. */
  readonly slots: Uint32Array;
  /** Addresses; `PageScan.offsetOf` makes them offsets into the page. */
  readonly starts: Uint32Array;
  readonly ends: Uint32Array;
  readonly types: Uint8Array;
}

/** One block and its regions: one page at a time. Offsets count from the page's start. */
export class PageScan {
  readonly kernels: Kernels;
  readonly slots: ScanSlots;
  /** The same for every page; the first `rows.length` of each are filled. */
  readonly columns: ScanRows;
  readonly #block: ScanBlock;
  #page = 0;
  #pageBytes = 0;

  constructor(kernels: Kernels, keys: Uint32Array) {
    this.kernels = kernels;
    installFloatPowers(kernels);
    const address = kernels.alloc(scanBlockBytes + 4 * scanKeyWords);
    const { buffer } = kernels.memory;
    this.#block = new ScanBlock(buffer, address);
    this.slots = new ScanSlots(kernels, this.#block);
    new Uint32Array(buffer, address + scanBlockBytes, scanKeyWords).set(keys);
    this.#block.set('keys', address + scanBlockBytes);
    this.#block.set('rowCapacity', scanRowCapacity);
    this.columns = this.#allocateColumns();
  }

  #allocateColumns(): ScanRows {
    const { kernels } = this;
    let at = kernels.alloc(scanRowCapacity * (3 * 8 + 3 * 4 + 1));
    // Only after the last allocation: the memory may have grown.
    const { buffer } = kernels.memory;
    const place = (field: Parameters<ScanBlock['set']>[0], bytes: number): number => {
      const found = at;
      this.#block.set(field, found);
      at += bytes * scanRowCapacity;
      return found;
    };
    return {
      payloads: new Float64Array(buffer, place('outPayloads', 8), scanRowCapacity),
      times: new Float64Array(buffer, place('outTimes', 8), scanRowCapacity),
      values: new Float64Array(buffer, place('outValues', 8), scanRowCapacity),
      slots: new Uint32Array(buffer, place('outSlots', 4), scanRowCapacity),
      starts: new Uint32Array(buffer, place('outStarts', 4), scanRowCapacity),
      ends: new Uint32Array(buffer, place('outEnds', 4), scanRowCapacity),
      types: new Uint8Array(buffer, place('outTypes', 1), scanRowCapacity),
    };
  }

  /** Copies a page's parts; answers its bytes, which are valid until the next page. */
  *loadPage(parts: readonly Uint8Array[], length: number): Steps<Uint8Array> {
    const needed = length + paddingBytes;
    if (needed > this.#pageBytes) {
      if (this.#pageBytes > 0) this.kernels.free(this.#page, this.#pageBytes);
      this.#pageBytes = 0;
      this.#page = this.kernels.alloc(needed);
      this.#pageBytes = needed;
    }
    const page = this.kernels.bytes.subarray(this.#page, this.#page + needed);
    let at = 0;
    for (const part of parts) {
      for (let from = 0; from < part.length; from += stepBytes) {
        if (at > 0 && Math.floor(at / stepBytes) !== Math.floor((at + part.length) / stepBytes)) yield;
        const piece = part.length <= stepBytes ? part : part.subarray(from, from + stepBytes);
        page.set(piece, at);
        at += piece.length;
      }
    }
    assert(at === length, 'a page is as long as its parts');
    page.fill(lineFeed, length);
    return page.subarray(0, length);
  }

  /** Begins to scan the page that was loaded last. */
  begin(start: ScanStart): void {
    const block = this.#block;
    for (const field of pageFields) block.set(field, 0);
    block.set('at', this.#page);
    block.set('honor', (start.honorTimestamps ? 1 : 0) | (start.trackTimestamps ? 2 : 0));
    block.set('sampleLimit', start.sampleLimit > 0 ? Math.min(start.sampleLimit, 0xffff_ffff) : 0xffff_ffff);
    block.doubles[timeDouble] = start.timeMs;
    block.doubles[latestDouble] = start.latestMs;
    this.slots.load(start.slots);
  }

  /** Goes on to `stop`; the byte before `end` is a line feed. Answers one of `scanReasons`. */
  run(format: 'text' | 'openmetrics', stop: number, end: number): number {
    const { exports } = this.kernels;
    this.#block.set('stop', this.#page + stop);
    this.#block.set('end', this.#page + end);
    const { address } = this.#block;
    return format === 'text' ? exports.scanText(address) : exports.scanOpenMetrics(address);
  }

  /** Where the next line begins. */
  get at(): number {
    return this.#block.get('at') - this.#page;
  }

  set at(offset: number) {
    this.#block.set('at', this.#page + offset);
  }

  /** Rows in the columns. */
  get rows(): number {
    return this.#block.get('rows');
  }

  clearRows(): void {
    this.#block.set('rows', 0);
  }

  /** Samples of the page so far: all, those that relabelling left, and those that were not taken. */
  get counts() {
    const block = this.#block;
    return {
      total: block.get('total'),
      added: block.get('added'),
      duplicates: block.get('duplicates'),
      outOfBounds: block.get('outOfBounds'),
      isOverLimit: block.get('overLimit') !== 0,
    };
  }

  get isOverLimit(): boolean {
    return this.#block.get('overLimit') !== 0;
  }

  /**
   * What the page did to its slots: how many stand on it, whether they stand otherwise than they did, how many series
   * count as exposed, and how many of these did before.
   */
  get changes() {
    const block = this.#block;
    return {
      touched: block.get('touched'),
      isDisordered: block.get('disorder') !== 0,
      tracked: block.get('tracked'),
      stillTracked: block.get('stillTracked'),
    };
  }

  /** The type of the last TYPE line, as the exposition formats number them. */
  get metricType(): number {
    return this.#block.get('metricType');
  }

  set metricType(code: number) {
    this.#block.set('metricType', code);
  }

  /** The text of the row that the block describes. */
  get textStart(): number {
    return this.offsetOf(this.#block.get('textStart'));
  }

  get textEnd(): number {
    return this.offsetOf(this.#block.get('textEnd'));
  }

  /** The row's own timestamp, NaN where it has none. */
  get timestamp(): number {
    return this.#block.doubles[timestampDouble] as number;
  }

  offsetOf(address: number): number {
    return address - this.#page;
  }

  /** Describes a row that the kernel did not read; its slot, or -1. Value: entry 0 of `words`. */
  *describe(row: { start: number; end: number; words: Uint32Array; timestamp: number }): Steps<number> {
    const { words, doubles } = this.#block;
    words[2 * valueDouble] = row.words[0] as number;
    words[2 * valueDouble + 1] = row.words[1] as number;
    doubles[timestampDouble] = row.timestamp;
    this.#block.set('total', this.#block.get('total') + 1);
    return yield* this.find(row.start, row.end);
  }

  /** Describes a text; its slot, or -1. */
  *find(start: number, end: number): Steps<number> {
    this.#block.set('textStart', this.#page + start);
    this.#block.set('textEnd', this.#page + end);
    const { address } = this.#block;
    const slot = this.kernels.exports.scanFind(address);
    if (slot !== -2) return slot;
    yield* this.slots.openTable();
    return this.kernels.exports.scanFind(address);
  }

  /** The row that the block describes, of a known slot: as the kernel does with rows of its own. */
  take(slot: number): void {
    this.kernels.exports.scanTake(this.#block.address, slot);
    this.#goOnBehind(slot);
  }

  /** Notes that a slot stands on the page that is no row. */
  touch(slot: number): void {
    this.kernels.exports.scanTouch(this.#block.address, slot);
    this.#goOnBehind(slot);
  }

  #goOnBehind(slot: number): void {
    if (slot !== this.#block.get('predicted')) this.#block.set('disorder', 1);
    this.#block.set('predicted', slot + 1);
  }

  /** The slots were changed from outside. */
  markChanged(): void {
    this.#block.set('disorder', 1);
  }

  countAdded(): void {
    this.#block.set('added', this.#block.get('added') + 1);
  }

  /** False beyond the sample limit or the latest time; both are counted. */
  admit(): boolean {
    return this.kernels.exports.scanAdmit(this.#block.address) !== 0;
  }

  /** Puts the row that the block describes into the columns, which the scan leaves room for. */
  push(slot: number): void {
    this.kernels.exports.scanPush(this.#block.address, slot);
  }

  /** A slot for the text that the block describes, which stands on the page. */
  *add(payload: number, flags: number): Steps<number> {
    yield* this.slots.reserveOne();
    this.#block.set('disorder', 1);
    return this.kernels.exports.scanAdd(this.#block.address, payload, flags);
  }

  /** Rows `from` to `to` (excluded) count as exposed. */
  track(from: number, to: number): void {
    this.kernels.exports.scanTrack(this.#block.address, from, to);
  }
}

/** What begins at 0 with each page. */
const pageFields = [
  'predicted',
  'rows',
  'metricType',
  'total',
  'added',
  'duplicates',
  'appended',
  'overLimit',
  'outOfBounds',
  'touched',
  'disorder',
  'tracked',
  'stillTracked',
] as const;
