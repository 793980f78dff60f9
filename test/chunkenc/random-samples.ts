/** Seeded columns and histograms that reach every branch of the encodings. */
import type { Random } from '../../src/base/index.js';
import type { ChunkHistogram } from '../../src/chunkenc/index.js';
import {
  type CounterResetHint,
  customBucketsSchema,
  type Histogram,
  type Span,
  setStaleAt,
  wordsOf,
} from '../../src/model/index.js';

export function below(random: Random, limit: number): number {
  return Math.floor(random.float() * limit);
}

export function oneOf<T>(random: Random, ...choices: readonly T[]): T {
  return choices[below(random, choices.length)] as T;
}

export interface Columns {
  readonly timestamps: Float64Array;
  readonly values: Float64Array;
  readonly startTimestamps: Float64Array;
}

/** Times that step evenly, with jitter, by leaps, or backwards. */
export function randomTimes(random: Random, length: number): Float64Array {
  const times = new Float64Array(length);
  const style = oneOf(random, 'even', 'jitter', 'leaps', 'wild');
  let t = oneOf(random, 0, -5, 1_700_000_000_000, -1_700_000_000_000, 2 ** 50 - 1, -(2 ** 50));
  const stepMs = oneOf(random, 1, 15_000, 60_000, 3_600_000);
  for (let i = 0; i < length; i++) {
    times[i] = style === 'wild' ? Math.floor((random.float() - 0.5) * 2 ** 51) : clampTime(t);
    t += stepMs;
    if (style === 'jitter') t += below(random, 20) - 10;
    if (style === 'leaps')
      t += oneOf(random, 0, 0, 8192, 8193, -8191, -8192, 65_536, 524_288, 524_289, 4096, -4096, 2 ** 40, -7);
  }
  return times;
}

function clampTime(t: number): number {
  return Math.max(-(2 ** 50), Math.min(2 ** 50, t));
}

/** Values of every shape: constants, counters, noise, special numbers, any bits at all. */
export function randomValues(random: Random, length: number): Float64Array {
  const values = new Float64Array(length);
  const words = wordsOf(values);
  const style = oneOf(random, 'constant', 'counter', 'noise', 'special', 'bits');
  let last = random.float() * 1000;
  for (let i = 0; i < length; i++) {
    if (style === 'counter') last += below(random, 100);
    if (style === 'noise') last = random.float() * 10;
    values[i] = last;
    if (style === 'bits') {
      words[2 * i] = random.uint32();
      words[2 * i + 1] = random.uint32();
    }
    if (style === 'special')
      values[i] = oneOf(random, 0, -0, Infinity, -Infinity, 5e-324, 1.797e308, 1, last);
    if (below(random, 12) === 0) setStaleAt(words, i);
    if (below(random, 40) === 0) words.set([below(random, 5), 0x7ff80000 + below(random, 3)], 2 * i);
  }
  return values;
}

export function randomStarts(random: Random, times: Float64Array): Float64Array {
  const starts = new Float64Array(times.length);
  const style = oneOf(random, 'none', 'constant', 'late', 'resets', 'wild');
  const changeAt = below(random, 160);
  let start = style === 'constant' || style === 'resets' ? (times[0] ?? 0) - below(random, 1e6) : 0;
  for (let i = 0; i < times.length; i++) {
    if (style === 'late' && i === changeAt) start = times[i] as number;
    if (style === 'resets' && below(random, 10) === 0) start = (times[i] as number) - below(random, 1000);
    if (style === 'wild') start = oneOf(random, 0, (times[i] as number) - below(random, 2 ** 30), start);
    starts[i] = Math.max(-(2 ** 50), start);
  }
  return starts;
}

export function randomColumns(random: Random, length: number): Columns {
  const timestamps = randomTimes(random, length);
  return {
    timestamps,
    values: randomValues(random, length),
    startTimestamps: randomStarts(random, timestamps),
  };
}

interface Walk {
  schema: number;
  zeroThreshold: number;
  zeroCount: number;
  positive: Map<number, number>;
  negative: Map<number, number>;
  customValues: Float64Array | undefined;
  sum: number;
  hint: CounterResetHint;
}

