import {
  installFormatPowers,
  jsonRowFieldBytes,
  jsonRowFields,
  jsonSlotBytes,
  KernelMemoryError,
  KernelScope,
  type Kernels,
} from '../../kernels/index.js';
import type { ColumnPlace, SeriesColumns } from '../../storage/index.js';
import { type ByteWriter, maxPieceBytes } from './byte-writer.js';

/** As many steps as a range query may have, and one. */
const maxSlots = 11_001;
/** A kernel fills so much at once. */
const outBytes = 64 * 1024;

interface Block {
  readonly at: number;
  readonly bytes: number;
}

/**
 * Rows of floats written by a kernel. The text of each timestamp is made once for all series, those of the longest
 * series at hand. Columns without a place, which is one in the same kernels' memory, are copied into it.
 */
export class KernelRows {
  readonly #kernels: Kernels;
  readonly #scope: KernelScope;
  readonly #fields: number;
  readonly #out: number;
  #slots: Block = { at: 0, bytes: 0 };
  #slotCount = 0;
  #copy: Block = { at: 0, bytes: 0 };

  private constructor(kernels: Kernels, scope: KernelScope) {
    this.#kernels = kernels;
    this.#scope = scope;
    this.#fields = scope.alloc(jsonRowFieldBytes);
    this.#out = scope.alloc(outBytes);
  }

  /** Undefined where the memory has no room left. */
  static open(kernels: Kernels): KernelRows | undefined {
    installFormatPowers(kernels);
    const scope = new KernelScope(kernels);
    try {
      return new KernelRows(kernels, scope);
    } catch (error) {
      scope.close();
      if (error instanceof KernelMemoryError) return undefined;
      throw error;
    }
  }

  /** Stands before the first row; false where these columns are not for the kernel. */
  start(columns: SeriesColumns): boolean {
    const { kinds, histograms, length, timestamps } = columns;
    if (kinds !== undefined || histograms !== undefined || length === 0) return false;
    const first = timestamps[0] as number;
    const last = timestamps[length - 1] as number;
    if (!Number.isSafeInteger(first) || !Number.isSafeInteger(last)) return false;
    try {
      const place = this.#placeOf(columns);
      if (length <= maxSlots && length > 1.25 * this.#slotCount) this.#fillSlots(place.timestamps, length);
      this.#set(jsonRowFields.timestamps, place.timestamps);
      this.#set(jsonRowFields.values, place.values);
    } catch (error) {
      if (error instanceof KernelMemoryError) return false;
      throw error;
    }
    this.#set(jsonRowFields.row, 0);
    this.#set(jsonRowFields.firstRow, 0);
    this.#set(jsonRowFields.endRow, length);
    this.#set(jsonRowFields.nextSlot, 0);
    this.#set(jsonRowFields.out, this.#out);
    return true;
  }

  /** Writes rows until the piece is full; true when all are written. */
  write(out: ByteWriter): boolean {
    const { exports, words } = this.#kernels;
    const fields = this.#fields >>> 2;
    for (;;) {
      if (words[fields + jsonRowFields.row] === words[fields + jsonRowFields.endRow]) return true;
      if (out.isFull) return false;
      this.#set(jsonRowFields.outBytes, Math.min(outBytes, maxPieceBytes - out.length));
      const written = exports.jsonRows(this.#fields);
      out.bytes(this.#kernels.bytes, this.#out, this.#out + written);
    }
  }

  close(): void {
    this.#scope.close();
  }

  #set(field: number, value: number): void {
    this.#kernels.words[(this.#fields >>> 2) + field] = value;
  }

  #placeOf({ timestamps, values, length, place }: SeriesColumns): ColumnPlace {
    if (place !== undefined) return place;
    this.#copy = this.#grown(this.#copy, 16 * length);
    const { at } = this.#copy;
    const { doubles } = this.#kernels;
    doubles.set(timestamps.length === length ? timestamps : timestamps.subarray(0, length), at / 8);
    doubles.set(values.length === length ? values : values.subarray(0, length), at / 8 + length);
    return { timestamps: at, values: at + 8 * length };
  }

  #fillSlots(timestamps: number, count: number): void {
    this.#slots = this.#grown(this.#slots, count * (jsonSlotBytes + 8));
    const slots = this.#slots.at;
    const times = slots + count * jsonSlotBytes;
    this.#kernels.bytes.copyWithin(times, timestamps, timestamps + 8 * count);
    this.#kernels.exports.jsonSlots(times, count, slots);
    this.#slotCount = count;
    this.#set(jsonRowFields.slots, slots);
    this.#set(jsonRowFields.times, times);
    this.#set(jsonRowFields.slotCount, count);
  }

  /** The content is lost. */
  #grown(block: Block, bytes: number): Block {
    if (bytes <= block.bytes) return block;
    if (block.bytes > 0) this.#scope.free(block.at);
    return { at: this.#scope.alloc(bytes), bytes };
  }
}
