import { wordsOf } from '../../model/index.js';
import type { FloatBatch, HistogramSample } from '../../storage/index.js';
import { StagedFloats } from '../head/index.js';

/** Rows kept beyond this are given up: a whole log without series records must not fill the memory. */
const maxRows = 2_000_000;

/** Where rows stood. */
export interface OrphanPlace {
  /** Ordinal of the segment. */
  readonly segment: number;
  /** Of those that are not in order there, these were to be taken (`Head.replayLateFromMs`). */
  readonly lateFromMs: number;
}

interface Shelf extends OrphanPlace {
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

  addFloat(place: OrphanPlace, batch: FloatBatch, row: number): void {
    if (this.#rows >= maxRows) {
      this.#lose('samples', batch.refs[row] as number);
      return;
    }
    this.#rows++;
    this.#shelf(place).floats.push(batch, row, wordsOf(batch.values));
  }

  addHistogram(place: OrphanPlace, sample: HistogramSample): void {
    if (this.#rows >= maxRows) {
      this.#lose('histograms', sample.ref);
      return;
    }
    this.#rows++;
    this.#shelf(place).histograms.push(sample);
  }

  #lose(kind: 'samples' | 'histograms', ref: number): void {
    this.lost[kind]++;
    this.lost.refs.add(ref);
  }

  #shelf({ segment, lateFromMs }: OrphanPlace): Shelf {
    const last = this.#shelves.at(-1);
    if (last?.segment === segment && last.lateFromMs === lateFromMs) return last;
    const shelf = { segment, lateFromMs, floats: new StagedFloats(), histograms: [] };
    this.#shelves.push(shelf);
    return shelf;
  }

  /** Hands out the rows whose series is known by now, oldest first, and keeps the others. */
  takeKnown(
    isKnown: (ref: number) => boolean,
    give: {
      floats(batch: FloatBatch, place: OrphanPlace): void;
      histogram(sample: HistogramSample, place: OrphanPlace): void;
    },
  ): void {
    const shelves = this.#shelves;
    this.#shelves = [];
    this.#rows = 0;
    for (const shelf of shelves) {
      const { floats, histograms } = shelf;
      const known = new StagedFloats();
      const words = wordsOf(floats.values);
      for (let row = 0; row < floats.length; row++) {
        if (isKnown(floats.refs[row] as number)) known.push(floats, row, words);
        else this.addFloat(shelf, floats, row);
      }
      if (known.length > 0) give.floats(known, shelf);
      for (const sample of histograms) {
        if (isKnown(sample.ref)) give.histogram(sample, shelf);
        else this.addHistogram(shelf, sample);
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