/** A series of histograms that grows, changes its buckets, resets and goes stale. */
export function randomHistograms(random: Random, length: number, integer: boolean): ChunkHistogram[] {
  const times = randomTimes(random, length).sort();
  const starts = randomStarts(random, times);
  const gauge = below(random, 4) === 0;
  let walk = begin(random, gauge ? 'gauge' : 'unknown');
  return Array.from(times, (timestampMs, i) => {
    if (below(random, 30) === 0)
      walk = begin(random, oneOf(random, walk.hint, walk.hint, 'gauge', 'unknown'));
    advance(random, walk, integer);
    const stale = below(random, 25) === 0;
    return {
      timestampMs,
      startTimestampMs: starts[i] as number,
      histogram: histogramOf(random, walk, integer, stale),
    };
  });
}

function begin(random: Random, hint: CounterResetHint): Walk {
  const custom = below(random, 4) === 0;
  const bounds = custom
    ? Float64Array.from({ length: below(random, 8) }, (_, i) =>
        oneOf(random, i, i + 0.25, i * 1e6 + 0.1, i - 20),
      ).sort()
    : undefined;
  return {
    schema: custom ? customBucketsSchema : below(random, 13) - 4,
    zeroThreshold: custom ? 0 : oneOf(random, 0, 2 ** -128, 0.001, 1024, 2048, 2 ** -243, 2 ** -244, 0.5),
    zeroCount: 0,
    positive: new Map(),
    negative: new Map(),
    customValues: bounds,
    sum: 0,
    hint,
  };
}

function advance(random: Random, walk: Walk, integer: boolean): void {
  const custom = walk.schema === customBucketsSchema;
  const amount = (): number =>
    integer ? below(random, oneOf(random, 2, 50, 1e6)) : oneOf(random, 0, 1, random.float() * 100);
  const sides = custom ? [walk.positive] : [walk.positive, walk.negative];
  for (const side of sides) {
    const reach = custom ? (walk.customValues?.length ?? 0) + 1 : 30;
    for (let i = below(random, 3); i > 0; i--) {
      const index = custom ? below(random, reach) : below(random, reach) - 10;
      if (!side.has(index)) side.set(index, 0);
    }
    for (const [index, count] of side) {
      if (count === 0 && below(random, 3) === 0) side.delete(index);
      else if (below(random, 3) > 0) side.set(index, count + amount());
      if (walk.hint === 'gauge' && below(random, 6) === 0) side.delete(index);
      if (below(random, 200) === 0) side.set(index, 0);
    }
  }
  if (!custom) walk.zeroCount += amount();
  walk.sum += random.float() * 10 - 3;
}

function histogramOf(random: Random, walk: Walk, integer: boolean, stale: boolean): Histogram {
  const positive = layOut(random, walk.positive);
  const negative = layOut(random, walk.negative);
  const total = [...positive.buckets, ...negative.buckets].reduce((a, b) => a + b, walk.zeroCount);
  const nan = below(random, 40) === 0;
  return {
    integer,
    counterResetHint: below(random, 50) === 0 && walk.hint !== 'gauge' ? 'reset' : walk.hint,
    schema: walk.schema,
    zeroThreshold: walk.zeroThreshold,
    zeroCount: walk.zeroCount,
    count: total,
    sum: nan ? Number.NaN : walk.sum,
    stale,
    positiveSpans: positive.spans,
    negativeSpans: negative.spans,
    positiveBuckets: positive.buckets,
    negativeBuckets: negative.buckets,
    customValues: walk.customValues,
  };
}

/** Spans with gaps, now and then cut in two or with an empty one between. */
function layOut(
  random: Random,
  counts: ReadonlyMap<number, number>,
): { spans: Span[]; buckets: Float64Array } {
  const indexes = [...counts.keys()].sort((a, b) => a - b);
  const spans: { offset: number; length: number }[] = [];
  let next = 0;
  for (const index of indexes) {
    const last = spans.at(-1);
    if (last !== undefined && index === next && below(random, 30) > 0) last.length++;
    else {
      if (index - next > 1 && last !== undefined && below(random, 30) === 0) {
        spans.push({ offset: 1, length: 0 });
        next++;
      }
      spans.push({ offset: index - next, length: 1 });
    }
    next = index + 1;
  }
  return { spans, buckets: Float64Array.from(indexes, (index) => counts.get(index) as number) };
}
