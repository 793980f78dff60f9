import type { Histogram } from '../../../src/model/index.js';
import type { QueryValue } from '../../../src/promql/index.js';
import { bucketMap } from './histogram-notation.js';
import type { EvalCommand } from './parse-script.js';
import type { SequenceValue } from './series-notation.js';

const epsilon = 1e-6;
const minNormal = 2 ** -1022;

/** Source: util/almost/almost.go. */
export function almostEqual(a: number, b: number): boolean {
  if (Number.isNaN(a) && Number.isNaN(b)) return true;
  if (a === b) return true;
  const sum = Math.abs(a) + Math.abs(b);
  const difference = Math.abs(a - b);
  if (a === 0 || b === 0 || sum < minNormal) return difference < epsilon * minNormal;
  return difference / Math.min(sum, Number.MAX_VALUE) < epsilon;
}

interface Point {
  readonly timestampMs: number;
  readonly value: number;
  readonly histogram: Histogram | undefined;
}

interface Found {
  readonly key: string;
  readonly text: string;
  readonly points: readonly Point[];
}

/** The answer's series; of a matrix, only the points at `onlyMs` when given. */
function seriesOf(value: QueryValue, onlyMs: number | undefined): Found[] {
  if (value.kind === 'vector') {
    return value.labels.map((ids, i) => {
      const labels = value.symbols.labels(ids);
      const point = {
        timestampMs: value.timestampMs,
        value: value.values[i] as number,
        histogram: value.histograms?.[i],
      };
      return { key: labels.key(), text: labels.toString(), points: [point] };
    });
  }
  if (value.kind !== 'matrix') return [];
  const series = value.series.map(({ labels: ids, columns }) => {
    const labels = value.symbols.labels(ids);
    const points = Array.from({ length: columns.length }, (_, i) => ({
      timestampMs: columns.timestamps[i] as number,
      value: columns.values[i] as number,
      histogram: columns.kinds?.[i] === 1 ? columns.histograms?.at(i) : undefined,
    })).filter(({ timestampMs }) => onlyMs === undefined || timestampMs === onlyMs);
    return { key: labels.key(), text: labels.toString(), points };
  });
  return series.filter(({ points }) => points.length > 0);
}

/** What is wrong with the answer, or undefined. `onlyMs` compares that step of a range query with an instant's. */
export function difference(command: EvalCommand, value: QueryValue, onlyMs?: number): string | undefined {
  if (value.kind === 'string') {
    return value.value === command.text ? undefined : `expected string ${command.text}, got ${value.value}`;
  }
  if (value.kind === 'scalar') {
    if (command.scalar === undefined) return 'got a scalar';
    return almostEqual(command.scalar, value.value)
      ? undefined
      : `expected ${command.scalar}, got ${value.value}`;
  }
  const found = seriesOf(value, onlyMs);
  if (command.scalar !== undefined) {
    const only = found[0]?.points[0]?.value ?? Number.NaN;
    if (onlyMs !== undefined && almostEqual(command.scalar, only)) return undefined;
    return `expected scalar ${command.scalar}, got ${value.kind} ${only}`;
  }
  if (value.kind === 'matrix' && onlyMs === undefined) return compareMatrix(command, found);
  return compareVector(command, found, onlyMs !== undefined);
}

function compareVector(command: EvalCommand, found: readonly Found[], anyOrder: boolean): string | undefined {
  const expected = new Map(command.expected.map((series, i) => [series.labels.key(), { series, place: i }]));
  for (const [place, { key, text, points }] of found.entries()) {
    const wanted = expected.get(key);
    const point = points[0] as Point;
    if (wanted === undefined) return `unexpected ${text} ${point.value}`;
    if (command.ordered && !anyOrder && wanted.place !== place) return `${text} is at place ${place}`;
    const wrong = comparePoint(wanted.series.values[0] as SequenceValue, point);
    if (wrong !== undefined) return `${text}: ${wrong}`;
    expected.delete(key);
  }
  for (const { series } of expected.values()) return `missing ${series.labels}`;
  return undefined;
}

function compareMatrix(command: EvalCommand, found: readonly Found[]): string | undefined {
  const expected = new Map(command.expected.map((series) => [series.labels.key(), series]));
  for (const { key, text, points } of found) {
    const wanted = expected.get(key);
    if (wanted === undefined) return `unexpected ${text}`;
    expected.delete(key);
    const steps = wanted.values
      .map((value, i) => ({ value, timestampMs: command.startMs + i * command.stepMs }))
      .filter(({ value }) => value.kind !== 'none');
    if (steps.length !== points.length)
      return `${text}: expected ${steps.length} points, got ${points.length}`;
    for (const [i, { value, timestampMs }] of steps.entries()) {
      const point = points[i] as Point;
      if (point.timestampMs !== timestampMs) return `${text}: point ${i} is at ${point.timestampMs}`;
      const wrong = comparePoint(value, point);
      if (wrong !== undefined) return `${text} at ${timestampMs}: ${wrong}`;
    }
  }
  for (const series of expected.values()) return `missing ${series.labels}`;
  return undefined;
}

function comparePoint(wanted: SequenceValue, point: Point): string | undefined {
  if ((wanted.kind === 'histogram') !== (point.histogram !== undefined)) return 'another kind of sample';
  if (wanted.histogram !== undefined && point.histogram !== undefined) {
    return sameHistogram(wanted.histogram, point.histogram) ? undefined : 'another histogram';
  }
  return almostEqual(wanted.value, point.value) ? undefined : `expected ${wanted.value}, got ${point.value}`;
}

function sameHistogram(a: Histogram, b: Histogram): boolean {
  return (
    a.schema === b.schema &&
    almostEqual(a.count, b.count) &&
    almostEqual(a.sum, b.sum) &&
    almostEqual(a.zeroCount, b.zeroCount) &&
    a.zeroThreshold === b.zeroThreshold &&
    sameBuckets(
      bucketMap(a.positiveSpans, a.positiveBuckets),
      bucketMap(b.positiveSpans, b.positiveBuckets),
    ) &&
    sameBuckets(
      bucketMap(a.negativeSpans, a.negativeBuckets),
      bucketMap(b.negativeSpans, b.negativeBuckets),
    ) &&
    (a.customValues ?? []).join() === (b.customValues ?? []).join()
  );
}

function sameBuckets(a: ReadonlyMap<number, number>, b: ReadonlyMap<number, number>): boolean {
  if (a.size !== b.size) return false;
  for (const [index, count] of a) if (!almostEqual(count, b.get(index) ?? Number.NaN)) return false;
  return true;
}
