import { formatFloatShortest, quoteGo } from '../base/index.js';
import type { QueryValue, SeriesValue } from '../promql/index.js';
import { almostEqual, almostEqualHistograms } from './almost-equal.js';
import { describeHistogram } from './describe-histogram.js';
import { matrixSeries, type Point, type ResultSeries, seriesAt, vectorSeries } from './result-series.js';
import type { EvalCommand, ExpectedSeries } from './script.js';

/** What is wrong with an answer, or undefined. Source: promql/promqltest/test.go, compareResult. */
export function wrongValue(command: EvalCommand, value: QueryValue): string | undefined {
  switch (value.kind) {
    case 'string':
      return value.value === command.text
        ? undefined
        : `expected string ${quoteGo(command.text)} but got ${quoteGo(value.value)}`;
    case 'scalar':
      return wrongScalar(command, value.value);
    case 'vector': {
      if (command.scalar !== undefined) return 'expected scalar result, but got a vector';
      return wrongVector(command, vectorSeries(value), command.isOrdered);
    }
    case 'matrix':
      return wrongMatrix(command, matrixSeries(value));
  }
}

/** The same of a range query's step that an instant query answered with `kind`; the order is a range query's own. */
export function wrongStep(
  command: EvalCommand,
  value: QueryValue,
  instant: { readonly kind: QueryValue['kind']; readonly timeMs: number },
): string | undefined {
  if (value.kind !== 'matrix') return `a range query answers a ${value.kind}`;
  const series = seriesAt(value, instant.timeMs);
  if (instant.kind !== 'scalar') {
    if (command.scalar !== undefined) return 'expected scalar result, but got a vector';
    return wrongVector(command, series, false);
  }
  const point = series[0]?.points[0];
  return point === undefined ? 'expected a scalar, but there is none' : wrongScalar(command, point.value);
}

function wrongScalar({ scalar }: EvalCommand, value: number): string | undefined {
  const got = formatFloatShortest(value);
  if (scalar === undefined) return `expected vector or matrix result, but got scalar ${got}`;
  return almostEqual(scalar, value)
    ? undefined
    : `expected scalar ${formatFloatShortest(scalar)} but got ${got}`;
}

function wrongVector(
  command: EvalCommand,
  found: readonly ResultSeries[],
  isOrdered: boolean,
): string | undefined {
  const seen = new Set<string>();
  for (const [i, { labels, points }] of found.entries()) {
    const key = labels.key();
    const point = points[0] as Point;
    const expected = command.series.get(key);
    if (expected === undefined)
      return `unexpected metric ${labels} in result, has value ${describePoint(point)}`;
    const [first = { kind: 'omitted' }] = expected.values;
    if (isOrdered && expected.position !== i + 1) {
      return `expected metric ${labels} with ${describe(first)} at position ${expected.position} but was at ${i + 1}`;
    }
    const got = `but got ${describePoint(point)}`;
    if (!isLike(first, point)) return `expected ${describe(first)} for ${labels} ${got}`;
    seen.add(key);
  }
  for (const [key, { labels, values }] of command.series) {
    const told = values.map(describe).join(' ');
    if (!seen.has(key)) return `expected metric ${labels} with ${told} not found`;
  }
  return undefined;
}

function wrongMatrix(command: EvalCommand, found: readonly ResultSeries[]): string | undefined {
  if (command.isOrdered) return 'expected ordered result, but query returned a matrix';
  if (command.scalar !== undefined) return 'expected scalar result, but got a matrix';
  const seen = new Set<string>();
  for (const series of found) {
    const key = series.labels.key();
    const expected = command.series.get(key);
    if (expected === undefined) {
      return `unexpected metric ${series.labels} in result, has ${describePoints(series.points)}`;
    }
    seen.add(key);
    const wrong = wrongPoints(command, expected, series.points);
    if (wrong !== undefined) return wrong;
  }
  for (const [key, { labels }] of command.series) {
    if (!seen.has(key)) return `expected metric ${labels} not found`;
  }
  return undefined;
}

function wrongPoints(
  { startMs, endMs, stepMs }: EvalCommand,
  { labels, values }: ExpectedSeries,
  points: readonly Point[],
): string | undefined {
  if (values.length > 0 && startMs + (values.length - 1) * stepMs > endMs) {
    return `expected ${values.length} points for ${labels}, but query time range cannot return this many points`;
  }
  const expected = values
    .map((value, i) => ({ value, timestampMs: startMs + i * stepMs }))
    .filter(({ value }) => value.kind !== 'omitted');
  if (expected.length !== points.length) {
    const count = `${expected.length} point${expected.length === 1 ? '' : 's'}`;
    return `expected ${count} for ${labels}, but got ${describePoints(points)}`;
  }
  for (const [i, { value, timestampMs }] of expected.entries()) {
    const point = points[i] as Point;
    const place = `value at index ${i} (t=${timestampMs}) for ${labels}`;
    if (point.timestampMs !== timestampMs) {
      return `expected ${place}, but it had timestamp ${point.timestampMs} (result has ${describePoints(points)})`;
    }
    if (isLike(value, point)) continue;
    const got = `${describe(value)}, but got ${describePoint(point)} (result has ${describePoints(points)})`;
    return `expected ${place} to be ${got}`;
  }
  return undefined;
}

function isLike(expected: SeriesValue, point: Point): boolean {
  const { histogram } = point;
  switch (expected.kind) {
    case 'omitted':
      return histogram === undefined && almostEqual(0, point.value);
    case 'stale':
      return point.isStale;
    case 'float':
      return histogram === undefined && !point.isStale && almostEqual(expected.value, point.value);
    case 'histogram':
      return (
        histogram !== undefined &&
        almostEqualHistograms(expected.histogram, histogram, expected.counterResetHintSet)
      );
  }
}

function describe(value: SeriesValue): string {
  switch (value.kind) {
    case 'omitted':
      return '_';
    case 'stale':
      return 'stale';
    case 'float':
      return formatFloatShortest(value.value);
    case 'histogram':
      return describeHistogram(value.histogram);
  }
}

function describePoint({ value, isStale, histogram }: Point): string {
  if (histogram !== undefined) return describeHistogram(histogram);
  return isStale ? 'stale' : formatFloatShortest(value);
}

function describePoints(points: readonly Point[]): string {
  const texts = points.map((point) => `${describePoint(point)} @[${point.timestampMs}]`);
  return `${points.length} point${points.length === 1 ? '' : 's'} [${texts.join(' ')}]`;
}
