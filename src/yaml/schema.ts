/**
 * What a YAML node is to become. A schema decodes by the type it wants, as upstream's yaml.v2 does: `yes` is a text
 * where a text is wanted and true where a boolean is. Problems go to the decoder; a node that does not fit becomes
 * the type's zero, so that the rest of the file is still looked at.
 */
import {
  type Decoder,
  describeNode,
  isMap,
  isNullNode,
  isScalar,
  isSeq,
  type Place,
  scalarText,
} from './decoder.js';
import { compareKeys } from './key-order.js';
import type { ProblemKind } from './problem.js';
import type { YamlValue } from './write-yaml.js';

export interface Schema<T> {
  /** Upstream's name of the type, as its messages print it. */
  readonly typeName: string;
  /** The value of an absent key. */
  absent(): T;
  /** The value of an explicit null. */
  zero(): T;
  /** The text is read twice at most; the result shares nothing with the nodes. */
  decode(node: unknown, decoder: Decoder): T;
  /** The value as upstream prints it. */
  print(value: T): YamlValue;
  /** Go's zero: upstream leaves the key out that has it. */
  isZero(value: T): boolean;
  /** The key is printed in any case. */
  readonly isPrinted?: boolean;
}

/** Reports what is wrong with a value; the decode goes on. */
export type Report = (upstreamText: string, options?: { key?: string; kind?: ProblemKind }) => void;

export function reportMismatch(node: unknown, decoder: Decoder, typeName: string): void {
  const found = describeNode(node);
  decoder.report(
    'type',
    node,
    `expected ${plainName(typeName)}, found ${found}`,
    ({ line }) => `line ${line}: cannot unmarshal ${found} into ${typeName}`,
  );
}

function plainName(typeName: string): string {
  if (typeName.startsWith('[]')) return 'a list';
  if (typeName.startsWith('map[') || typeName.includes('.')) return 'a mapping';
  const names: Record<string, string> = { bool: 'a boolean', string: 'a string', float64: 'a number' };
  return names[typeName] ?? 'an integer';
}

/** What Go takes for nothing, save structs. */
export function isZeroValue(value: unknown): boolean {
  if (Array.isArray(value)) return value.length === 0;
  if (value instanceof Map) return value.size === 0;
  return !value || value === 0n;
}

/** A schema of single scalars; `read` answers undefined for what does not fit. */
export function scalar<T>(options: {
  typeName: string;
  zero: T;
  read(text: ReturnType<typeof scalarText>): T | undefined;
  print(value: T): YamlValue;
}): Schema<T> {
  return {
    print: options.print,
    isZero: isZeroValue,
    typeName: options.typeName,
    absent: () => options.zero,
    zero: () => options.zero,
    decode: (node, decoder) =>
      decoder.enter(node, (target) => {
        if (isNullNode(target)) return options.zero;
        const value = isScalar(target) ? options.read(scalarText(target)) : undefined;
        if (value !== undefined) return value;
        reportMismatch(target, decoder, options.typeName);
        return options.zero;
      }),
  };
}

export function list<T>(item: Schema<T>): Schema<T[]> {
  return {
    typeName: `[]${item.typeName}`,
    absent: () => [],
    zero: () => [],
    print: (value) => value.map(item.print),
    isZero: isZeroValue,
    decode: (node, decoder) =>
      decoder.enter(node, (target) => {
        if (isNullNode(target)) return [];
        if (isSeq(target)) {
          return target.items.map((entry, i) => decoder.within(i, () => item.decode(entry, decoder)));
        }
        reportMismatch(target, decoder, `[]${item.typeName}`);
        return [];
      }),
  };
}

/** Any keys to values of one type, in file order. `__proto__` is a key like any other. */
export function map<T>(value: Schema<T>, typeName = `map[string]${value.typeName}`): Schema<Map<string, T>> {
  return {
    typeName,
    absent: () => new Map(),
    zero: () => new Map(),
    print: (entries) => printMap(entries, value),
    isZero: isZeroValue,
    decode: (node, decoder) =>
      decoder.enter(node, (target) => {
        const result = new Map<string, T>();
        if (isNullNode(target)) return result;
        if (!isMap(target)) {
          reportMismatch(target, decoder, typeName);
          return result;
        }
        const entries = entriesOf(target, decoder);
        if (hasRepeatedKeys(entries, decoder)) return result;
        for (const { key, item } of entries) {
          const decoded = decoder.within(key, () => value.decode(item, decoder));
          if (!result.has(key)) result.set(key, decoded);
          else {
            decoder.report(
              'type',
              item,
              `key ${JSON.stringify(key)} is set twice`,
              ({ line }) => `line ${line}: key ${JSON.stringify(key)} already set in map`,
            );
          }
        }
        return result;
      }),
  };
}

function printMap<T>(entries: ReadonlyMap<string, T>, value: Schema<T>): YamlValue {
  const sorted = [...entries].sort(([a], [b]) => compareKeys(a, b));
  return new Map(sorted.map(([key, item]) => [key, value.print(item)]));
}

export interface Entry {
  readonly key: string;
  readonly keyNode: unknown;
  readonly item: unknown;
}

