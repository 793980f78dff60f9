import { compareUtf8 } from '../base/index.js';
import { Labels } from './labels.js';

/** Changes to a label set, applied at once by `labels()`. */
export class LabelsBuilder {
  #base: Labels;
  /** Names that were set, with their values, in the order of their first setting. */
  readonly #changed = new Map<string, string>();
  readonly #deleted = new Set<string>();

  constructor(base: Labels = Labels.empty) {
    this.#base = base;
  }

  reset(base: Labels): this {
    this.#base = base;
    this.#changed.clear();
    this.#deleted.clear();
    return this;
  }

  get(name: string): string {
    const changed = this.#changed.get(name);
    if (changed !== undefined) return changed;
    return this.#deleted.has(name) ? '' : this.#base.get(name);
  }

  /** An empty value deletes the label. */
  set(name: string, value: string): this {
    if (value === '') return this.delete(name);
    this.#changed.set(name, value);
    return this;
  }

  delete(...names: string[]): this {
    for (const name of names) {
      this.#changed.delete(name);
      this.#deleted.add(name);
    }
    return this;
  }

  keep(...names: string[]): this {
    const kept = new Set(names);
    for (const [name] of this.inOrderOfChange()) if (!kept.has(name)) this.delete(name);
    return this;
  }

  /**
   * Labels that stand as they were, in name order, then those that were set, in the order of their setting.
   */
  inOrderOfChange(): [name: string, value: string][] {
    const entries: [string, string][] = [];
    for (const [name, value] of this.#base) {
      if (!this.#deleted.has(name) && !this.#changed.has(name)) entries.push([name, value]);
    }
    return [...entries, ...this.#changed];
  }

  /** Name and value of every label, in name order. */
  entries(): [name: string, value: string][] {
    return this.inOrderOfChange().sort(([a], [b]) => compareUtf8(a, b));
  }

  labels(): Labels {
    if (this.#changed.size === 0 && this.#deleted.size === 0) return this.#base;
    return Labels.fromSortedPairs(this.entries().flat());
  }
}
