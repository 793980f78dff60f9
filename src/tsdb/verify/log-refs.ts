import type { Kernels } from '../../kernels/index.js';
import type { Labels } from '../../model/index.js';
import type { LogContent } from './log-decoder.js';

interface UnknownPlace {
  readonly path: string;
  readonly offset: number;
  readonly refs: Map<number, number>;
}

export interface UnknownRefs {
  readonly path: string;
  /** Of the first such record. */
  readonly offset: number;
  readonly count: number;
  readonly refs: number;
}

/** A file of nothing but foreign series must not fill the memory. */
const mostUnknown = 1 << 20;

/** The series that a log names, and entries that came without theirs. */
export class KnownRefs {
  /** By reference: a hash of the labels. */
  readonly #known = new Map<number, bigint>();
  readonly #unknown = new Map<string, UnknownPlace>();
  #unknownCount = 0;

  get count(): number {
    return this.#known.size;
  }

  has(ref: number): boolean {
    return this.#known.has(ref);
  }

  /** Answers how many samples the record has. */
  add(
    record: LogContent,
    place: { readonly path: string; readonly offset: number },
    kernels: Kernels,
    onDamage: (message: string) => void,
  ): number {
    switch (record.kind) {
      case 'series':
        for (const { ref, labels } of record.entries) this.addSeries(ref, labels, onDamage);
        return 0;
      case 'rows': {
        const { refs, length } = record.rows;
        const { doubles } = kernels;
        for (let i = 0; i < length; i++) this.#see(doubles[refs / 8 + i] as number, place);
        return length;
      }
      case 'samples': {
        const { refs, length } = record.batch;
        for (let i = 0; i < length; i++) this.#see(refs[i] as number, place);
        return length;
      }
      case 'histograms':
        for (const { ref } of record.samples) this.#see(ref, place);
        return record.samples.length;
      case 'late-place':
      case 'unknown':
        return 0;
      default:
        for (const { ref } of record.entries) this.#see(ref, place);
        return 0;
    }
  }

  addSeries(ref: number, labels: Labels, onDamage: (message: string) => void): void {
    const hash = labels.hash();
    const known = this.#known.get(ref);
    if (known !== undefined && known !== hash) onDamage(`series ${ref} once more, with other labels`);
    if (labels.size === 0) onDamage(`series ${ref} has no labels`);
    this.#known.set(ref, hash);
  }

  #see(ref: number, { path, offset }: { readonly path: string; readonly offset: number }): void {
    if (this.#known.has(ref)) return;
    let place = this.#unknown.get(path);
    if (place === undefined) {
      place = { path, offset, refs: new Map() };
      this.#unknown.set(path, place);
    }
    const before = place.refs.get(ref);
    if (before === undefined && this.#unknownCount++ >= mostUnknown) return;
    place.refs.set(ref, (before ?? 0) + 1);
  }

  /** By file; a series that a later record names is known, as a start reads it. */
  *unknown(): Generator<UnknownRefs> {
    for (const { path, offset, refs } of this.#unknown.values()) {
      let count = 0;
      let unknown = 0;
      for (const [ref, entries] of refs) {
        if (this.#known.has(ref)) continue;
        count += entries;
        unknown++;
      }
      if (unknown > 0) yield { path, offset, count, refs: unknown };
    }
  }

  forgetUnknown(): void {
    this.#unknown.clear();
    this.#unknownCount = 0;
  }
}
