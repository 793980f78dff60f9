/** Series for generated queries: counters, gauges, classic and native histograms, and both in one series. */
import { type Random, seededRandom } from '../../../src/base/index.js';
import {
  customBucketsSchema,
  type Histogram,
  Labels,
  setStaleAt,
  wordsOf,
} from '../../../src/model/index.js';
import { type Appender, appendOutcome, type Storage } from '../../../src/storage/index.js';

export const dataStartMs = Date.UTC(2026, 0, 1);
export const dataEndMs = dataStartMs + 2 * 3_600_000;
const stepMs = 15_000;
const instances = ['a', 'b', 'c'];
const bounds = ['0.1', '0.5', '1', '5', '+Inf'];

interface Series {
  readonly labels: Labels;
  /** The next sample. */
  next(random: Random): number | Histogram;
  /** How often a scrape fails: the series ends with a marker and comes back. */
  readonly gaps: number;
}

/** Writes all samples; the same for the same seed. */
export async function writeQueryData(storage: Storage, seed: number): Promise<void> {
  const random = seededRandom(seed);
  const all = makeSeries(random);
  const wasThere = new Set<Series>();
  for (let timeMs = dataStartMs; timeMs <= dataEndMs; timeMs += stepMs) {
    const appender = storage.appender();
    for (const series of all) {
      const isGap = random.float() < series.gaps;
      if (!isGap) append(appender, series, timeMs, series.next(random));
      else if (wasThere.has(series)) append(appender, series, timeMs, 'stale');
      if (isGap) wasThere.delete(series);
      else wasThere.add(series);
    }
    await appender.commit('acknowledged');
  }
}

function append(
  appender: Appender,
  { labels }: Series,
  timestampMs: number,
  sample: number | Histogram | 'stale',
): void {
  const ref = appender.series(labels);
  if (typeof sample === 'object') {
    const outcome = appender.appendHistogram({ ref, timestampMs, histogram: sample });
    if (outcome !== appendOutcome.accepted)
      throw new Error(`${labels} at ${timestampMs}: outcome ${outcome}`);
    return;
  }
  const values = Float64Array.of(sample === 'stale' ? Number.NaN : sample);
  if (sample === 'stale') setStaleAt(wordsOf(values), 0);
  const batch = { length: 1, refs: Float64Array.of(ref), timestamps: Float64Array.of(timestampMs), values };
  if (appender.appendFloats(batch, new Uint8Array(1)) > 0) throw new Error(`${labels} at ${timestampMs}`);
}

function makeSeries(random: Random): Series[] {
  const series: Series[] = [];
  const add = (
    name: string,
    labels: Readonly<Record<string, string>>,
    next: Series['next'],
    gaps = 0.004,
  ): void => {
    const pairs = ['__name__', name, ...Object.entries(labels).flat()];
    series.push({ labels: Labels.fromPairs(...pairs), next, gaps });
  };
  for (const job of ['api', 'node'])
    for (const instance of instances) {
      const target = { job, instance };
      for (const code of ['200', '404', '500']) add('requests_total', { ...target, code }, counter());
      add('temp_celsius', target, gauge(random));
      add('odd', target, odd(), 0.05);
      for (const [i, le] of bounds.entries()) add('lat_bucket', { ...target, le }, counter(2 * (i + 1)), 0);
      add('lat_sum', target, counter(3), 0);
      add('lat_count', target, counter(2 * bounds.length), 0);
      add('h_exp', target, histograms({ schemas: [3], gauge: false }));
      add('h_schemas', target, histograms({ schemas: [0, 1, 2, 5, -1], gauge: false }));
      add('h_gauge', target, histograms({ schemas: [1, 2], gauge: true }));
      add('h_custom', target, histograms({ schemas: [customBucketsSchema], gauge: false }));
      add('h_any', target, histograms({ schemas: [2, customBucketsSchema], gauge: false }));
      add('mixed', target, mixed());
      add('target_info', { ...target, version: instance === 'a' ? '1' : '2', env: 'prod' }, () => 1);
    }
  add('lonely', {}, gauge(random));
  return series;
}

