import { chunkTimeLimitMs } from '../../kernels/index.js';
import { type AppendOutcome, appendOutcome, type FloatBatch, type SeriesRef } from '../../storage/index.js';
import type { StagedRows } from './contracts.js';
import { hot, rowFlag } from './layout.js';
import type { HeadWriter } from './writer.js';

/** Rows for the report of a scrape, which follows its page. */
const slack = 16;
const firstCapacity = 64;
/** Three doubles, a row and an outcome. */
const bytesOfRow = 3 * 8 + 4 + 1;

export interface StagedSample {
  readonly ref: SeriesRef;
  readonly timestampMs: number;
  readonly low: number;
  readonly high: number;
  readonly startMs: number;
}

/** Floats that wait for a commit, as columns in one block of the head's memory; start timestamps in another. */
export class StagedColumns {
  readonly #writer: HeadWriter;
  #at = 0;
  #capacity = 0;
  #startsAt = 0;
  /** Rows refused one by one. */
  #refused = 0;
  length = 0;

  constructor(writer: HeadWriter) {
    this.#writer = writer;
  }

  get refsAt(): number {
    return this.#at;
  }

  get timestampsAt(): number {
    return this.#at + this.#capacity * 8;
  }

  get valuesAt(): number {
    return this.#at + this.#capacity * 16;
  }

  get rowsAt(): number {
    return this.#at + this.#capacity * 24;
  }

