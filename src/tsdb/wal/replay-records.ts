import { KernelBuffer, KernelMemoryError, type Kernels } from '../../kernels/index.js';
import { recordType } from './format.js';
import {
  decodeRecord,
  SampleColumns,
  type SampleRows,
  SampleRowsDecoder,
  type WalRecord,
} from './records/index.js';
import type { SegmentReader } from './segment-reader.js';

/** Floats without start timestamps stand in the kernels' memory; all else is as `decodeRecord` gives it. */
export type ReplayRecord = WalRecord | { readonly kind: 'rows'; readonly rows: SampleRows };

/** Series as upstream writes them, found sound, one behind another in the kernels' memory. */
export interface StoredSeriesRecord {
  readonly kind: 'stored-series';
  readonly at: number;
  readonly end: number;
  readonly copy: boolean;
  /** Room for `most` doubles. */
  readonly refs: number;
  readonly most: number;
}

/** Series that one call of a kernel makes: about a millisecond. */
const seriesAtOnce = 512;
/** Bytes that one call of a kernel looks at: less than a millisecond. */
const checkedAtOnce = 1 << 20;

/** Decodes the records of segments that were opened with the same kernels. */
export class ReplayRecords {
  readonly #kernels: Kernels;
  readonly #rows: SampleRowsDecoder;
  readonly #refs: KernelBuffer;
  readonly #columns = new SampleColumns();

  constructor(kernels: Kernels) {
    this.#kernels = kernels;
    this.#refs = new KernelBuffer(kernels);
    this.#rows = new SampleRowsDecoder(kernels);
  }

  /** Of the record that the reader has read last; valid until the next call. Throws `DecodeError`. */
  decode(reader: SegmentReader): ReplayRecord {
    const { place } = reader;
    if (place !== undefined && reader.recordType === recordType.samples) {
      const rows = this.#decodeRows(place);
      if (rows !== undefined) return { kind: 'rows', rows };
    }
    return decodeRecord(reader.record, this.#columns);
  }

  /** The record that was read last, undefined where it is none of series that a kernel can make. */
  storedSeries(reader: SegmentReader): StoredSeriesRecord | undefined {
    const { place, recordType: type } = reader;
    const copy = type === recordType.seriesCopy;
    if (place === undefined || !(copy || type === recordType.series)) return undefined;
    const [at, end] = [place.at + 1, place.end];
    if (!this.#isSound(at, end)) return undefined;
    try {
      const refs = this.#refs.reserve(seriesAtOnce * 8);
      return { kind: 'stored-series', at, end, copy, refs, most: seriesAtOnce };
    } catch (error) {
      if (error instanceof KernelMemoryError) return undefined;
      throw error;
    }
  }

  /** Whether a kernel can make the series that stand there. */
  #isSound(at: number, end: number): boolean {
    let checked = at;
    while (checked !== 0 && checked < end)
      checked = this.#kernels.exports.headCheckSeries(checked, end, checkedAtOnce) >>> 0;
    return checked !== 0;
  }

  /** Undefined when the memory has no room for the columns: they are then made outside of it. */
  #decodeRows(place: { at: number; end: number }): SampleRows | undefined {
    try {
      return this.#rows.decode(place.at, place.end);
    } catch (error) {
      if (error instanceof KernelMemoryError) return undefined;
      throw error;
    }
  }

  release(): void {
    this.#rows.release();
    this.#refs.release();
  }
}
