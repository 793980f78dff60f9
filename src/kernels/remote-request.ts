/** Requests of remote write 1.0 in a memory of kernels; the loops are `assembly/remote-write.ts`. */
import type { Steps } from '../base/index.js';
import { openSnappy } from './inflate-snappy.js';
import { KernelBuffer } from './kernel-buffer.js';
import type { Kernels } from './kernels.js';
import { RemoteBlock, remoteBlockBytes } from './remote-block.js';
import type { RemoteTable } from './remote-table.js';

const [scanMore, scanDone, scanFull] = [0, 1, 2];
/** Bytes of a message, and rows, of one call: about a millisecond at the slowest. */
const bytesInStep = 1 << 19;
const rowsInStep = 1 << 16;
/** Bytes that may be read behind a message. */
const paddingBytes = 32;
const seriesBytes = 40;
const rowBytes = 28;
/** Text of unknown series that is handed over at once, and how many series. */
const textBytes = 1 << 17;
const mostListed = 512;

/** Rows of a request as a store takes them. */
export interface RemoteRows {
  readonly length: number;
  readonly refs: Float64Array;
  readonly timestamps: Float64Array;
  readonly values: Float64Array;
  readonly owners: Uint32Array;
}

/** Unknown series as texts: each a u32 of bytes and the bytes, 0 up to a multiple of 4. Valid until the next step. */
export interface RemoteTexts {
  readonly length: number;
  readonly bytes: Uint8Array;
  /** Of each its place among the series of the request. */
  readonly owners: Uint32Array;
  /** Where its texts begin. */
  readonly starts: Uint32Array;
  readonly labelCounts: Uint32Array;
}

/** One request. It holds memory until `close`; views are valid until the next step of any request. */
export class RemoteRequest {
  readonly #table: RemoteTable;
  readonly #kernels: Kernels;
  readonly #message: KernelBuffer;
  readonly #series: KernelBuffer;
  readonly #rows: KernelBuffer;
  readonly #texts: KernelBuffer;
  readonly #block: RemoteBlock;
  #messageBytes = 0;

  /** Throws `KernelMemoryError`, as all that takes memory here. */
  constructor(table: RemoteTable) {
    const { kernels } = table;
    this.#table = table;
    this.#kernels = kernels;
    this.#message = new KernelBuffer(kernels);
    this.#series = new KernelBuffer(kernels);
    this.#rows = new KernelBuffer(kernels);
    this.#texts = new KernelBuffer(kernels);
    this.#block = new RemoteBlock(kernels, kernels.alloc(remoteBlockBytes));
  }

  close(): void {
    this.#message.release();
    this.#series.release();
    this.#rows.release();
    this.#texts.release();
    this.#kernels.free(this.#block.at, remoteBlockBytes);
  }