function counter(most = 10): Series['next'] {
  let value = 0;
  return (random) => {
    if (random.float() < 0.005) value = 0;
    value += random.float() < 0.1 ? 0 : Math.floor(random.float() * most);
    return value;
  };
}

function gauge(random: Random): Series['next'] {
  let value = 20 * random.float();
  return (each) => {
    value += each.float() - 0.5;
    return value;
  };
}

/** Infinities, NaN, huge and tiny numbers. */
function odd(): Series['next'] {
  const values = [0, -0, 1, -1, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  const more = [1e308, -1e308, 5e-324, 1e-300, 2 ** 53, 0.1, -7.5];
  return (random) => [...values, ...more][Math.floor(random.float() * 14)] as number;
}

interface Shape {
  readonly schemas: readonly number[];
  readonly gauge: boolean;
}

function histograms({ schemas, gauge: isGauge }: Shape): Series['next'] {
  let schema = schemas[0] as number;
  let filled = new Map<number, number>();
  let negative = new Map<number, number>();
  let zeroCount = 0;
  let sum = 0;
  return (random) => {
    const begin = random.float() < 0.01 || isGauge;
    if (random.float() < 0.02 || begin) {
      if (random.float() < 0.5) schema = schemas[Math.floor(random.float() * schemas.length)] as number;
      [filled, negative, zeroCount, sum] = [new Map(), new Map(), 0, 0];
    }
    const isCustom = schema === customBucketsSchema;
    for (let i = 0; i < 4; i++) {
      const index = Math.floor(random.float() * (isCustom ? 5 : 12)) - (isCustom ? 0 : 4);
      filled.set(index, (filled.get(index) ?? 0) + Math.floor(random.float() * 5));
      if (!isCustom && random.float() < 0.2) negative.set(index, (negative.get(index) ?? 0) + 1);
    }
    if (!isCustom && random.float() < 0.3) zeroCount++;
    sum += random.float() * 10;
    return made({ schema, isGauge, filled, negative, zeroCount, sum });
  };
}

function made(parts: {
  readonly schema: number;
  readonly isGauge: boolean;
  readonly filled: ReadonlyMap<number, number>;
  readonly negative: ReadonlyMap<number, number>;
  readonly zeroCount: number;
  readonly sum: number;
}): Histogram {
  const { schema, isGauge, filled, negative, zeroCount, sum } = parts;
  const isCustom = schema === customBucketsSchema;
  const total = [...filled.values(), ...negative.values()].reduce((all, count) => all + count, zeroCount);
  return {
    integer: true,
    counterResetHint: isGauge ? 'gauge' : 'unknown',
    schema,
    zeroThreshold: isCustom ? 0 : 0.001,
    zeroCount,
    count: total,
    sum,
    stale: false,
    ...side('positive', filled),
    ...side('negative', negative),
    customValues: isCustom ? Float64Array.of(0.1, 0.5, 1, 5) : undefined,
  } as Histogram;
}

function side(name: string, counts: ReadonlyMap<number, number>): object {
  const indexes = [...counts.keys()].sort((a, b) => a - b);
  const spans: { offset: number; length: number }[] = [];
  let end = 0;
  for (const index of indexes) {
    const last = spans.at(-1);
    if (last !== undefined && index === end) last.length++;
    else spans.push({ offset: index - end, length: 1 });
    end = index + 1;
  }
  const buckets = Float64Array.from(indexes, (index) => counts.get(index) as number);
  return { [`${name}Spans`]: spans, [`${name}Buckets`]: buckets };
}

/** A gauge for a while, then a histogram for a while. */
function mixed(): Series['next'] {
  const histogram = histograms({ schemas: [1], gauge: false });
  let isHistogram = false;
  return (random) => {
    if (random.float() < 0.03) isHistogram = !isHistogram;
    return isHistogram ? histogram(random) : Math.floor(random.float() * 100) / 4;
  };
}
