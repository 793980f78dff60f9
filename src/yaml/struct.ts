import { didYouMean } from '../base/index.js';
import { type Decoder, isMap, isNullNode, type Place } from './decoder.js';
import { entriesOf, hasRepeatedKeys, type Report, reportMismatch, type Schema } from './schema.js';
import type { YamlValue } from './write-yaml.js';

export type Fields = Readonly<Record<string, Schema<unknown>>>;

/** `scrape_interval` of the file is `scrapeInterval` of the value. */
type Camel<Key extends string> = Key extends `${infer Head}_${infer Tail}`
  ? `${Head}${Capitalize<Camel<Tail>>}`
  : Key;

type ValueOf<S> = S extends Schema<infer T> ? T : never;

export type StructOf<F extends Fields> = {
  readonly [Key in keyof F as Camel<Key & string>]: ValueOf<F[Key]>;
};

export function camelCase(key: string): string {
  return key.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

/**
 * A mapping with known keys. Unknown and repeated keys are problems. `check` runs on a struct that had no problem;
 * what it reports stands at the named key, or at the struct.
 */
export function struct<F extends Fields>(
  fields: F,
  options: {
    typeName: string;
    check?(value: StructOf<F>, report: Report): void;
    /** What a sound value is to be instead: keys that stand for others. */
    complete?(value: StructOf<F>): StructOf<F>;
  },
): Schema<StructOf<F>> {
  const keys = Object.keys(fields);
  const known = new Set(keys);
  const filled = (fill: (schema: Schema<unknown>) => unknown): Record<string, unknown> => {
    const value: Record<string, unknown> = {};
    for (const key of keys) value[camelCase(key)] = fill(fields[key] as Schema<unknown>);
    return value;
  };
  const zero = () => filled((schema) => schema.zero()) as StructOf<F>;
  const absent = (): Record<string, unknown> => filled((schema) => schema.absent());
  return {
    typeName: options.typeName,
    absent: () => absent() as StructOf<F>,
    zero,
    print: (value) => new Map(printedEntries(fields, value)),
    isZero: (value) => keys.every((key) => (fields[key] as Schema<unknown>).isZero(fieldOf(value, key))),
    decode: (node, decoder) =>
      decoder.enter(node, (target) => {
        // An empty document is no null to upstream.
        if (isNullNode(target) && decoder.path !== '') return zero();
        const value = absent();
        if (isNullNode(target)) return value as StructOf<F>;
        if (!isMap(target)) {
          reportMismatch(target, decoder, options.typeName);
          return value as StructOf<F>;
        }
        const before = decoder.problems.length;
        const places = new Map<string, Place>([['', decoder.placeOfNode(target)]]);
        const entries = entriesOf(target, decoder);
        if (hasRepeatedKeys(entries, decoder)) return value as StructOf<F>;
        for (const { key, keyNode, item } of entries) {
          const place = decoder.within(key, () => decoder.placeOfNode(keyNode));
          if (!known.has(key)) reportUnknown({ decoder, key, keyNode, known, typeName: options.typeName });
          else if (places.has(key)) reportRepeated(decoder, key, keyNode, options.typeName);
          else {
            places.set(key, place);
            const schema = fields[key] as Schema<unknown>;
            value[camelCase(key)] = decoder.within(key, () => schema.decode(item, decoder));
          }
        }
        decoder.remember(value, places);
        if (decoder.problems.length > before) return value as StructOf<F>;
        options.check?.(value as StructOf<F>, reporter(decoder, value));
        if (options.complete === undefined || decoder.problems.length > before) return value as StructOf<F>;
        const completed = options.complete(value as StructOf<F>);
        decoder.remember(completed, places);
        return completed;
      }),
  };
}

function fieldOf(value: object, key: string): unknown {
  return (value as Record<string, unknown>)[camelCase(key)];
}

function printedEntries(fields: Fields, value: object): [key: string, value: YamlValue][] {
  return Object.entries(fields).flatMap(([key, schema]): [string, YamlValue][] => {
    const own = fieldOf(value, key);
    return schema.isPrinted === true || !schema.isZero(own) ? [[key, schema.print(own)]] : [];
  });
}

function reporter(decoder: Decoder, value: object): Report {
  return (text, { key = '', kind = 'value' } = {}) =>
    decoder.reportAt(kind, decoder.placeOf(value, key), text);
}

function reportUnknown(given: {
  decoder: Decoder;
  key: string;
  keyNode: unknown;
  known: ReadonlySet<string>;
  typeName: string;
}): void {
  const { decoder, key, typeName } = given;
  if (decoder.options.ignoresUnknown === true) return;
  const nearest = didYouMean(key, given.known);
  const hint = nearest === undefined ? '' : `, did you mean ${JSON.stringify(nearest)}?`;
  decoder.report(
    'type',
    given.keyNode,
    `unknown key ${JSON.stringify(key)}${hint}`,
    ({ line }) => `line ${line}: field ${key} not found in type ${typeName}`,
  );
}

function reportRepeated(decoder: Decoder, key: string, keyNode: unknown, typeName: string): void {
  decoder.report(
    'type',
    keyNode,
    `key ${JSON.stringify(key)} is set twice`,
    ({ line }) => `line ${line}: field ${key} already set in type ${typeName}`,
  );
}
