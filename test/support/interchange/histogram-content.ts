import { customBucketsSchema, type Histogram, type Span } from '../../../src/model/index.js';
import { integerHistogram } from '../../storage/storage-samples.js';

export interface HistogramKind {
  readonly integer: boolean;
  readonly gauge: boolean;
  /** Two of a kind with other offsets have their resets and layouts at other times. */
  readonly offset: number;
}

/** Steps from one counter reset to the next. */
const cycle = 240;
const staleFrom = 150;
const staleSteps = 8;

/** Buckets come with time and stay until the reset. */
const stages: readonly (readonly number[])[] = [
  [0, 1],
  [0, 1, 5],
  [-2, 0, 1, 5],
  [-2, 0, 1, 5, 6],
];

function spansOf(indexes: readonly number[]): Span[] {
  const spans: { offset: number; length: number }[] = [];
  let next = 0;
  for (const index of indexes) {
    const last = spans.at(-1);
    if (last !== undefined && index === next) last.length++;
    else spans.push({ offset: index - next, length: 1 });
    next = index + 1;
  }
  return spans;
}

function totalOf(...parts: readonly (number | Float64Array)[]): number {
  let total = 0;
  for (const part of parts) {
    if (typeof part === 'number') total += part;
    else for (const count of part) total += count;
  }
  return total;
}

const oddSums: ReadonlyMap<number, number> = new Map([
  [100, Number.NaN],
  [101, Number.POSITIVE_INFINITY],
  [102, -0],
]);

/** Of exponential buckets; undefined where the series has no sample. */
export function exponentialAt(
  step: number,
  { integer, gauge, offset }: HistogramKind,
): Histogram | undefined {
  const phase = (step + offset) % cycle;
  if (phase > staleFrom && phase < staleFrom + staleSteps) return undefined;
  const counterResetHint = gauge ? 'gauge' : 'unknown';
  if (phase === staleFrom) {
    // Upstream cannot write a chunk of a gauge's once more that has a marker in it ("float histogram schema change":
    // chunkenc/float_histogram.go AtFloatHistogram gives markers without the gauge's hint): blocks are never merged.
    if (gauge) return undefined;
    const none = { positiveSpans: [], positiveBuckets: new Float64Array(0), zeroCount: 0, zeroThreshold: 0 };
    return integerHistogram({
      integer,
      counterResetHint,
      ...none,
      schema: 0,
      count: 0,
      sum: Number.NaN,
      stale: true,
    });
  }
  const level = gauge ? Math.abs(cycle / 2 - phase) : phase;
  const scale = integer ? 1 : 0.375;
  const positive = stages[Math.floor(level / 60)] as readonly number[];
  const negative = level < 120 ? [0] : [0, 3];
  const positiveBuckets = Float64Array.from(positive, (index) => (level * (Math.abs(index) + 1) + 1) * scale);
  const negativeBuckets = Float64Array.from(negative, (index) => (level + index) * scale);
  const zeroCount = Math.floor(level / 2) * scale;
  return integerHistogram({
    integer,
    counterResetHint,
    schema: Math.floor((step + offset) / 500) % 2 === 0 ? 1 : -3,
    zeroThreshold: phase < 200 ? 0.001 : 0.01,
    zeroCount,
    count: totalOf(zeroCount, positiveBuckets, negativeBuckets),
    sum: oddSums.get(phase) ?? level * 1.75 - 20,
    positiveSpans: spansOf(positive),
    negativeSpans: spansOf(negative),
    positiveBuckets,
    negativeBuckets,
  });
}

const bounds = [
  [0.5, 1, 2.5],
  [-1, 0.1, 0.5, 1, 10],
] as const;

/** Of buckets with bounds of their own, which are others from time to time. */
export function customAt(step: number, { integer, gauge, offset }: HistogramKind): Histogram {
  const phase = (step + offset) % cycle;
  const level = gauge ? Math.abs(cycle / 2 - phase) : phase;
  const customValues = Float64Array.from(bounds[Math.floor((step + offset) / 170) % 2] as readonly number[]);
  const indexes = level < 60 ? [1] : [0, 1, customValues.length];
  const positiveBuckets = Float64Array.from(
    indexes,
    (index) => (level * (index + 1) + 1) * (integer ? 1 : 0.375),
  );
  return integerHistogram({
    integer,
    counterResetHint: gauge ? 'gauge' : 'unknown',
    schema: customBucketsSchema,
    zeroThreshold: 0,
    zeroCount: 0,
    count: totalOf(positiveBuckets),
    sum: level / 3,
    positiveSpans: spansOf(indexes),
    positiveBuckets,
    customValues,
  });
}
