import type { ByteWriter } from './byte-writer.js';
import { type JsonValue, jsonText } from './json-value.js';

/** Writes JSON; yields the writer's bytes whenever a piece is full and leaves the rest in it. */
export type JsonBody = (out: ByteWriter) => Iterable<Uint8Array>;

/** A small value, written in one go. */
export function jsonBody(value: JsonValue): JsonBody {
  return (out) => {
    out.text(jsonText(value));
    return [];
  };
}

/** A list that may be long, one item at a time. */
export function jsonList<T>(items: Iterable<T>, text: (item: T) => string): JsonBody {
  return function* (out) {
    let separator = '[';
    for (const item of items) {
      out.text(separator);
      out.text(text(item));
      separator = ',';
      if (out.isFull) yield out.take();
    }
    out.text(separator === '[' ? '[]' : ']');
  };
}
