import { encodeUtf8 } from '../../base/index.js';
import {
  dumpRowBytes,
  dumpRowFieldBytes,
  dumpRowFields,
  dumpRowsText,
  dumpSecondsLimitMs,
  dumpTimeForms,
  installFormatPowers,
  type KernelScope,
} from '../../kernels/index.js';
import type { ColumnPlace, SeriesColumns } from '../../storage/index.js';

/** What is given away at once. */
const pieceBytes = 1 << 20;
/** Rows that are made as text in plain code at once. */
const textRows = 1024;

/** Takes bytes that are valid until it returns or resolves; they may lie in a shared memory. */
export type PieceSink = (piece: Uint8Array) => void | Promise<void>;

export interface RowForm {
  /** One byte between prefix, value and time. */
  readonly separator: string;
  readonly inSeconds: boolean;
}

/** Collects text and rows in a memory of kernels, and gives them away in pieces of about a mebibyte. */
export class RowWriter {
  readonly #scope: KernelScope;
  readonly #sink: PieceSink;
  readonly #form: RowForm;
  readonly #fields: number;
  #out: number;
  #capacity = pieceBytes + 2 * dumpRowBytes;
  #length = 0;
  #prefix = 0;
  #prefixCapacity = 0;
  #copy = 0;
  #copyCapacity = 0;

  constructor(scope: KernelScope, form: RowForm, sink: PieceSink) {
    installFormatPowers(scope.kernels);
    this.#scope = scope;
    this.#sink = sink;
    this.#form = form;
    this.#fields = scope.alloc(dumpRowFieldBytes);
    this.#out = scope.alloc(this.#capacity);
  }

  async text(text: string): Promise<void> {
    const bytes = encodeUtf8(text);
    if (this.#length + bytes.length > this.#capacity) await this.flush();
    if (bytes.length > this.#capacity) {
      await this.#sink(bytes);
      return;
    }
    this.#scope.kernels.bytes.set(bytes, this.#out + this.#length);
    this.#length += bytes.length;
  }

  /** Rows 0 to `end` (excluded), all of them floats. */
  async rows(prefix: string, columns: SeriesColumns, end: number): Promise<void> {
    if (end === 0) return;
    if (!this.#suitsKernel(columns, end)) return this.#plainRows(prefix, columns, end);
    const place = this.#placeOf(columns, end);
    const prefixBytes = this.#putPrefix(prefix);
    if (prefixBytes + dumpRowBytes > this.#capacity) await this.#enlarge(prefixBytes + dumpRowBytes);
    this.#set(dumpRowFields.timestamps, place.timestamps);
    this.#set(dumpRowFields.values, place.values);
    this.#set(dumpRowFields.row, 0);
    this.#set(dumpRowFields.endRow, end);
    this.#set(dumpRowFields.prefix, this.#prefix);
    this.#set(dumpRowFields.prefixBytes, prefixBytes);
    this.#set(dumpRowFields.separator, this.#form.separator.charCodeAt(0));
    this.#set(dumpRowFields.form, dumpTimeForms[this.#form.inSeconds ? 'seconds' : 'milliseconds']);
    const row = (this.#fields >>> 2) + dumpRowFields.row;
    for (;;) {
      this.#set(dumpRowFields.out, this.#out + this.#length);
      this.#set(dumpRowFields.outBytes, this.#capacity - this.#length);
      const { kernels } = this.#scope;
      this.#length += kernels.exports.dumpRows(this.#fields);
      if (kernels.words[row] === end) return;
      await this.flush();
    }
  }

  async flush(): Promise<void> {
    const length = this.#length;
    this.#length = 0;
    if (length > 0) await this.#sink(this.#scope.kernels.bytes.subarray(this.#out, this.#out + length));
  }

  #suitsKernel({ timestamps, length }: SeriesColumns, end: number): boolean {
    const limit = this.#form.inSeconds ? dumpSecondsLimitMs : Number.MAX_SAFE_INTEGER;
    const last = timestamps[Math.min(end, length) - 1] as number;
    return (timestamps[0] as number) >= -limit && last <= limit;
  }

  async #plainRows(prefix: string, { timestamps, values }: SeriesColumns, end: number): Promise<void> {
    const rows = { prefix, ...this.#form, timestamps, values };
    for (let from = 0; from < end; from += textRows)
      await this.text(dumpRowsText(rows, from, Math.min(end, from + textRows)));
  }

  #set(field: number, value: number): void {
    this.#scope.kernels.words[(this.#fields >>> 2) + field] = value;
  }

  #putPrefix(prefix: string): number {
    const bytes = encodeUtf8(prefix);
    if (bytes.length > this.#prefixCapacity) {
      if (this.#prefixCapacity > 0) this.#scope.free(this.#prefix);
      this.#prefixCapacity = 2 * bytes.length;
      this.#prefix = this.#scope.alloc(this.#prefixCapacity + 16);
    }
    this.#scope.kernels.bytes.set(bytes, this.#prefix);
    return bytes.length;
  }

  async #enlarge(bytes: number): Promise<void> {
    await this.flush();
    this.#scope.free(this.#out);
    this.#capacity = bytes;
    this.#out = this.#scope.alloc(bytes);
  }

  #placeOf({ timestamps, values, place }: SeriesColumns, length: number): ColumnPlace {
    if (place !== undefined) return place;
    if (length > this.#copyCapacity) {
      if (this.#copyCapacity > 0) this.#scope.free(this.#copy);
      this.#copyCapacity = 2 * length;
      this.#copy = this.#scope.alloc(16 * this.#copyCapacity);
    }
    const { doubles } = this.#scope.kernels;
    const at = this.#copy / 8;
    doubles.set(timestamps.subarray(0, length), at);
    doubles.set(values.subarray(0, length), at + length);
    return { timestamps: this.#copy, values: this.#copy + 8 * length };
  }
}
