import { type Decoder, isMap, isNullNode, isScalar, isSeq, scalarText } from './decoder.js';
import { compareKeys } from './key-order.js';
import { entriesOf, type Schema } from './schema.js';
import type { YamlValue } from './write-yaml.js';

/** A YAML value of which nothing is known: texts stay texts. */
export type RawYaml = null | RawScalar | readonly RawYaml[] | ReadonlyMap<string, RawYaml>;

export interface RawScalar {
  readonly text: string;
  /** What the text means where it stands unquoted. */
  readonly isString: boolean;
}

/** Takes whatever stands there. Undefined when the key is absent or null. */
export function raw(): Schema<RawYaml | undefined> {
  return {
    typeName: 'interface {}',
    absent: () => undefined,
    zero: () => undefined,
    print: (value) => printRaw(value ?? null),
    isZero: (value) => value === undefined,
    decode: (node, decoder) => readRaw(node, decoder) ?? undefined,
  };
}

function printRaw(value: RawYaml): YamlValue {
  if (value === null) return null;
  if (Array.isArray(value)) return (value as readonly RawYaml[]).map(printRaw);
  if (value instanceof Map) {
    const entries = [...(value as ReadonlyMap<string, RawYaml>)].sort(([a], [b]) => compareKeys(a, b));
    return new Map(entries.map(([key, item]) => [key, printRaw(item)]));
  }
  const { text, isString } = value as RawScalar;
  return isString ? text : { verbatim: text };
}

function readRaw(node: unknown, decoder: Decoder): RawYaml {
  return decoder.enter(node, (target): RawYaml => {
    if (isNullNode(target)) return null;
    if (isSeq(target)) return target.items.map((item) => readRaw(item, decoder));
    if (isMap(target)) {
      return new Map(entriesOf(target, decoder).map(({ key, item }) => [key, readRaw(item, decoder)]));
    }
    if (!isScalar(target)) return null;
    const { text, resolved } = scalarText(target);
    return { text, isString: resolved.tag === '!!str' };
  });
}
