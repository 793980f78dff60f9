import { readFileSync } from 'node:fs';
import path from 'node:path';

export interface Difference {
  readonly id: string;
  readonly matcher: string;
}

/** The known differences of configuration loading, with a count of what each matched. */
export class ConfigDifferences {
  readonly #used = new Map<string, number>();
  readonly #rules: readonly { id: string; pattern: RegExp }[];

  constructor() {
    const file = path.resolve(process.cwd(), 'test', 'differences', 'config.json');
    const list = JSON.parse(readFileSync(file, 'utf8')) as Difference[];
    this.#rules = list.map(({ id, matcher }) => ({ id, pattern: new RegExp(matcher) }));
  }

  covers(name: string): boolean {
    const rule = this.#rules.find(({ pattern }) => pattern.test(name));
    if (rule !== undefined) this.#used.set(rule.id, (this.#used.get(rule.id) ?? 0) + 1);
    return rule !== undefined;
  }

  unused(): string[] {
    return this.#rules.filter(({ id }) => !this.#used.has(id)).map(({ id }) => id);
  }
}
