import { KernelMemoryError, type Kernels } from '../../kernels/index.js';
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

/** Decodes the records of segments that were opened with the same kernels. */
export class ReplayRecords {
  readonly #rows: SampleRowsDecoder;
  readonly #columns = new SampleColumns();

  constructor(kernels: Kernels) {
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
  }
}
