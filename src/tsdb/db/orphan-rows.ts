import { wordsOf } from '../../model/index.js';
import type { FloatBatch, HistogramSample } from '../../storage/index.js';
import { StagedFloats } from '../head/index.js';

/** Rows kept beyond this are given up: a whole log without series records must not fill the memory. */
const maxRows = 2_000_000;

interface Shelf {
  /** Ordinal of the segment that the rows stand in. */
  readonly segment: number;
  readonly floats: StagedFloats;
  readonly histograms: HistogramSample[];
}

export interface OrphanCounts {
  samples: number;
  histograms: number;
  readonly refs: Set<number>;
}

/**
 * Samples whose series record has not been read: it may have stood in a damaged page, and comes once more in the
 * segment that follows.
 */
export class OrphanRows {
  readonly lost: OrphanCounts = { samples: 0, histograms: 0, refs: new Set() };
  #shelves: Shelf[] = [];
  #rows = 0;

  get isEmpty(): boolean {
    return this.#rows === 0;
  }

  addFloat(segment: number, batch: FloatBatch, row: number): void {
    if (this.#rows >= maxRows) {
      this.#lose('samples', batch.refs[row] as number);
      return;
    }
    this.#rows++;
    this.#shelf(segment).floats.push(batch, row, wordsOf(batch.values));
  }

  addHistogram(segment: number, sample: HistogramSample): void {
    if (this.#rows >= maxRows) {
      this.#lose('histograms', sample.ref);
      return;
    }
    this.#rows++;
    this.#shelf(segment).histograms.push(sample);
  }

  #lose(kind: 'samples' | 'histograms', ref: number): void {
    this.lost[kind]++;
    this.lost.refs.add(ref);
  }

  #shelf(segment: number): Shelf {
    const last = this.#shelves.at(-1);
    if (last?.segment === segment) return last;
    const shelf = { segment, floats: new StagedFloats(), histograms: [] };
    this.#shelves.push(shelf);
    return shelf;
  }

  /** Hands out the rows whose series is known by now, oldest first, and keeps the others. */
  takeKnown(
    isKnown: (ref: number) => boolean,
    give: { floats(batch: FloatBatch): void; histogram(sample: HistogramSample): void },
  ): void {
    const shelves = this.#shelves;
    this.#shelves = [];
    this.#rows = 0;
    for (const { segment, floats, histograms } of shelves) {
      const known = new StagedFloats();
      const words = wordsOf(floats.values);
      for (let row = 0; row < floats.length; row++) {
        if (isKnown(floats.refs[row] as number)) known.push(floats, row, words);
        else this.addFloat(segment, floats, row);
      }
      if (known.length > 0) give.floats(known);
      for (const sample of histograms) {
        if (isKnown(sample.ref)) give.histogram(sample);
        else this.addHistogram(segment, sample);
      }
    }
  }

  /** Gives up what stands before `segment`. */
  dropBefore(segment: number): void {
    const kept: Shelf[] = [];
    for (const shelf of this.#shelves) {
      if (shelf.segment >= segment) {
        kept.push(shelf);
        continue;
      }
      this.#rows -= shelf.floats.length + shelf.histograms.length;
      for (let row = 0; row < shelf.floats.length; row++) {
        this.#lose('samples', shelf.floats.refs[row] as number);
      }
      for (const { ref } of shelf.histograms) this.#lose('histograms', ref);
    }
    this.#shelves = kept;
  }
}
