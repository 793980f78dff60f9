import { formatApiFloat, formatRfc3339, jsonString, unreachable } from '../../base/index.js';
import { Labels } from '../../model/index.js';
import { jsonLabels } from './json-text.js';

/**
 * What the answers' data is made of. Fields that are undefined are left out; a Map's keys come in its order.
 */
export type JsonValue =
  | string
  | number
  | bigint
  | boolean
  | null
  | Labels
  | readonly JsonValue[]
  | ReadonlyMap<string, JsonValue>
  | { readonly [name: string]: JsonValue | undefined };

/** JSON as upstream's API encoder writes it. For data of bounded depth, made by us. */
export function jsonText(value: JsonValue): string {
  switch (typeof value) {
    case 'string':
      return jsonString(value);
    case 'number':
      return Number.isFinite(value) ? formatApiFloat(value) : 'null';
    case 'bigint':
    case 'boolean':
      return String(value);
    case 'object':
      return objectText(value);
    default:
      return unreachable(value);
  }
}

function objectText(value: Exclude<JsonValue, string | number | bigint | boolean>): string {
  if (value === null) return 'null';
  if (value instanceof Labels) return jsonLabels(value);
  if (isList(value)) return `[${value.map(jsonText).join(',')}]`;
  const fields: string[] = [];
  for (const [name, field] of isMap(value) ? value : Object.entries(value)) {
    if (field !== undefined) fields.push(`${jsonString(name)}:${jsonText(field)}`);
  }
  return `{${fields.join(',')}}`;
}

function isList(value: object): value is readonly JsonValue[] {
  return Array.isArray(value);
}

function isMap(value: object): value is ReadonlyMap<string, JsonValue> {
  return value instanceof Map;
}

/** RFC 3339 in UTC with trailing zeros cut, as Go prints times; undefined is Go's zero time. */
export function jsonTime(ms: number | undefined): string {
  if (ms === undefined) return '0001-01-01T00:00:00Z';
  return formatRfc3339(ms);
}
