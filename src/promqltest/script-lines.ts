import { ScriptError } from './script.js';

/** A script line by line, comments taken away, with a place to read on from. */
export class ScriptLines {
  readonly #originals: readonly string[];
  readonly #lines: readonly string[];
  #at = -1;

  constructor(text: string) {
    this.#originals = text.split('\n');
    this.#lines = this.#originals.map((line) => {
      const trimmed = line.trim();
      return trimmed.startsWith('#') ? '' : trimmed;
    });
  }

  /** Of the line read last, from 1. */
  get number(): number {
    return this.#at + 1;
  }

  /** The next line, empty or not; undefined at the end. */
  next(): string | undefined {
    if (this.#at + 1 >= this.#lines.length) return undefined;
    this.#at++;
    return this.#lines[this.#at];
  }

  /** The next line of a command; undefined where an empty one ends it. */
  nextOfCommand(): string | undefined {
    return this.#lines[this.#at + 1] ? this.next() : undefined;
  }

  /** A mistake in the line read last, or in `line`; `offset` in characters of the line as it was read. */
  error(message: string, { line = this.number, offset = 0 } = {}): ScriptError {
    const original = this.#originals[line - 1] ?? '';
    const indent = original.length - original.trimStart().length;
    return new ScriptError({ line, column: indent + offset + 1 }, message);
  }
}