/** A mapping's entries with the keys as text; what `<<` brings stands behind the mapping's own keys. */
export function entriesOf(node: { items: { key: unknown; value: unknown }[] }, decoder: Decoder): Entry[] {
  const own: Entry[] = [];
  const merged: Entry[] = [];
  for (const { key: keyNode, value } of node.items) {
    decoder.enter(keyNode, (target) => {
      if (!isScalar(target)) return reportMismatch(target, decoder, 'string');
      const { resolved } = scalarText(target);
      if (resolved.tag === '!!merge') merged.push(...mergedEntries(value, decoder));
      else own.push({ key: decoder.textOf(target), keyNode: target, item: value });
    });
  }
  const seen = new Set(own.map((entry) => entry.key));
  for (const entry of merged) {
    if (!seen.has(entry.key)) own.push(entry);
    seen.add(entry.key);
  }
  return own;
}

/** Upstream's yaml.v3 reads nothing of a mapping that has a key twice, and tells of all such keys. */
export function hasRepeatedKeys(entries: readonly Entry[], decoder: Decoder): boolean {
  if (decoder.options.dialect !== 'v3') return false;
  const first = new Map<string, number>();
  let isFound = false;
  for (const { key, keyNode } of entries) {
    const before = first.get(key);
    if (before === undefined) {
      first.set(key, decoder.placeOfNode(keyNode).line);
      continue;
    }
    isFound = true;
    const shown = JSON.stringify(key);
    decoder.report(
      'type',
      keyNode,
      `key ${shown} is set twice`,
      ({ line }) => `line ${line}: mapping key ${shown} already defined at line ${before}`,
    );
  }
  return isFound;
}

function mergedEntries(value: unknown, decoder: Decoder): Entry[] {
  return decoder.enter(value, (target) => {
    if (isMap(target)) return entriesOf(target, decoder);
    if (isSeq(target)) return target.items.flatMap((item) => mergedEntries(item, decoder));
    const text = 'map merge requires map or sequence of maps as the value';
    decoder.report('syntax', target, text, () => `yaml: ${text}`);
    return [];
  });
}

/** Absent and null are undefined (upstream's pointer). */
export function optional<T>(schema: Schema<T>): Schema<T | undefined> {
  return {
    typeName: schema.typeName,
    absent: () => undefined,
    zero: () => undefined,
    print: (value) => (value === undefined ? null : schema.print(value)),
    isZero: (value) => value === undefined,
    decode: (node, decoder) =>
      decoder.enter(node, (target) => (isNullNode(target) ? undefined : schema.decode(target, decoder))),
  };
}

/** An absent key is `value`; an explicit null stays the type's zero. */
export function withDefault<T>(schema: Schema<T>, value: T): Schema<T> {
  return { ...schema, absent: () => value };
}

export interface Located<T> {
  readonly value: T;
  /** Of the value, not of its key; all zeros where the key is absent. */
  readonly place: Place;
}

const nowhere: Place = { line: 0, column: 0, path: '' };

/** A value with where it stands. */
export function located<T>(schema: Schema<T>): Schema<Located<T>> {
  const at = (value: T): Located<T> => ({ value, place: nowhere });
  return {
    typeName: schema.typeName,
    absent: () => at(schema.absent()),
    zero: () => at(schema.zero()),
    print: ({ value }) => schema.print(value),
    isZero: ({ value }) => schema.isZero(value),
    decode: (node, decoder) => ({ place: decoder.placeOfNode(node), value: schema.decode(node, decoder) }),
  };
}

/** A key that upstream prints also where it is empty. */
export function printed<T>(schema: Schema<T>): Schema<T> {
  return { ...schema, isPrinted: true };
}

/** A list that upstream prints on one line. */
export function inFlow(schema: Schema<string[] | undefined>): Schema<string[] | undefined> {
  return { ...schema, print: (value) => ({ flow: value ?? [] }), isZero: isZeroValue };
}

/** `print` where the values are not printed as those that they are made of. */
type Printing<T, U> = [U] extends [T] ? { print?(value: U): YamlValue } : { print(value: U): YamlValue };

/** Turns a decoded value into another; `convert` runs only where the node had no problem of its own. */
export function refine<T, U>(
  schema: Schema<T>,
  options: {
    zero: U;
    convert(value: T, report: Report): U | undefined;
    isZero?(value: U): boolean;
  } & Printing<T, U>,
): Schema<U> {
  return {
    typeName: schema.typeName,
    absent: () => options.zero,
    zero: () => options.zero,
    print: options.print ?? (schema.print as (value: unknown) => YamlValue),
    isZero: options.isZero ?? isZeroValue,
    decode: (node, decoder) =>
      decoder.enter(node, (target) => {
        if (isNullNode(target)) return options.zero;
        const before = decoder.problems.length;
        const value = schema.decode(target, decoder);
        if (decoder.problems.length > before) return options.zero;
        const report: Report = (text, { kind = 'value' } = {}) =>
          decoder.report(kind, target, text, () => text);
        return options.convert(value, report) ?? options.zero;
      }),
  };
}
