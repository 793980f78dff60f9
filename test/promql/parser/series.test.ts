import assert from 'node:assert/strict';
import { ParseError } from '../../../src/promql/index.js';
import { parseSeriesDescription, type SeriesValue } from '../../../src/promql/parser/index.js';

function show(value: SeriesValue): string {
  if (value.kind === 'float') return String(value.value);
  if (value.kind === 'histogram') return `{${value.histogram.sum}}${value.counterResetHintSet ? '!' : ''}`;
  return value.kind;
}

function valuesOf(text: string): string {
  const { values } = parseSeriesDescription(text, {
    combineHistograms: (op, base, step) => ({
      ...base,
      sum: base.sum + (op === 'add' ? step.sum : -step.sum),
    }),
  });
  return values.map(show).join(' ');
}

const cases: readonly (readonly [text: string, values: string])[] = [
  ['a 1 -2 +.5 1e3 Inf -inf NaN', '1 -2 0.5 1000 Infinity -Infinity NaN'],
  ['a 1+2x3', '1 3 5 7'],
  ['a -1-0.5x2', '-1 -1.5 -2'],
  ['a 7x2 _ _x2 stale', '7 7 7 omitted omitted omitted stale'],
  ['a stale+1x1', 'stale NaN'],
  ['a{}   1  2 ', '1 2'],
  ['a {{}} {{ }} {{sum:1}}x1', '{0} {0} {1} {1}'],
  ['a {{sum:1}}+{{sum:2}}x2 {{sum:1}}-{{sum:2}}x1', '{1} {3} {5} {1} {-1}'],
  ['a {{counter_reset_hint:gauge sum:1}} {{sum:-1}}', '{1}! {-1}'],
  ['a', ''],
];

const refused: readonly (readonly [text: string, message: string])[] = [
  ['a foo', '1:3: parse error: unexpected identifier "foo" in series values, expected number or "stale"'],
  [
    'a 1x1.5',
    '1:5: parse error: invalid repetition in series values: strconv.ParseUint: parsing "1.5": invalid syntax',
  ],
  ['a 1+1', '1:6: parse error: unexpected end of input in series values'],
  ['a {{sum:1 sum:2}}', '1:1: parse error: duplicate key "sum" in histogram'],
  ['a {{sum:1 schema}}', '1:11: parse error: missing `:` for histogram descriptor'],
  [
    'a {{sum:1 [}}',
    '1:11: parse error: unexpected "[" in histogram description, expected histogram description key, e.g. buckets:[5 10 7]',
  ],
  [
    'a {{schema:2}}+{{schema:1}}x1',
    '1:29: parse error: error combining histograms: cannot merge from schema 1 to 2',
  ],
];

describe('series descriptions', () => {
  for (const [text, values] of cases) {
    it(`reads ${text}`, () => assert.equal(valuesOf(text), values));
  }

  for (const [text, message] of refused) {
    it(`refuses ${text}`, () => assert.throws(() => valuesOf(text), { name: 'ParseError', message }));
  }

  it('reads every field of a histogram', () => {
    const fields = [
      ...[
        'schema:-1',
        'sum:-5.5',
        'count:10',
        'z_bucket:2',
        'z_bucket_w:0.25',
        'buckets:[1 -2 inf ]',
        'offset:-3',
      ],
      ...['n_buckets:[4 5]', 'n_offset:7', 'counter_reset_hint:not_reset'],
    ];
    const [value] = parseSeriesDescription(`a {{${fields.join(' ')}}}`).values;
    assert.deepEqual(value, {
      kind: 'histogram',
      counterResetHintSet: true,
      histogram: {
        integer: false,
        counterResetHint: 'not-reset',
        schema: -1,
        zeroThreshold: 0.25,
        zeroCount: 2,
        count: 10,
        sum: -5.5,
        stale: false,
        positiveSpans: [{ offset: -3, length: 3 }],
        negativeSpans: [{ offset: 7, length: 2 }],
        positiveBuckets: Float64Array.of(1, -2, Number.POSITIVE_INFINITY),
        negativeBuckets: Float64Array.of(4, 5),
        customValues: undefined,
      },
    });
  });

  it('takes custom bounds', () => {
    const [value] = parseSeriesDescription('a {{schema:-53 custom_values:[0.5 1] buckets:[1 2 3]}}').values;
    assert.ok(value?.kind === 'histogram');
    assert.deepEqual(value.histogram.customValues, Float64Array.of(0.5, 1));
  });

  it('cannot repeat a sum of histograms without being told how to add', () => {
    assert.throws(() => parseSeriesDescription('a {{sum:1}}+{{sum:1}}x1'), ParseError);
  });
});
