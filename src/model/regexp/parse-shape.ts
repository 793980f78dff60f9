import { readClass } from './read-class.js';
import {
  alternateShapes,
  anchorShape,
  concatShapes,
  emptyShape,
  gapShape,
  opaqueShape,
  repeatShape,
  type Shape,
  textShape,
} from './shape.js';

/** Deeper nesting is left to the engine, which has Go's limit. */
const maxDepth = 200;

interface Flags {
  readonly ignoresCase: boolean;
  readonly isMultiline: boolean;
  readonly dotMatchesNewline: boolean;
}

/**
 * The shape of a pattern, or undefined when it holds something this reader does not know, which may be an
 * error. A shape without opaque parts is exact, and its pattern is one that RE2 accepts; where parts are
 * opaque, the engine has to be asked.
 */
export function parseShape(pattern: string): Shape | undefined {
  const reader = new ShapeReader(pattern);
  const shape = reader.alternation(0);
  return shape !== undefined && reader.at === pattern.length ? shape : undefined;
}

const repeatCount = /\{(\d{1,4})(?:(,)(\d{0,4}))?\}/y;
const groupHead = /\(\?(?:P?<\w+>|([imsU]*)(-[imsU]+)?([:)]))/y;
const namedEscapes: ReadonlyMap<string, string> = new Map([
  ['a', '\x07'],
  ['f', '\f'],
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
  ['v', '\v'],
]);

class ShapeReader {
  at = 0;
  readonly #pattern: string;
  #flags: Flags = { ignoresCase: false, isMultiline: false, dotMatchesNewline: true };

  constructor(pattern: string) {
    this.#pattern = pattern;
  }

  /** Up to the end or the parenthesis that closes the group; flags set within last until there. */
  alternation(depth: number): Shape | undefined {
    if (depth > maxDepth) return undefined;
    const flags = this.#flags;
    const branches: Shape[] = [];
    while (true) {
      const branch = this.#branch(depth);
      if (branch === undefined) return undefined;
      branches.push(branch);
      if (this.#pattern[this.at] !== '|') break;
      this.at++;
    }
    this.#flags = flags;
    return alternateShapes(branches);
  }

  #branch(depth: number): Shape | undefined {
    const parts: Shape[] = [];
    while (this.at < this.#pattern.length) {
      const next = this.#pattern[this.at];
      if (next === '|' || next === ')') break;
      const atom = this.#atom(depth);
      if (atom === undefined) return undefined;
      const repeated = this.#repeated(atom);
      if (repeated === undefined) return undefined;
      parts.push(repeated);
    }
    return concatShapes(parts);
  }

  #match(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = this.at;
    return pattern.exec(this.#pattern);
  }

  #atom(depth: number): Shape | undefined {
    const codePoint = this.#pattern.codePointAt(this.at) as number;
    const character = String.fromCodePoint(codePoint);
    switch (character) {
      case '(':
        return this.#group(depth);
      case '[':
        return this.#class();
      case '\\':
        return this.#escape();
      case '.':
        this.at++;
        return this.#flags.dotMatchesNewline ? gapShape(1, 1) : opaqueShape;
      case '^':
      case '$':
        this.at++;
        if (this.#flags.isMultiline) return opaqueShape;
        return anchorShape(character === '^' ? 'start' : 'end');
      case '*':
      case '+':
      case '?':
        return undefined;
      case '{':
        if (this.#match(/\{\d+(?:,\d*)?\}/y) !== null) return undefined;
    }
    this.at += character.length;
    return this.#literal(character);
  }

  #literal(character: string): Shape {
    if (!this.#flags.ignoresCase) return textShape([character]);
    const hasCase = character > '\x7f' || /[a-zA-Z]/.test(character);
    return hasCase ? opaqueShape : textShape([character]);
  }

  #group(depth: number): Shape | undefined {
    const outer = this.#flags;
    if (this.#pattern[this.at + 1] === '?') {
      const head = this.#match(groupHead);
      if (head === null) return undefined;
      this.at += head[0].length;
      const [, set = '', cleared = '', close] = head;
      if (close !== undefined && set + cleared === '' && close === ')') return undefined;
      this.#flags = changeFlags(outer, set, cleared);
      if (close === ')') return emptyShape;
    } else {
      this.at++;
    }
    const shape = this.alternation(depth + 1);
    if (shape === undefined || this.#pattern[this.at] !== ')') return undefined;
    this.at++;
    this.#flags = outer;
    return shape;
  }

  #class(): Shape | undefined {
    const found = readClass(this.#pattern, this.at);
    if (found === undefined) return undefined;
    this.at = found.end;
    if (found.characters === undefined || this.#flags.ignoresCase) return opaqueShape;
    return textShape(found.characters);
  }

  #escape(): Shape | undefined {
    const letter = this.#pattern[this.at + 1];
    if (letter === undefined) return undefined;
    const known = /[dwsDWS]/.test(letter) ? readClass(`[\\${letter}]`, 0) : undefined;
    const named = namedEscapes.get(letter);
    const isPunctuation = letter < '\x80' && !/\w/.test(letter);
    const property = this.#match(/\\[pP](?:[A-Z]|\{\^?\w+\})/y);
    this.at += property?.[0].length ?? 2;
    if (known !== undefined) {
      const isPlain = known.characters !== undefined && !this.#flags.ignoresCase;
      return isPlain ? textShape(known.characters as readonly string[]) : opaqueShape;
    }
    if (property !== null || letter === 'b' || letter === 'B') return opaqueShape;
    if (letter === 'A') return anchorShape('start');
    if (letter === 'z') return anchorShape('end');
    if (named !== undefined) return textShape([named]);
    return isPunctuation || letter === '_' ? textShape([letter]) : undefined;
  }

  /** `atom` with the repetition behind it, of which RE2 takes one. */
  #repeated(atom: Shape): Shape | undefined {
    const range = this.#range();
    if (range === undefined) return atom;
    if (range.max !== Number.POSITIVE_INFINITY && (range.max > 1000 || range.min > range.max))
      return undefined;
    if (range.min > 1000 || atom === emptyShape) return undefined;
    if (this.#pattern[this.at] === '?') this.at++;
    if (this.#range() !== undefined) return undefined;
    return repeatShape(atom, range.min, range.max);
  }

  #range(): { min: number; max: number } | undefined {
    const character = this.#pattern[this.at];
    const infinity = Number.POSITIVE_INFINITY;
    if (character === '*' || character === '+' || character === '?') {
      this.at++;
      return { min: character === '+' ? 1 : 0, max: character === '?' ? 1 : infinity };
    }
    const count = character === '{' ? this.#match(repeatCount) : null;
    if (count === null) return undefined;
    this.at += count[0].length;
    const min = Number(count[1]);
    const max = count[2] === undefined ? min : count[3] === '' ? infinity : Number(count[3]);
    return { min, max };
  }
}

function changeFlags(flags: Flags, set: string, cleared: string): Flags {
  const change = (letter: string, before: boolean): boolean =>
    !cleared.includes(letter) && (set.includes(letter) || before);
  return {
    ignoresCase: change('i', flags.ignoresCase),
    isMultiline: change('m', flags.isMultiline),
    dotMatchesNewline: change('s', flags.dotMatchesNewline),
  };
}
