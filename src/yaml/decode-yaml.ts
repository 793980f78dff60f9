import { DecodeAborted, type DecodeOptions, Decoder, type Place } from './decoder.js';
import { parseYaml } from './parse-document.js';
import type { ConfigProblem } from './problem.js';
import type { Schema } from './schema.js';

export interface DecodedYaml<T> {
  /** What could be read, even where there are problems; undefined when the text is no YAML. */
  readonly value: T | undefined;
  readonly problems: readonly ConfigProblem[];
  /** Where a decoded object, or one of its keys, stands. */
  placeOf(object: object, key?: string): Place;
}

const nowhere: Place = { line: 0, column: 0, path: '' };

/** Reads a YAML document as `schema` says; every problem of the file is reported in one run. */
export function decodeYaml<T>(
  text: string,
  schema: Schema<T>,
  file: string,
  options: DecodeOptions = {},
): DecodedYaml<T> {
  const result = parseYaml(text, file);
  if ('problems' in result) return { value: undefined, problems: result.problems, placeOf: () => nowhere };
  const decoder = new Decoder(result.parsed, file, options);
  const placeOf = (object: object, key?: string): Place => decoder.placeOf(object, key);
  try {
    const value = schema.decode(result.parsed.root, decoder);
    return { value, problems: decoder.problems, placeOf };
  } catch (error) {
    if (!(error instanceof DecodeAborted)) throw error;
    return { value: undefined, problems: decoder.problems, placeOf };
  }
}
