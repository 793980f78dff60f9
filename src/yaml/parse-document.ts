import type { YAMLError } from 'yaml';
import { type Alias, type Document, isAlias, isMap, isScalar, isSeq, LineCounter, parseDocument } from 'yaml';
import type { ConfigProblem } from './problem.js';

export const maxDocumentBytes = 16 * 1024 * 1024;
export const maxDepth = 100;

/** Text that only opens levels, which the parser would follow at a cost far beyond its length. */
const deepOpening = /(?:[[{]\s{0,64}){1000}|(?:[-?][ ]){1000}/;
const tooDeep = `nested deeper than ${maxDepth} levels`;

export interface ParsedYaml {
  readonly root: unknown;
  readonly lines: LineCounter;
  /** The node an alias stands for; anchors are looked up where the alias stands, as YAML says. */
  readonly aliases: ReadonlyMap<Alias, unknown>;
}

export type YamlParseResult =
  | { readonly parsed: ParsedYaml }
  | { readonly problems: readonly ConfigProblem[] };

/** Reads the first document of `text` into nodes with positions. Scalars stay text: their meaning is the target's. */
export function parseYaml(text: string, file: string): YamlParseResult {
  if (text.length > maxDocumentBytes) {
    return { problems: [syntaxProblem({ file, message: `file is larger than ${maxDocumentBytes} bytes` })] };
  }
  const deepAt = text.search(deepOpening);
  if (deepAt >= 0) return { problems: [syntaxProblem({ file, message: tooDeep, ...placeAt(text, deepAt) })] };
  const lines = new LineCounter();
  const document: Document = parseDocument(text, {
    schema: 'failsafe',
    uniqueKeys: false,
    prettyErrors: false,
    logLevel: 'silent',
    lineCounter: lines,
  });
  if (document.errors.length > 0) {
    return { problems: firstError(document.errors, text, lines, file) };
  }
  const aliases = new Map<Alias, unknown>();
  const found = resolveAliases(document.contents, aliases);
  if (found !== undefined) {
    const place = found.offset === undefined ? undefined : lines.linePos(found.offset);
    return {
      problems: [
        syntaxProblem({
          file,
          message: found.message,
          upstreamText: found.upstreamText,
          line: place?.line,
          column: place?.col,
        }),
      ],
    };
  }
  return { parsed: { root: document.contents, lines, aliases } };
}

function syntaxProblem(given: {
  file: string;
  message: string;
  upstreamText?: string | undefined;
  line?: number | undefined;
  column?: number | undefined;
}): ConfigProblem {
  return {
    kind: 'syntax',
    file: given.file,
    path: '',
    message: given.message,
    line: given.line ?? 0,
    column: given.column ?? 0,
    ...(given.upstreamText === undefined ? {} : { upstreamText: given.upstreamText }),
  };
}

function placeAt(text: string, offset: number): { line: number; column: number } {
  const before = text.slice(0, offset).split('\n');
  return { line: before.length, column: (before.at(-1) as string).length + 1 };
}

interface AliasFailure {
  readonly message: string;
  readonly upstreamText?: string;
  readonly offset: number | undefined;
}

/** Walks the nodes in document order with an own stack of depth at most `maxDepth`. */
function resolveAliases(root: unknown, into: Map<Alias, unknown>): AliasFailure | undefined {
  const anchors = new Map<string, unknown>();
  const walk = (node: unknown, depth: number): AliasFailure | undefined => {
    if (depth > maxDepth) {
      return { message: tooDeep, offset: offsetOf(node) };
    }
    if (isAlias(node)) {
      const target = anchors.get(node.source);
      if (target === undefined) {
        const text = `unknown anchor '${node.source}' referenced`;
        return { message: text, upstreamText: `yaml: ${text}`, offset: offsetOf(node) };
      }
      into.set(node, target);
      return undefined;
    }
    if (isScalar(node)) {
      if (node.anchor !== undefined) anchors.set(node.anchor, node);
      return undefined;
    }
    if (!isMap(node) && !isSeq(node)) return undefined;
    if (node.anchor !== undefined) anchors.set(node.anchor, node);
    for (const item of node.items) {
      const parts: unknown[] = isPairLike(item) ? [item.key, item.value] : [item];
      for (const part of parts) {
        const failure = walk(part, depth + 1);
        if (failure !== undefined) return failure;
      }
    }
    return undefined;
  };
  return walk(root, 0);
}

function isPairLike(item: unknown): item is { key: unknown; value: unknown } {
  return typeof item === 'object' && item !== null && 'key' in item && 'value' in item && !isScalar(item);
}

/** Where a node starts, in UTF-16 units. */
export function offsetOf(node: unknown): number | undefined {
  if (typeof node !== 'object' || node === null || !('range' in node)) return undefined;
  const range: unknown = node.range;
  return Array.isArray(range) ? (range[0] as number) : undefined;
}

function firstError(
  errors: readonly YAMLError[],
  text: string,
  lines: LineCounter,
  file: string,
): ConfigProblem[] {
  const error = errors.reduce((a, b) => (b.pos[0] < a.pos[0] ? b : a));
  const { line, col } = lines.linePos(error.pos[0]);
  const exhausted = error.code === 'RESOURCE_EXHAUSTION';
  const message = exhausted ? tooDeep : lowerFirst(error.message);
  const upstream = exhausted ? undefined : upstreamSyntaxText(error, text, line);
  return [syntaxProblem({ file, message, upstreamText: upstream, line, column: col })];
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}

/** Upstream's words for the commonest mistakes; its line is the one before for what its parser, not its scanner, finds. */
function upstreamSyntaxText(error: YAMLError, text: string, line: number): string | undefined {
  const at = (found: number, words: string): string =>
    found > 0 ? `yaml: line ${found}: ${words}` : `yaml: ${words}`;
  const { code, message } = error;
  if (code === 'TAB_AS_INDENT' || code === 'BAD_SCALAR_START') {
    return at(line, 'found character that cannot start any token');
  }
  if (code === 'BAD_DQ_ESCAPE') return at(line, 'found unknown escape character');
  if (code === 'BLOCK_AS_IMPLICIT_KEY') return at(line, 'mapping values are not allowed in this context');
  if (code === 'MULTILINE_IMPLICIT_KEY') return at(line + 1, "could not find expected ':'");
  if (code === 'MISSING_CHAR' && message.includes('quote')) {
    return at(text.split('\n').length, 'found unexpected end of stream');
  }
  if (message.includes('Missing directives-end')) return 'yaml: could not find expected directive name';
  const isFlow = /[Ff]low (?:sequence|map)|with a [\]}]/.test(message);
  const written = text.trimEnd();
  if (isFlow && error.pos[0] >= written.length && /[[{,]$/.test(written))
    return at(text.split('\n').length - 1, 'did not find expected node content');
  if (/Flow sequence|with a \]|flow sequence/.test(message))
    return at(line - 1, "did not find expected ',' or ']'");
  if (/Flow map|with a \}|flow map/.test(message)) return at(line - 1, "did not find expected ',' or '}'");
  if (code === 'BAD_INDENT') return at(line - 1, 'did not find expected key');
  return undefined;
}
