import assert from 'node:assert/strict';
import { millisecondsOf, nanosecondsOf, typeOf } from '../../../src/promql/ast/index.js';
import { parseExpr } from '../../../src/promql/parser/index.js';

const cases: readonly (readonly [query: string, type: ReturnType<typeof typeOf>])[] = [
  ['1', 'scalar'],
  ['5m', 'scalar'],
  ['"a"', 'string'],
  ['a', 'vector'],
  ['a[5m]', 'matrix'],
  ['a[5m:]', 'matrix'],
  ['sum(a)', 'vector'],
  ['time()', 'scalar'],
  ['rate(a[5m])', 'vector'],
  ['-(1 + 2) * (3 ^ time())', 'scalar'],
  ['-(1 + 2) * (3 ^ -(a))', 'vector'],
  ['(("a"))', 'string'],
];

describe('type of an expression', () => {
  for (const [query, type] of cases) {
    it(`of ${query} is ${type}`, () => assert.equal(typeOf(parseExpr(query)), type));
  }
});

describe('durations in seconds', () => {
  it('become nanoseconds as upstream rounds them, and whole milliseconds towards zero', () => {
    assert.equal(nanosecondsOf(1.5), 1_500_000_000);
    assert.equal(nanosecondsOf(-0.0000000005), -1);
    assert.equal(nanosecondsOf(Number.NaN), -(2 ** 63));
    assert.equal(millisecondsOf(-1_999_999), -1);
    assert.equal(millisecondsOf(nanosecondsOf(2 ** 33)), 2 ** 33 * 1000);
    assert.ok(Object.is(millisecondsOf(-1), 0));
  });
});
