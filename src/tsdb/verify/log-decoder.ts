import type { Kernels } from '../../kernels/index.js';
import {
  decodeRecord,
  recordType,
  SampleColumns,
  type SampleRows,
  SampleRowsDecoder,
  type SegmentReader,
  type WalRecord,
} from '../wal/index.js';

/** Floats without start timestamps stand in the kernels' memory; all else is as `decodeRecord` gives it. */
export type LogContent = WalRecord | { readonly kind: 'rows'; readonly rows: SampleRows };

/** Decodes every record whole, labels and all. */
export class LogDecoder {
  readonly #rows: SampleRowsDecoder;
  readonly #columns = new SampleColumns();

  constructor(kernels: Kernels) {
    this.#rows = new SampleRowsDecoder(kernels);
  }

  /** Of the record that the reader, opened with the same kernels, has read last. Throws `DecodeError`. */
  decode(reader: SegmentReader): LogContent {
    const { place } = reader;
    if (place !== undefined && reader.recordType === recordType.samples) {
      return { kind: 'rows', rows: this.#rows.decode(place.at, place.end) };
    }
    return decodeRecord(reader.record, this.#columns);
  }

  release(): void {
    this.#rows.release();
  }
}