  /** Inflates the message; false when the snappy block is not whole and exact. */
  *inflate(snappy: Uint8Array): Steps<boolean> {
    const opened = openSnappy(this.#kernels, snappy);
    if (opened === undefined) return false;
    try {
      const { length } = opened;
      const into = this.#message.reserve(length + paddingBytes);
      for (let isFirst = true; ; isFirst = false) {
        if (!isFirst) yield;
        const answer = opened.inflate(into);
        if (answer === 0) continue;
        if (answer !== 1) return false;
        break;
      }
      this.#kernels.bytes.fill(0, into + length, into + length + paddingBytes);
      this.#messageBytes = length;
      return true;
    } finally {
      opened.close();
    }
  }

  /** As `inflate`, for a message that is plain. */
  load(message: Uint8Array): void {
    const into = this.#message.reserve(message.length + paddingBytes);
    this.#kernels.bytes.set(message, into);
    this.#kernels.bytes.fill(0, into + message.length, into + message.length + paddingBytes);
    this.#messageBytes = message.length;
  }

  /** A copy of the message. */
  message(): Uint8Array {
    return this.#kernels.bytes.slice(this.#message.at, this.#message.at + this.#messageBytes);
  }

  /** Reads the message and looks its series up; false where it is not plain. */
  *scan(): Steps<boolean> {
    const block = this.#block;
    block.clear();
    block.set('at', this.#message.at);
    block.set('end', this.#message.at + this.#messageBytes);
    this.#grow();
    for (;;) {
      this.#table.show(block);
      const answer = this.#kernels.exports.remoteScan(block.at, bytesInStep);
      if (answer === scanDone) return true;
      if (answer === scanFull) this.#grow();
      else if (answer !== scanMore) return false;
      yield;
    }
  }

  /** Twice the room for rows and series, and some for a beginning. */
  #grow(): void {
    const block = this.#block;
    const [rows, rowsBefore] = [block.get('rows'), block.get('rowCapacity')];
    const count = block.get('seriesCount');
    if (rows === rowsBefore) {
      const capacity = Math.max(2048, rowsBefore * 2);
      // Columns move apart: their bytes are copied one column at a time, from the last on.
      const at = this.#rows.reserve(capacity * rowBytes, rowsBefore * rowBytes);
      const { bytes } = this.#kernels;
      const move = (from: number, to: number, size: number): void => {
        bytes.copyWithin(at + to * capacity, at + from * rowsBefore, at + from * rowsBefore + size * rows);
      };
      move(24, 24, 4);
      move(16, 16, 8);
      move(8, 8, 8);
      block.set('rowRefs', at);
      block.set('rowTimes', at + 8 * capacity);
      block.set('rowValues', at + 16 * capacity);
      block.set('rowOwners', at + 24 * capacity);
      block.set('rowCapacity', capacity);
    }
    if (count === block.get('seriesCapacity')) {
      const capacity = Math.max(2048, count * 2);
      block.set('series', this.#series.reserve(capacity * seriesBytes, count * seriesBytes));
      block.set('seriesCapacity', capacity);
    }
  }

  get seriesCount(): number {
    return this.#block.get('seriesCount');
  }

  /** Series that the table did not know when they were scanned. */
  get unknownCount(): number {
    return this.#block.get('unknown');
  }

  /** Series with histograms or exemplars. */
  get oddCount(): number {
    return this.#block.get('odd');
  }

  isOdd(index: number): boolean {
    return this.#kernels.words[(this.#at(index) + 32) >>> 2] !== 0;
  }

  refOf(index: number): number {
    return this.#kernels.doubles[(this.#at(index) + 24) >>> 3] as number;
  }

  /** 0 drops the series, -1 refuses it; neither is told to the table. */
  setRef(index: number, ref: number): void {
    this.#kernels.doubles[(this.#at(index) + 24) >>> 3] = ref;
  }

  /** The ref of a series, also for requests to come where the table has room. */
  learn(index: number, ref: number): void {
    if (this.#table.hasRoom) this.#table.put(this.#block, index, ref);
    else this.setRef(index, ref);
  }

  /** Before some hundred series are learnt. */
  *makeRoom(): Steps<void> {
    if (this.#table.isFull) yield* this.#table.makeRoom();
  }

  /** A copy of the label fields. */
  labels(index: number): Uint8Array {
    const at = this.#at(index) >>> 2;
    const { words, bytes } = this.#kernels;
    return bytes.slice(words[at] as number, words[at + 1] as number);
  }

  /** A copy of the whole series. */
  series(index: number): Uint8Array {
    const at = this.#at(index) >>> 2;
    const { words, bytes } = this.#kernels;
    return bytes.slice(words[at + 2] as number, words[at + 3] as number);
  }

  #at(index: number): number {
    return this.#block.get('series') + index * seriesBytes;
  }

  #textsNext = 0;

  /** Labels of unknown series, some at a time; undefined at the end. Those that are not plain are left out. */
  nextTexts(): RemoteTexts | undefined {
    const list = this.#texts.reserve(mostListed * 12 + textBytes);
    const into = list + mostListed * 12;
    const block = this.#block;
    while (this.#textsNext < this.seriesCount) {
      this.#textsNext = this.#kernels.exports.remoteTexts(
        block.at,
        this.#textsNext,
        list,
        mostListed,
        into,
        into + textBytes,
      );
      const length = block.get('texts');
      if (length > 0) return this.#listed(list, length);
    }
    return undefined;
  }

  #listed(list: number, length: number): RemoteTexts {
    const { bytes, words } = this.#kernels;
    const into = list + mostListed * 12;
    const column = (field: number): Uint32Array => {
      const values = new Uint32Array(length);
      for (let i = 0; i < length; i++) values[i] = words[(list >>> 2) + i * 3 + field] as number;
      return values;
    };
    return {
      length,
      bytes: bytes.subarray(into, into + textBytes),
      owners: column(0),
      starts: column(1).map((at) => at - into),
      labelCounts: column(2),
    };
  }

  /** Rows that a store is to see, moved together; later than `latestMs` none is. */
  *fill(latestMs: number): Steps<void> {
    const block = this.#block;
    const rows = block.get('rows');
    block.set('kept', 0);
    for (let from = 0; from < rows; from += rowsInStep) {
      if (from > 0) yield;
      this.#kernels.exports.remoteFill(block.at, from, Math.min(rows, from + rowsInStep), latestMs);
    }
  }

  /** What `fill` left out: the outcome of the first row (0: none), and whether a refused series was among them. */
  get refusals(): { readonly first: number; readonly isFull: boolean } {
    return { first: this.#block.get('refusal'), isFull: this.#block.get('isFull') !== 0 };
  }

  get keptCount(): number {
    return this.#block.get('kept');
  }

  /** Rows `from` to `to` of what `fill` kept. */
  rows(from: number, to: number): RemoteRows {
    const { buffer } = this.#kernels.memory;
    const block = this.#block;
    const length = to - from;
    return {
      length,
      refs: new Float64Array(buffer, block.get('rowRefs') + from * 8, length),
      timestamps: new Float64Array(buffer, block.get('rowTimes') + from * 8, length),
      values: new Float64Array(buffer, block.get('rowValues') + from * 8, length),
      owners: new Uint32Array(buffer, block.get('rowOwners') + from * 4, length),
    };
  }
}
