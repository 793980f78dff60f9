import { CorruptionError } from '../../base/index.js';
import { SeriesEntry } from '../index/index.js';
import type { IndexPlan } from './index-plan.js';
import type { CheckedSymbols } from './index-symbols.js';
import { PairPostings, PostingSums } from './pair-postings.js';
import { hex, type PieceReader } from './piece-reader.js';
import type { Survey } from './survey.js';
import type { ToldChunk } from './verify-chunks.js';

const alignBytes = 16;
const mostLengthBytes = 10;
const checksumBytes = 4;
const firstCapacity = 1024;

export type SeriesSink = (chunk: ToldChunk) => void;

export interface IndexSeriesOptions {
  readonly survey: Survey;
  readonly reader: PieceReader;
  readonly plan: IndexPlan;
  /** Absent where the symbols could not be read. */
  readonly symbols: CheckedSymbols | undefined;
  readonly sink: SeriesSink;
}

/** Walks the series of an index and keeps what the postings must say of them. */
export class IndexSeries {
  readonly #survey: Survey;
  readonly #reader: PieceReader;
  readonly #plan: IndexPlan;
  readonly #symbols: CheckedSymbols | undefined;
  readonly #sink: SeriesSink;
  readonly #entry = new SeriesEntry();
  /** In the order of the file, which is rising. */
  #ids = new Uint32Array(firstCapacity);
  /** Symbols of the labels of the series before. */
  #before = new Uint32Array(32);
  #beforeLength = 0;
  readonly pairs = new PairPostings();
  readonly all = new PostingSums();
  count = 0;
  /** No series was left out. */
  isWhole = true;

  constructor({ survey, reader, plan, symbols, sink }: IndexSeriesOptions) {
    this.#survey = survey;
    this.#reader = reader;
    this.#plan = plan;
    this.#symbols = symbols;
    this.#sink = sink;
  }

