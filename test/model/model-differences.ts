import { readFileSync } from 'node:fs';

interface Difference {
  readonly id: string;
  readonly rule: string;
  readonly upstream: string;
  /** A regular expression over `<test>: <case>`. */
  readonly matcher: string;
}

/**
 * Known differences of the model, as data: what a matcher takes is not compared, and each must take
 * something.
 */
export class ModelDifferences {
  readonly #matchers = new Map<string, RegExp>();
  readonly #used = new Set<string>();

  /** Those of one area: `prefix` begins their ids. */
  constructor(prefix: string) {
    const all = JSON.parse(readFileSync('test/differences/model.json', 'utf8')) as Difference[];
    for (const { id, matcher } of all) {
      if (id.startsWith(prefix)) this.#matchers.set(id, new RegExp(matcher, 's'));
    }
  }

  has(caseName: string): boolean {
    let found = false;
    for (const [id, matcher] of this.#matchers) {
      if (!matcher.test(caseName)) continue;
      this.#used.add(id);
      found = true;
    }
    return found;
  }

  unused(): string[] {
    return [...this.#matchers.keys()].filter((id) => !this.#used.has(id));
  }
}
