import assert from 'node:assert/strict';
import { ParseError } from '../../../src/promql/index.js';
import {
  functionSignatures,
  type ParserOptions,
  parseExpr,
  parseMetric,
  parseMetricSelector,
} from '../../../src/promql/parser/index.js';
import { printExpr } from '../../../src/promql/printer/index.js';

/** Query, and its canonical text where that differs. */
const accepted: readonly (readonly [query: string, printed?: string])[] = [
  ['1 + 2 * 3 ^ 2 ^ 2'],
  ['-1 ^ 2'],
  ['- - 1', '1'],
  ['5m + 1h30m'],
  ['0x1F + 017 + 1_000 + .5 + 5. + 1e3', '31 + 15 + 1000 + 0.5 + 5 + 1000'],
  ['foo</bar>/3', 'foo </ bar >/ 3'],
  ['SUM BY (a, "b.c",) (foo)', 'sum by (a, "b.c") (foo)'],
  ['topk(5, foo) without ()', 'topk without () (5, foo)'],
  ['{"metric.name", a="b"}', '{__name__="metric.name",a="b"}'],
  ["foo{`a b`='it\\'s'}", 'foo{"a b"="it\'s"}'],
  ['foo offset -2 ^ 2', 'foo offset -2s ^ 2'],
  ['foo offset (5m) + 3m'],
  ['foo @ end() offset 5m', 'foo @ end() offset 5m'],
  ['foo[step() * 2 + 1m] offset -min_of(1m, 5m)'],
  ['foo[5m:max_of(1m, step())]'],
  ['rate(foo[5m])[1h:] @ 1.5', 'rate(foo[5m])[1h:] @ 1.500'],
  ['a == bool on (x) group_left (y) b'],
  ['a - on () group_left b', 'a - on () group_left () b'],
  ['a and ignoring (x) b # why', 'a and ignoring (x) b'],
  ['sum + by + offset + fill + start'],
];

const everything: ParserOptions = {
  experimentalFunctions: true,
  extendedRangeSelectors: true,
  fillModifiers: true,
};

const gated: readonly (readonly [query: string, message: string])[] = [
  ['info(a)', '1:1: parse error: function "info" is not enabled'],
  [
    'limitk(1, a)',
    '1:1: parse error: limitk() is experimental and must be enabled with --enable-feature=promql-experimental-functions',
  ],
  ['rate(a[5m] anchored)', '1:6: parse error: anchored modifier is experimental and not enabled'],
  ['a smoothed', '1:1: parse error: smoothed modifier is experimental and not enabled'],
  ['a + fill(0) b', '1:1: parse error: binop fill modifiers are experimental and not enabled'],
];

const refused: readonly (readonly [query: string, ...messages: string[]])[] = [
  ['', 'no expression found in input'],
  [
    'sum(foo[]) + bar{',
    'unexpected "]" in subquery or range selector, expected number, duration, step(), or range()',
  ],
  ['sum by x (foo)', 'unexpected identifier "x" in grouping opts, expected "("'],
  ['foo{a=~"("}', 'error parsing regexp: missing closing ): `(`'],
  ['abs(foo,)', 'trailing commas not allowed in function call args'],
  ['foo @ bar', 'unexpected identifier "bar" in @, expected timestamp'],
  [
    'foo offset "5m"',
    'unexpected string "\\"5m\\"" in offset, expected number, duration, step(), or range()',
  ],
];

function problemsOf(query: string, options?: ParserOptions): readonly string[] {
  try {
    parseExpr(query, options);
  } catch (error) {
    if (error instanceof ParseError) return error.problems.map(({ message }) => message);
    throw error;
  }
  return [];
}

describe('PromQL grammar', () => {
  for (const [query, printed = query] of accepted) {
    it(`reads ${query}`, () => assert.equal(printExpr(parseExpr(query, everything)), printed));
  }

  for (const [query, ...messages] of refused) {
    it(`refuses ${query || 'the empty query'}`, () => {
      assert.deepEqual(problemsOf(query).slice(0, messages.length), messages);
    });
  }

  for (const [query, message] of gated) {
    it(`reads ${query} only where its feature is on`, () => {
      assert.deepEqual(problemsOf(query, everything), []);
      assert.throws(() => parseExpr(query), { name: 'ParseError', message });
    });
  }

  it('goes on behind a mistake and reports the next one', () => {
    const messages = problemsOf('sum by (,) (foo{a}) + non_existent(1) + bar[0m]');
    assert.deepEqual(messages, [
      'unexpected "," in grouping opts, expected label',
      'unexpected "}" in label matching, expected label matching operator',
      'unknown function with name "non_existent"',
      'duration must be greater than 0',
    ]);
  });

  it('counts places in bytes, and lines', () => {
    const query = '"é𝕏" +\nfoo{';
    assert.throws(() => parseExpr(query), { line: 2, column: 5, query, message: /^2:5: parse error: / });
    assert.deepEqual(parseExpr('{"é"} @ 5').position, { start: 0, end: 10 });
    assert.throws(() => parseExpr(Buffer.from([0x22, 0xff, 0x22])), /1:1: parse error: invalid UTF-8 rune/);
  });
});

describe('selectors and metrics', () => {
  it('reads the matchers of one selector, which may match everything', () => {
    assert.deepEqual(parseMetricSelector('up{job!~"a|b"}').map(String), ['job!~"a|b"', '__name__="up"']);
    assert.deepEqual(parseMetricSelector('{}'), []);
    assert.throws(() => parseMetricSelector('up[5m]'), { message: '1:3: parse error: unexpected "["' });
    assert.throws(() => parseMetricSelector('1'), { message: '1:1: parse error: unexpected number "1"' });
  });

  it('reads the labels of a metric', () => {
    assert.equal(parseMetric('up{job="x", "a b"=`c`}').toString(), '{__name__="up", "a b"="c", job="x"}');
    assert.equal(parseMetric('{"a.b"}').toString(), '{__name__="a.b"}');
    const message = '1:4: parse error: unexpected "}" in label set, expected string';
    assert.throws(() => parseMetric('{a=}'), { message });
  });

  it('keeps names such as __proto__ and constructor as data', () => {
    assert.equal(parseMetric('{__proto__="a", constructor="b"}').get('__proto__'), 'a');
    assert.deepEqual(problemsOf('constructor(1)'), ['unknown function with name "constructor"']);
    assert.deepEqual(problemsOf('__proto__ + toString{valueOf="x"}'), []);
  });
});

describe('function signatures', () => {
  it('are 90, 17 of them experimental', () => {
    const all = [...functionSignatures.values()];
    assert.equal(all.length, 90);
    assert.equal(all.filter(({ experimental }) => experimental).length, 17);
    assert.deepEqual(functionSignatures.get('round'), {
      name: 'round',
      argTypes: ['vector', 'scalar'],
      variadic: 1,
      returnType: 'vector',
      experimental: false,
    });
  });
});