  has(id: number): boolean {
    let low = 0;
    let high = this.count;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#ids[middle] as number) < id) low = middle + 1;
      else high = middle;
    }
    return low < this.count && this.#ids[low] === id;
  }

  #damage(offset: number, message: string): void {
    this.#survey.findings.damage('series', { path: this.#plan.path, offset }, message);
  }

  check(): void {
    const { series, seriesEnd, version } = this.#plan;
    const step = version === 1 ? 1 : alignBytes;
    let offset = series;
    while (offset < seriesEnd) {
      const aligned = Math.ceil(offset / step) * step;
      const end = Math.min(aligned, seriesEnd);
      const other = this.#reader.firstNonZero(offset, end);
      if (other !== undefined) this.#damage(other, 'bytes between two series are not zero');
      if (aligned >= seriesEnd || this.#isRest(aligned, seriesEnd)) break;
      const next = this.#checkEntry(aligned);
      if (next === undefined) {
        this.isWhole = false;
        const found = this.#resume(aligned + step, step);
        if (found === undefined) return;
        offset = found;
      } else offset = next;
    }
  }

  /** Fewer bytes than a series takes, all zero: what aligns the part that follows. */
  #isRest(offset: number, end: number): boolean {
    return end - offset < alignBytes && this.#reader.firstNonZero(offset, end) === undefined;
  }

  /** The next place with a series whose checksum is right. */
  #resume(from: number, step: number): number | undefined {
    if (step === 1) return undefined;
    for (let offset = from; offset < this.#plan.seriesEnd; offset += step) {
      const frame = this.#frame(offset);
      if (frame !== undefined && frame.length > 0 && frame.computed === frame.stored) return offset;
    }
    return undefined;
  }

  /** A series' place and its checksums, or undefined where its length is wrong. */
  #frame(offset: number) {
    const room = this.#plan.seriesEnd - offset;
    const cursor = this.#reader.cursor(offset, Math.min(mostLengthBytes, room));
    let length: number;
    try {
      length = cursor.uvarint();
    } catch (error) {
      if (error instanceof CorruptionError) return undefined;
      throw error;
    }
    const start = offset + cursor.at;
    if (start + length + checksumBytes > this.#plan.seriesEnd) return undefined;
    const at = this.#reader.at(offset, start - offset + length + checksumBytes) + (start - offset);
    const { exports, bytes } = this.#survey.kernels;
    const computed = exports.crc32c(at, length, 0) >>> 0;
    const end = at + length;
    const stored =
      (((bytes[end] as number) << 24) |
        ((bytes[end + 1] as number) << 16) |
        ((bytes[end + 2] as number) << 8) |
        (bytes[end + 3] as number)) >>>
      0;
    return { start, length, computed, stored };
  }

  /** Where it ends, or undefined where nothing of it can be believed. */
  #checkEntry(offset: number): number | undefined {
    const frame = this.#frame(offset);
    if (frame === undefined) {
      this.#damage(offset, 'the length of a series leads beyond its section');
      return undefined;
    }
    const { start, length, computed, stored } = frame;
    const end = start + length + checksumBytes;
    if (computed !== stored) {
      this.#damage(offset, `expected checksum ${hex(computed)}, found ${hex(stored)}`);
      this.isWhole = false;
      // The length may be what is wrong: whatever comes next shows.
      return undefined;
    }
    try {
      const cursor = this.#reader.cursor(start, length);
      this.#entry.readLabels(cursor, cursor.bytes.length);
      this.#entry.readChunks();
      if (cursor.at !== cursor.end) this.#damage(start + cursor.at, 'bytes behind the chunks of a series');
    } catch (error) {
      this.isWhole = false;
      this.#damage(
        offset,
        error instanceof CorruptionError ? `expected ${error.expected}, found ${error.found}` : '',
      );
      if (!(error instanceof CorruptionError)) throw error;
      return end;
    }
    const id = this.#plan.version === 1 ? offset : offset / alignBytes;
    this.#keepId(id);
    this.#checkLabels(offset, id);
    this.#tellChunks(offset, id);
    return end;
  }

  #keepId(id: number): void {
    if (this.count === this.#ids.length) {
      const grown = new Uint32Array(2 * this.count);
      grown.set(this.#ids);
      this.#ids = grown;
    }
    this.#ids[this.count++] = id;
    this.all.add(id);
  }

  #checkLabels(offset: number, id: number): void {
    const symbols = this.#symbols;
    if (symbols === undefined) return;
    const { labelCount, symbols: found } = this.#entry;
    if (labelCount === 0) this.#damage(offset, 'a series without labels');
    const length = 2 * labelCount;
    let previousName = -1;
    for (let i = 0; i < length; i += 2) {
      const name = symbols.numberOf(found[i] as number);
      const value = symbols.numberOf(found[i + 1] as number);
      if (name < 0 || value < 0) {
        this.#damage(offset, `label ${i / 2 + 1} of the series names a symbol that is not there`);
        this.isWhole = false;
        return;
      }
      if (name <= previousName) this.#damage(offset, `label name "${symbols.text(name)}" is not in order`);
      previousName = name;
      found[i] = name;
      found[i + 1] = value;
      this.pairs.add(name, value, id);
    }
    const order = this.#beforeLength === 0 ? -1 : this.#compareToBefore(found, length);
    if (order >= 0)
      this.#damage(
        offset,
        order === 0 ? 'a series that stands twice' : 'a series that is not in label order',
      );
    if (this.#before.length < length) this.#before = new Uint32Array(2 * length);
    for (let i = 0; i < length; i++) this.#before[i] = found[i] as number;
    this.#beforeLength = length;
  }

  #compareToBefore(found: Uint32Array, length: number): number {
    const shorter = Math.min(length, this.#beforeLength);
    for (let i = 0; i < shorter; i++) {
      const difference = (this.#before[i] as number) - (found[i] as number);
      if (difference !== 0) return difference;
    }
    return this.#beforeLength - length;
  }

  #tellChunks(offset: number, series: number): void {
    const { chunkCount, mintMs, maxtMs, refs } = this.#entry;
    let lastMs = Number.NEGATIVE_INFINITY;
    for (let i = 0; i < chunkCount; i++) {
      const first = mintMs[i] as number;
      const last = maxtMs[i] as number;
      if (!(first > lastMs))
        this.#damage(offset, `chunk ${i + 1} begins at ${first}, the one before ends at ${lastMs}`);
      lastMs = last;
      this.#sink({ series, ref: refs[i] as number, mintMs: first, maxtMs: last });
    }
  }
}
