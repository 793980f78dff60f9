import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import { ParseError } from '../../../src/promql/index.js';
import { parseExpr } from '../../../src/promql/parser/index.js';
import { sharedPath } from '../../support/shared.js';
import { type JsonValue, upstreamTree, withPositions } from './upstream-tree.js';

interface Case {
  readonly input: string | { readonly $bytes_base64: string };
  readonly accept: boolean;
  readonly errors?: readonly { readonly start?: number; readonly end?: number; readonly message: string }[];
  readonly ast?: JsonValue;
}

const options = { experimentalFunctions: true, extendedRangeSelectors: true };

describe('PromQL parser, upstream’s table', () => {
  const file = sharedPath('corpus', 'promqltest', 'parser', 'parse-expr.json');

  it('gives upstream’s tree, or all of upstream’s problems', function () {
    if (file === undefined) return this.skip();
    const { cases } = JSON.parse(readFileSync(file, 'utf8')) as { cases: readonly Case[] };
    assert.equal(cases.length, 356);
    const failures = cases.map(differenceOf).filter((difference) => difference !== undefined);
    assert.deepEqual(failures, []);
  });
});

function differenceOf({ input, accept, errors = [], ast = null }: Case): string | undefined {
  const query = typeof input === 'string' ? input : Buffer.from(input.$bytes_base64, 'base64');
  const wanted = accept
    ? withPositions(ast)
    : errors.map(({ start = 0, end = 0, message }) => ({ start, end, message }));
  const found = outcomeOf(query);
  if (isDeepStrictEqual(found, wanted)) return undefined;
  const show = (value: unknown): string => JSON.stringify(value).slice(0, 1000);
  return `${show(input)}: want ${show(wanted)}, found ${show(found)}`;
}

function outcomeOf(query: string | Uint8Array): JsonValue {
  try {
    return upstreamTree(parseExpr(query, options));
  } catch (error) {
    if (!(error instanceof ParseError)) throw error;
    return error.problems.map(({ position: { start, end }, message }) => ({ start, end, message }));
  }
}
