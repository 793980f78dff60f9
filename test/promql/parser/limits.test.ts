import assert from 'node:assert/strict';
import { ParseError, typeOf } from '../../../src/promql/index.js';
import { parseExpr, parseMetricSelector, parseSeriesDescription } from '../../../src/promql/parser/index.js';

function messageOf(query: string): string {
  try {
    parseExpr(query);
  } catch (error) {
    if (error instanceof ParseError) return error.message;
    throw error;
  }
  return '';
}

const many = 100_000;
const nestings: readonly (readonly [name: string, query: string])[] = [
  ['parentheses', '('.repeat(many)],
  ['calls', 'abs('.repeat(many)],
  ['aggregations', 'sum('.repeat(many)],
  ['signs', `${'-'.repeat(many)}1`],
  ['signs behind an operator', `2${'^-2'.repeat(many)}`],
  ['parentheses in a range', `a[${'('.repeat(many)}`],
  ['signs in a range', `a[${'-'.repeat(many)}1m]`],
  ['functions in a range', `a[${'min_of('.repeat(many)}`],
  ['signs in an offset', `a offset ${'-'.repeat(many)}1m`],
];

describe('PromQL parser limits', () => {
  for (const [name, query] of nestings) {
    it(`refuses ${many} nested ${name}`, () => {
      assert.match(messageOf(query), /^1:\d+: parse error: expression is nested more than 500 levels deep/);
    });
  }

  it('takes 500 levels, and names the place of the 501st', () => {
    assert.equal(parseExpr(`${'('.repeat(500)}1${')'.repeat(500)}`).kind, 'paren');
    const message = '1:501: parse error: expression is nested more than 500 levels deep, simplify it';
    assert.equal(messageOf(`${'('.repeat(501)}1${')'.repeat(501)}`), message);
  });

  it('counts no chain of operators as nesting', () => {
    for (const operator of ['+', '^', ' or ', ' + on (a) group_left () ']) {
      const expr = parseExpr(Array<string>(50_000).fill('a').join(operator));
      assert.equal(typeOf(expr), 'vector');
    }
    assert.equal(typeOf(parseExpr(Array<string>(50_000).fill('1').join('^'))), 'scalar');
    assert.equal(parseExpr(`a[${Array<string>(50_000).fill('1m').join('+')}]`).kind, 'matrix-selector');
  });

  it('reports every one of 50,000 subqueries of subqueries', () => {
    assert.throws(
      () => parseExpr(`a${'[1m:]'.repeat(50_000)}`),
      (error) => error instanceof ParseError && error.problems.length === 49_999,
    );
  });

  it('refuses queries that are too long, unread', () => {
    const message = /query of 11 bytes is longer than the limit of 10 bytes/;
    assert.throws(() => parseExpr('aaaaaaaaaaa', { maxLengthBytes: 10 }), message);
    assert.throws(() => parseMetricSelector('aaaaaaaaaé', { maxLengthBytes: 10 }), message);
    assert.throws(
      () => parseExpr(`"${'x'.repeat(11 * 1024 * 1024)}"`),
      /longer than the limit of 10485760 bytes/,
    );
    assert.equal(parseExpr('aaaaaaaaaa', { maxLengthBytes: 10 }).kind, 'vector-selector');
  });

  it('refuses series with more values than memory should hold', () => {
    assert.throws(() => parseSeriesDescription('a 1x99999999999'), /more than 10000000 values/);
    assert.throws(() => parseSeriesDescription('a 1+1x99999999999'), /more than 10000000 values/);
  });
});
