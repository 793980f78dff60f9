import assert from 'node:assert/strict';
import {
  isBefore,
  parseGoFloat,
  parseRequestDuration,
  parseRequestTime,
  queryTimeMs,
  type RequestTime,
  storageTimeMs,
} from '../../../src/web/api/go-time.js';

const rfcMs = Date.UTC(2015, 5, 3, 13, 21, 58, 555);

/** Upstream's TestParseTime, and what Prometheus 3.14 was seen to do. */
const times: [text: string, queryMs: number | undefined][] = [
  ['', undefined],
  ['abc', undefined],
  ['30s', undefined],
  ['123', 123_000],
  ['123.123', 123_123],
  ['2015-06-03T13:21:58.555Z', rfcMs],
  ['2015-06-03T14:21:58.555+01:00', rfcMs],
  ['1543578564.705', 1_543_578_564_705],
  ['1.0004', 1000],
  ['1.0005', 1000],
  ['1.0006', 1001],
  ['1.057', 1057],
  ['-1.057', -1057],
  ['-1', -1000],
  ['0x1p3', 8000],
  ['1_0', 10_000],
  ['_1', undefined],
  ['1__0', undefined],
  ['1e400', undefined],
  [' 1', undefined],
  ['1795347530,25', undefined],
  ['Inf', -9223372036854],
  ['NaN', -9223372036854],
  ['9e15', -412866226847],
  ['9e14', 1803387784686],
  ['2026-11-22', undefined],
  ['2026-11-22T11:38:50', undefined],
  ['2026-02-30T00:00:00Z', undefined],
  ['2026-02-28T24:00:00Z', undefined],
  ['2026-02-28T0:00:00,5Z', Date.UTC(2026, 1, 28, 0, 0, 0, 500)],
  ['2024-02-29T00:00:00Z', Date.UTC(2024, 1, 29)],
  ['0001-01-01T00:00:00Z', Number(BigInt.asIntN(64, -62135596800n * 1_000_000_000n) / 1_000_000n)],
];

describe('web: times of requests', () => {
  it('reads times as upstream does, wrapping included', () => {
    for (const [text, queryMs] of times) {
      const time = parseRequestTime(text);
      assert.equal(time === undefined ? undefined : queryTimeMs(time), queryMs, text);
    }
  });

  it("knows the ends of upstream's time by their text", () => {
    const cases: [string, RequestTime, number][] = [
      ['-292273086-05-16T16:47:06Z', 'min', Number.NEGATIVE_INFINITY],
      ['292277025-08-18T07:12:54.999999999Z', 'max', Number.POSITIVE_INFINITY],
      ['1582468023986', 1_582_468_023_986_000_000_000n, 1_582_468_023_986_000],
      ['-0.0015', -2_000_000n, -2],
    ];
    for (const [text, time, ms] of cases) {
      const parsed = parseRequestTime(text);
      assert.equal(parsed, time, text);
      assert.equal(storageTimeMs(parsed as RequestTime), ms, text);
    }
    assert.equal(isBefore('min', 0n), true);
    assert.equal(isBefore(0n, 'max'), true);
    assert.equal(isBefore('max', 'min'), false);
    assert.equal(isBefore('min', 'min'), false);
  });

  it('reads durations as upstream does', () => {
    const cases: [text: string, nanoseconds: bigint | 'none' | 'overflow'][] = [
      ['', 'none'],
      ['abc', 'none'],
      ['2015-06-03T13:21:58.555Z', 'none'],
      ['0.5m', 'none'],
      ['-148966367200.372', 'overflow'],
      ['148966367200.372', 'overflow'],
      ['1e300', 'overflow'],
      ['Inf', 'overflow'],
      ['123', 123_000_000_000n],
      ['123.333', 123_333_000_000n],
      ['0.0005', 500_000n],
      ['-5', -5_000_000_000n],
      ['15s', 15_000_000_000n],
      ['5m', 300_000_000_000n],
      ['1m30s', 90_000_000_000n],
      ['NaN', -(2n ** 63n)],
    ];
    for (const [text, expected] of cases) {
      const parsed = parseRequestDuration(text);
      const found = parsed.ok ? parsed.nanoseconds : parsed.overflow ? 'overflow' : 'none';
      assert.equal(found, expected, text);
    }
  });

  it('reads floats as strconv.ParseFloat does', () => {
    const cases: [string, number | undefined][] = [
      ['.5', 0.5],
      ['5.', 5],
      ['+1e3', 1000],
      ['1e', undefined],
      ['.', undefined],
      ['0x', undefined],
      ['0x1', undefined],
      ['-0x1.8p1', -3],
      ['+infinity', Number.POSITIVE_INFINITY],
      ['-inf', Number.NEGATIVE_INFINITY],
      ['nan', Number.NaN],
      ['+nan', undefined],
      ['infin', undefined],
      [`${'1'.repeat(1_000_000)}x`, undefined],
      [`0x${'1'.repeat(1_000_000)}x`, undefined],
      [`${'1_'.repeat(1_000_000)}x`, undefined],
    ];
    for (const [text, value] of cases) assert.deepEqual(parseGoFloat(text), value, text.slice(0, 20));
  });
});
