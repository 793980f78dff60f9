import { assert } from '../../base/index.js';
import type { CallInput, Row } from '../engine/index.js';

export function rowsOf({ args }: CallInput, index: number): Row[] {
  const arg = args[index];
  assert(arg?.kind === 'vector', `argument ${index} is no vector`);
  return arg.rows;
}

export function scalarOf({ args }: CallInput, index: number): Float64Array {
  const arg = args[index];
  assert(arg?.kind === 'scalar', `argument ${index} is no scalar`);
  return arg.values;
}

export function textOf({ args }: CallInput, index: number): string {
  const arg = args[index];
  assert(arg?.kind === 'string', `argument ${index} is no string`);
  return arg.value;
}
