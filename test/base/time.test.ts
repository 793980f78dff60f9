import assert from 'node:assert/strict';
import {
  DurationError,
  formatRfc3339,
  parseDurationParameter,
  parseRfc3339,
  parseTimeParameter,
  zeroTimeMs,
} from '../../src/base/index.js';

const times: readonly (readonly [ms: number, text: string])[] = [
  [0, '1970-01-01T00:00:00Z'],
  [1, '1970-01-01T00:00:00.001Z'],
  [-1, '1969-12-31T23:59:59.999Z'],
  [1_456_747_200_500, '2016-02-29T12:00:00.5Z'],
  [zeroTimeMs, '0001-01-01T00:00:00Z'],
  [253_402_300_799_999, '9999-12-31T23:59:59.999Z'],
  [228_161_861_462_510, '9200-02-29T06:51:02.51Z'],
];

const readTimes: readonly (readonly [text: string, ms: number | undefined])[] = [
  ['2020-01-01T01:30:00+01:30', 1_577_836_800_000],
  ['2020-01-01T1:02:03Z', 1_577_840_523_000],
  ['2020-01-01T00:00:00,1239999999999Z', 1_577_836_800_123],
  ['2020-02-30T00:00:00Z', undefined],
  ['2021-02-29T00:00:00Z', undefined],
  ['2020-01-01T24:00:00Z', undefined],
  ['2020-01-01T00:00:60Z', undefined],
  ['2020-01-01T00:00:00+25:00', undefined],
  ['2020-01-01t00:00:00z', undefined],
  ['2020-01-01', undefined],
  ['10000-01-01T00:00:00Z', undefined],
];

const timeParameters: readonly (readonly [text: string, ms: number | undefined])[] = [
  ['1543578564.705', 1_543_578_564_705],
  ['0.0005', 1],
  ['-0.0005', -1],
  ['1.0005', 1000],
  ['1e3', 1_000_000],
  ['1970-01-01T00:00:01Z', 1000],
  ['-292273086-05-16T16:47:06Z', Number.NEGATIVE_INFINITY],
  ['292277025-08-18T07:12:54.999999999Z', Number.POSITIVE_INFINITY],
  ['', undefined],
  ['now', undefined],
  ['1e999', undefined],
];

describe('times', () => {
  for (const [ms, text] of times) {
    it(`prints and reads ${text}`, () => {
      assert.equal(formatRfc3339(ms), text);
      assert.equal(parseRfc3339(text), ms);
    });
  }

  it('agrees with Date on every day of four centuries', () => {
    for (let day = -146_097; day < 146_097; day++) {
      const ms = day * 86_400_000;
      assert.equal(formatRfc3339(ms), new Date(ms).toISOString().replace('.000Z', 'Z'));
    }
  });

  it('prints the bounds of time as upstream does', () => {
    assert.equal(formatRfc3339(Number.NEGATIVE_INFINITY), '-292273086-05-16T16:47:06Z');
    assert.equal(formatRfc3339(Number.POSITIVE_INFINITY), '292277025-08-18T07:12:54.999999999Z');
    assert.equal(formatRfc3339(-9_223_309_901_257_974_000).slice(0, 16), '-292273086-05-16');
  });

  for (const [text, ms] of readTimes) {
    it(`reads "${text}" as ${ms}`, () => assert.equal(parseRfc3339(text), ms));
  }

  for (const [text, ms] of timeParameters) {
    it(`takes a time parameter "${text}" for ${ms}`, () => assert.equal(parseTimeParameter(text), ms));
  }

  it('takes seconds and Prometheus durations for a duration parameter', () => {
    assert.equal(parseDurationParameter('15.5'), 15_500);
    assert.equal(parseDurationParameter('0.0005'), 0.5);
    assert.equal(parseDurationParameter('1h30m'), 5_400_000);
    assert.throws(
      () => parseDurationParameter('x'),
      new DurationError('cannot parse "x" to a valid duration'),
    );
    assert.throws(
      () => parseDurationParameter('1e10'),
      new DurationError('cannot parse "1e10" to a valid duration. It overflows int64'),
    );
  });
});
