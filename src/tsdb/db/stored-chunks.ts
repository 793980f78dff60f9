import type { Disk } from '../../base/index.js';
import type { SeriesRef } from '../../storage/index.js';
import { type HeadChunkRecord, type HeadChunkScan, readHeadChunks } from '../chunks/index.js';
import type { ChunkPlace, Head } from '../head/index.js';

/** Of late chunks that tsprom has written. */
export const noOwner = 0;

const firstCapacity = 1024;
/** Fields of a chunk in the columns: ref, mint, maxt, segment, offset, samples, encoding, out of order, next. */
const fields = 9;
const nextField = 8;

/** The chunks that `chunks_head` holds, by series, until the log has named the series. */
export class StoredChunks {
  readonly scan: HeadChunkScan;
  /** The highest series reference of all, 0 where there is none. */
  readonly maxRef: number;
  /** Of the chunk that was written last. */
  readonly lastPlace: ChunkPlace | undefined;
  /** Whether chunks of late samples are among them. */
  readonly hasLate: boolean;
  readonly #columns: Float64Array;
  readonly #first: ReadonlyMap<number, number>;

  private constructor(
    scan: HeadChunkScan,
    parts: {
      columns: Float64Array;
      first: ReadonlyMap<number, number>;
      maxRef: number;
      lastPlace: ChunkPlace | undefined;
      hasLate: boolean;
    },
  ) {
    this.scan = scan;
    this.#columns = parts.columns;
    this.#first = parts.first;
    this.maxRef = parts.maxRef;
    this.lastPlace = parts.lastPlace;
    this.hasLate = parts.hasLate;
  }

  /**
   * Reads the files to the first damage. Chunks in order that end before `minValidMs` are passed over, and without
   * `takesLate` those out of order. Changes nothing.
   */
  static async read(
    disk: Disk,
    directory: string,
    minValidMs: number,
    { takesLate }: { readonly takesLate: boolean },
  ): Promise<StoredChunks> {
    let columns = new Float64Array(firstCapacity * fields);
    let count = 0;
    let maxRef = 0;
    let lastPlace: ChunkPlace | undefined;
    let hasLate = false;
    const first = new Map<number, number>();
    const last = new Map<number, number>();
    const onChunk = (chunk: HeadChunkRecord): void => {
      maxRef = Math.max(maxRef, chunk.ref);
      lastPlace = { segment: chunk.segment, offset: chunk.offset };
      if (chunk.isOutOfOrder ? !takesLate || chunk.ref === noOwner : chunk.maxtMs < minValidMs) return;
      hasLate ||= chunk.isOutOfOrder;
      const at = count++ * fields;
      if (at + fields > columns.length) columns = grown(columns);
      columns[at] = chunk.ref;
      columns[at + 1] = chunk.mintMs;
      columns[at + 2] = chunk.maxtMs;
      columns[at + 3] = chunk.segment;
      columns[at + 4] = chunk.offset;
      columns[at + 5] = chunk.samples;
      columns[at + 6] = chunk.encoding;
      columns[at + 7] = Number(chunk.isOutOfOrder);
      columns[at + nextField] = -1;
      const before = last.get(chunk.ref);
      if (before === undefined) first.set(chunk.ref, at);
      else columns[before + nextField] = at;
      last.set(chunk.ref, at);
    };
    const scan = await readHeadChunks({ disk, directory, onChunk });
    return new StoredChunks(scan, { columns, first, maxRef, lastPlace, hasLate });
  }

  /** Series that have chunks, in the order of their first. */
  refs(): Iterable<number> {
    return this.#first.keys();
  }

  /** Gives a series that was just restored its chunks, in the order of writing. */
  restore(head: Head, ref: SeriesRef): void {
    const columns = this.#columns;
    const field = (at: number, index: number): number => columns[at + index] as number;
    for (let at = this.#first.get(ref) ?? -1; at >= 0; at = field(at, nextField)) {
      head.restoreChunk(
        {
          ref,
          mintMs: field(at, 1),
          maxtMs: field(at, 2),
          samples: field(at, 5),
          encoding: field(at, 6),
          isOutOfOrder: field(at, 7) === 1,
        },
        { segment: field(at, 3), offset: field(at, 4) },
      );
    }
  }
}

function grown(columns: Float64Array): Float64Array<ArrayBuffer> {
  const larger = new Float64Array(columns.length * 2);
  larger.set(columns);
  return larger;
}
