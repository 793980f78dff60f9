import { ByteWriter } from '../../base/index.js';
import type { Labels } from '../../model/index.js';
import type { SeriesRef } from '../../storage/index.js';
import { recordType } from './format.js';
import type { PackedRecord, RecordPacker } from './record-packer.js';
import { type SeriesEntry, writeSeries } from './records/series.js';
import { RefList } from './ref-list.js';

/** Series of one record of copies: two milliseconds or so. */
const sliceSeries = 1024;
const recordBytes = 1 << 19;

type WriteSeries = (ref: SeriesRef, at: number, end: number) => number;

/**
 * The series that a segment must say once more because the one before it recorded them first: references alone; labels
 * are asked for when a copy is made. A series whose labels are gone by then needs none.
 */
export class SeriesCopies {
  readonly #packer: RecordPacker;
  readonly #labelsOf: (ref: SeriesRef) => Labels | undefined;
  readonly #writeSeries: WriteSeries | undefined;
  readonly #writer = new ByteWriter(4096);
  /** What the current segment owes, from `#done` on. */
  #owed = new RefList();
  #done = 0;
  /** How many of `#owed` are known to be on stable storage. */
  #safe = 0;
  /** First recorded in the current segment: the next one owes them. */
  #first = new RefList();

  constructor(options: {
    packer: RecordPacker;
    labelsOf: (ref: SeriesRef) => Labels | undefined;
    /** As `WalWriterOptions` has it. */
    writeSeries?: WriteSeries | undefined;
    carried: ArrayLike<number> | undefined;
  }) {
    this.#packer = options.packer;
    this.#labelsOf = options.labelsOf;
    this.#writeSeries = options.writeSeries;
    if (options.carried !== undefined) this.#owed.pushAll(options.carried);
  }

  /** References that are not written. */
  get owed(): number {
    return this.#owed.length - this.#done;
  }

  /** A record of the next ones; `count` is how many of the owed it settles. */
  take(): { count: number; record: PackedRecord | undefined } {
    const refs = this.#owed.view(this.#done, this.#done + sliceSeries);
    const written = this.#takeStored(refs);
    if (written.count > 0) return written;
    const entries: SeriesEntry[] = [];
    for (const ref of refs) {
      const labels = this.#labelsOf(ref as SeriesRef);
      if (labels !== undefined) entries.push({ ref: ref as SeriesRef, labels });
    }
    if (entries.length === 0) return { count: refs.length, record: undefined };
    this.#writer.reset();
    writeSeries(this.#writer, recordType.seriesCopy, entries);
    return { count: refs.length, record: this.#packer.packBytes(this.#writer.take()) };
  }

  /** As `take`, without a text made; a count of 0 where that cannot be. */
  #takeStored(refs: Float64Array): { count: number; record: PackedRecord | undefined } {
    const writeSeries = this.#writeSeries;
    if (writeSeries === undefined) return { count: 0, record: undefined };
    const { at: start, end } = this.#packer.room(recordBytes);
    this.#packer.setType(start, recordType.seriesCopy);
    let at = start + 1;
    let count = 0;
    for (const ref of refs) {
      const behind = writeSeries(ref as SeriesRef, at, end);
      if (behind < 0) break;
      if (behind > 0) at = behind;
      count++;
    }
    return { count, record: at === start + 1 ? undefined : this.#packer.pack(start, at - start) };
  }

  written(count: number): void {
    this.#done += count;
  }

  /** All that is written is on stable storage. */
  synced(): void {
    this.#safe = this.#done;
    if (this.#done < this.#owed.length) return;
    this.#owed.clear();
    this.#done = 0;
    this.#safe = 0;
  }

  /** Whatever else is owed, these are said once more in the segment that is written, or the next one. */
  owe(refs: ArrayLike<number>): void {
    this.#owed.pushAll(refs);
  }

  addFirst(refs: readonly number[]): void {
    this.#first.pushAll(refs);
  }

  /** The segment ended on stable storage. */
  nextSegment(): void {
    const rest = this.#owed.view(this.#done);
    this.#first.pushAll(rest);
    this.#startOver();
  }

  /** The segment was given up: what is not known to be safe must be said again. */
  segmentLost(): void {
    const rest = this.#owed.view(this.#safe);
    this.#first.pushAll(rest);
    this.#startOver();
  }

  #startOver(): void {
    this.#owed = this.#first;
    this.#first = new RefList();
    this.#done = 0;
    this.#safe = 0;
  }
}
