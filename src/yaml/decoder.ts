import { type Alias, isAlias, isMap, isScalar, isSeq, type Scalar } from 'yaml';
import { offsetOf, type ParsedYaml } from './parse-document.js';
import type { ConfigProblem, ProblemKind } from './problem.js';
import { type ResolvedScalar, resolveScalar } from './resolve-scalar.js';

export interface Place {
  readonly line: number;
  readonly column: number;
  readonly path: string;
}

/** A scalar as its text and what that text means when no type is wanted of it. */
export interface ScalarText {
  readonly text: string;
  readonly resolved: ResolvedScalar;
  readonly isBinary: boolean;
  /** A binary scalar whose text is no base64. */
  readonly isInvalid?: boolean;
}

export interface DecodeOptions {
  /** Upstream reads the configuration with yaml.v2, and rule files with yaml.v3. */
  readonly dialect?: 'v2' | 'v3';
  /** Keys that are not known are passed over. */
  readonly ignoresUnknown?: boolean;
}

/** Ends a decode that must not go on: aliases that would multiply the document. */
export class DecodeAborted extends Error {
  override readonly name = 'DecodeAborted';
}

/**
 * One decode of one document: collects problems, remembers where decoded objects stood, and counts what aliases
 * cost (upstream's budget: go.yaml.in/yaml v2 decode.go).
 */
export class Decoder {
  readonly problems: ConfigProblem[] = [];
  readonly #parsed: ParsedYaml;
  readonly #file: string;
  readonly #path: (string | number)[] = [];
  readonly #places = new WeakMap<object, ReadonlyMap<string, Place>>();
  readonly #openAliases = new Set<unknown>();
  #decodeCount = 0;
  #aliasCount = 0;

  readonly options: DecodeOptions;

  constructor(parsed: ParsedYaml, file: string, options: DecodeOptions = {}) {
    this.#parsed = parsed;
    this.#file = file;
    this.options = options;
  }

  get path(): string {
    return this.#path.reduce<string>((path, part) => {
      if (typeof part === 'number') return `${path}[${part}]`;
      return path === '' ? part : `${path}.${part}`;
    }, '');
  }

  placeOfNode(node: unknown): Place {
    const offset = offsetOf(node);
    if (offset === undefined) return { line: 0, column: 0, path: this.path };
    const { line, col } = this.#parsed.lines.linePos(offset);
    return { line, column: col, path: this.path };
  }

  /** `upstreamText` may use the problem's line: a type problem's text starts with it. */
  report(kind: ProblemKind, node: unknown, message: string, upstreamText?: (place: Place) => string): void {
    const place = this.placeOfNode(node);
    this.problems.push({
      kind,
      file: this.#file,
      ...place,
      message,
      ...(upstreamText === undefined ? {} : { upstreamText: upstreamText(place) }),
    });
  }

  /** A problem at a remembered place, in upstream's own words. */
  reportAt(kind: ProblemKind, place: Place, text: string): void {
    this.problems.push({ kind, file: this.#file, ...place, message: text, upstreamText: text });
  }

  /** Runs `run` with `part` added to the path. */
  within<T>(part: string | number, run: () => T): T {
    this.#path.push(part);
    try {
      return run();
    } finally {
      this.#path.pop();
    }
  }

  /** Follows an alias while `run` looks at what it stands for. */
  enter<T>(node: unknown, run: (target: unknown) => T): T {
    this.#decodeCount++;
    if (this.#openAliases.size > 0) this.#aliasCount++;
    this.#checkAliasBudget(node);
    if (!isAlias(node)) return run(node);
    const target = this.#parsed.aliases.get(node as Alias);
    if (this.#openAliases.has(target)) {
      this.#abort(node, `anchor '${node.source}' value contains itself`);
    }
    this.#openAliases.add(target);
    try {
      return run(target);
    } finally {
      this.#openAliases.delete(target);
    }
  }

  #checkAliasBudget(node: unknown): void {
    if (this.#aliasCount <= 100 || this.#decodeCount <= 1000) return;
    const over = Math.min(Math.max(this.#decodeCount - 400_000, 0), 3_600_000);
    const allowed = 0.99 - (0.89 * over) / 3_600_000;
    if (this.#aliasCount / this.#decodeCount > allowed) {
      this.#abort(node, 'document contains excessive aliasing');
    }
  }

  #abort(node: unknown, text: string): never {
    this.report('syntax', node, text, () => `yaml: ${text}`);
    throw new DecodeAborted(text);
  }

  /** A scalar's text; a binary one is decoded. */
  textOf(node: Scalar): string {
    const { text, isInvalid } = scalarText(node);
    if (isInvalid !== true) return text;
    const problem = '!!binary value contains invalid base64 data';
    this.report('value', node, problem, () => `yaml: ${problem}`);
    return '';
  }

  /** Keeps where an object and its keys stand, for checks of the decoded whole. The key "" is the object itself. */
  remember(object: object, places: ReadonlyMap<string, Place>): void {
    this.#places.set(object, places);
  }

  placeOf(object: object, key = ''): Place {
    const places = this.#places.get(object);
    return places?.get(key) ?? places?.get('') ?? { line: 0, column: 0, path: '' };
  }
}

export function isNullNode(node: unknown): boolean {
  if (node === null || node === undefined) return true;
  return isScalar(node) && node.type === 'PLAIN' && scalarText(node).resolved.tag === '!!null';
}

/** The text of a scalar node with the meaning that its quotes and tag leave it. */
export function scalarText(node: Scalar): ScalarText {
  const tag = node.tag;
  if (tag === 'tag:yaml.org,2002:binary' || tag === '!!binary') {
    const source = node.source ?? '';
    const text = decodeBase64(source);
    return {
      text: text ?? source,
      resolved: { tag: '!!str' },
      isBinary: true,
      isInvalid: text === undefined,
    };
  }
  const text = String(node.value ?? '');
  const isPlain = node.type === 'PLAIN' && (tag === undefined || !/(?:2002:|!!)str$/.test(tag));
  return { text, resolved: isPlain ? resolveScalar(text) : { tag: '!!str' }, isBinary: false };
}

/** Bytes that are no UTF-8 become lone surrogates U+DC80 to U+DCFF, which no check takes for a name. */
function decodeBase64(source: string): string | undefined {
  const clean = source.replace(/[\r\n]/g, '');
  if (clean.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(clean)) return undefined;
  const bytes = Buffer.from(clean, 'base64');
  const decoded = bytes.toString('utf8');
  if (Buffer.from(decoded, 'utf8').equals(bytes)) return decoded;
  return Array.from(bytes, (byte) => String.fromCharCode(byte < 0x80 ? byte : 0xdc00 + byte)).join('');
}

/** Upstream's `!!str \`value\`` of a node that does not fit its target. */
export function describeNode(node: unknown): string {
  if (isMap(node)) return '!!map';
  if (isSeq(node)) return '!!seq';
  if (!isScalar(node)) return '!!null';
  const { text, resolved, isBinary } = scalarText(node);
  const bytes = new TextEncoder().encode(text);
  const shown = bytes.length > 10 ? `${new TextDecoder().decode(bytes.subarray(0, 7))}...` : text;
  return `${isBinary ? '!!binary' : resolved.tag} \`${shown}\``;
}

export { isMap, isScalar, isSeq };