  get #outcomesAt(): number {
    return this.#at + this.#capacity * 28;
  }

  /** 0 where no row has one. */
  get startsAt(): number {
    return this.#startsAt;
  }

  get staged(): StagedRows {
    const { length, refsAt, timestampsAt, valuesAt, startsAt } = this;
    const rows = { length, refs: refsAt, timestamps: timestampsAt, values: valuesAt };
    return startsAt === 0 ? rows : { ...rows, startTimestamps: startsAt };
  }

  /** Makes room behind the accepted rows; false where memory is used up. */
  reserve(batch: FloatBatch): boolean {
    const needed = this.length + batch.length;
    if (needed > this.#capacity && !this.#grow(needed)) return false;
    if (batch.startTimestamps === undefined || this.#startsAt !== 0) return true;
    if (!batch.startTimestamps.subarray(0, batch.length).some((startMs) => startMs !== 0)) return true;
    this.#startsAt = this.#writer.alloc(this.#capacity * 8);
    if (this.#startsAt === 0) return false;
    this.#writer.views.doubles.fill(0, this.#startsAt >>> 3, (this.#startsAt >>> 3) + this.length);
    return true;
  }

  #grow(needed: number): boolean {
    const writer = this.#writer;
    const capacity = Math.max(firstCapacity, this.#capacity * 2, Math.ceil((needed + slack) / 8) * 8);
    const at = writer.alloc(capacity * bytesOfRow);
    if (at === 0) return false;
    let startsAt = 0;
    if (this.#startsAt !== 0) {
      startsAt = writer.alloc(capacity * 8);
      if (startsAt === 0) {
        writer.free(at, capacity * bytesOfRow);
        return false;
      }
    }
    const { bytes } = writer.views;
    const { length } = this;
    bytes.copyWithin(at, this.refsAt, this.refsAt + length * 8);
    bytes.copyWithin(at + capacity * 8, this.timestampsAt, this.timestampsAt + length * 8);
    bytes.copyWithin(at + capacity * 16, this.valuesAt, this.valuesAt + length * 8);
    bytes.copyWithin(at + capacity * 24, this.rowsAt, this.rowsAt + length * 4);
    if (startsAt !== 0) bytes.copyWithin(startsAt, this.#startsAt, this.#startsAt + length * 8);
    this.#free();
    this.#at = at;
    this.#startsAt = startsAt;
    this.#capacity = capacity;
    return true;
  }

  /** Copies a batch behind the accepted rows; answers where it begins. */
  place(batch: FloatBatch): number {
    const { doubles, bytes } = this.#writer.views;
    const { length } = batch;
    const from = this.length;
    doubles.set(head(batch.refs, length), (this.refsAt >>> 3) + from);
    doubles.set(head(batch.timestamps, length), (this.timestampsAt >>> 3) + from);
    // As bytes: a NaN keeps its payload.
    const { buffer, byteOffset } = batch.values;
    bytes.set(new Uint8Array(buffer, byteOffset, length * 8), this.valuesAt + from * 8);
    if (this.#startsAt !== 0) {
      const startsAt = (this.#startsAt >>> 3) + from;
      for (let i = 0; i < length; i++) doubles[startsAt + i] = knownStart(batch.startTimestamps?.[i]);
    }
    return from;
  }

  /** Judges rows in place; answers the row to be judged by the caller, or `to`. */
  stage(from: number, to: number, validFromMs: number, lateFromMs: number): number {
    const { exports } = this.#writer;
    const stopped = exports.headStage(
      this.refsAt,
      this.timestampsAt,
      this.valuesAt,
      this.#startsAt,
      this.rowsAt,
      from,
      to,
      this.length,
      this.#outcomesAt,
      validFromMs,
      lateFromMs,
    );
    this.length = exports.headStaged() >>> 0;
    return stopped >>> 0;
  }

  /** Row `index` of what was placed. */
  sample(index: number): StagedSample {
    const { views } = this.#writer;
    const valueAt = this.valuesAt + index * 8;
    return {
      ref: views.double(this.refsAt + index * 8) as SeriesRef,
      timestampMs: views.double(this.timestampsAt + index * 8),
      low: views.word(valueAt),
      high: views.word(valueAt + 4),
      startMs: this.#startsAt === 0 ? 0 : views.double(this.#startsAt + index * 8),
    };
  }

  rowAt(index: number): number {
    return this.#writer.views.word(this.rowsAt + index * 4);
  }

  /** Moves a placed row to the accepted ones. */
  accept(index: number, row: number): void {
    const { views } = this.#writer;
    const { bytes } = views;
    const to = this.length++;
    const columns = [this.refsAt, this.timestampsAt, this.valuesAt];
    if (this.#startsAt !== 0) columns.push(this.#startsAt);
    for (const at of columns) bytes.copyWithin(at + to * 8, at + index * 8, at + index * 8 + 8);
    views.setWord(this.rowsAt + to * 4, row);
    this.#writer.setFlags(row, rowFlag.pending, 0);
  }

  sameValue(index: number, sample: StagedSample): boolean {
    const there = this.sample(index);
    return there.low === sample.low && there.high === sample.high;
  }

  /** Whether a float is the newest committed one. */
  isLastValue(row: number, sample: StagedSample): boolean {
    const { views } = this.#writer;
    const at = views.hotRow(row) + hot.lastValue;
    if ((this.#writer.flagsOf(row) & rowFlag.histogram) !== 0) return false;
    return views.word(at) === sample.low && views.word(at + 4) === sample.high;
  }

  setOutcome(index: number, outcome: AppendOutcome): void {
    this.#writer.views.bytes[this.#outcomesAt + index] = outcome;
    if (outcome !== appendOutcome.accepted) this.#refused++;
  }

  /** How many were not accepted. */
  takeOutcomes(from: number, length: number, outcomes: Uint8Array): number {
    const refused = (this.#writer.exports.headTakeRefusedRows() >>> 0) + this.#refused;
    this.#refused = 0;
    const at = this.#outcomesAt + from;
    if (refused === 0) outcomes.fill(appendOutcome.accepted, 0, length);
    else outcomes.set(this.#writer.views.bytes.subarray(at, at + length));
    return refused;
  }

  eachRow(visit: (row: number) => void): void {
    for (let i = 0; i < this.length; i++) visit(this.rowAt(i));
  }

  unstage(): void {
    this.#writer.exports.headUnstage(this.rowsAt, 0, this.length);
  }

  release(): void {
    this.#free();
    this.#at = 0;
    this.#startsAt = 0;
    this.#capacity = 0;
    this.length = 0;
  }

  #free(): void {
    if (this.#at !== 0) this.#writer.free(this.#at, this.#capacity * bytesOfRow);
    if (this.#startsAt !== 0) this.#writer.free(this.#startsAt, this.#capacity * 8);
  }
}

function head(column: Float64Array, length: number): Float64Array {
  return column.length === length ? column : column.subarray(0, length);
}

/** A start timestamp that no chunk takes is none. */
function knownStart(startTimestampMs = 0): number {
  return Math.abs(startTimestampMs) <= chunkTimeLimitMs ? startTimestampMs : 0;
}
