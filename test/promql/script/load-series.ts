import {
  customBucketsSchema,
  detectReset,
  type Histogram,
  type Labels,
  LabelsBuilder,
  setStaleAt,
  wordsOf,
} from '../../../src/model/index.js';
import type { SeriesRef, Storage } from '../../../src/storage/index.js';
import type { LoadCommand } from './parse-script.js';
import { parseNumber } from './series-notation.js';

/** Writes a `load` into the store; answers whether it held native histograms. */
export async function loadSeries(store: Storage, command: LoadCommand): Promise<boolean> {
  const appender = store.appender();
  let anyHistogram = false;
  // Of two lines for one series the last counts.
  const series = new Map(command.series.map((one) => [one.labels.key(), one]));
  for (const { labels, values, startOffsets } of series.values()) {
    const ref = appender.series(labels);
    let previous: Histogram | undefined;
    values.forEach((sample, i) => {
      if (sample.kind === 'none') return;
      const timestampMs = i * command.stepMs;
      const offset = startOffsets?.[i];
      const startTimestampMs = offset === undefined ? 0 : timestampMs + offset;
      if (sample.kind === 'histogram') {
        anyHistogram = true;
        const given = sample.histogram as Histogram;
        appender.appendHistogram({ ref, timestampMs, histogram: hinted(given, previous), startTimestampMs });
        previous = given;
        return;
      }
      previous = undefined;
      const column = Float64Array.of(sample.value);
      if (sample.kind === 'stale') setStaleAt(wordsOf(column), 0);
      appendFloat(appender, { ref, timestampMs, column, startTimestampMs });
    });
  }
  if (command.withNhcb) {
    for (const { labels, timestampMs, histogram } of customHistograms(command)) {
      anyHistogram = true;
      appender.appendHistogram({ ref: appender.series(labels), timestampMs, histogram });
    }
  }
  await appender.commit('acknowledged');
  return anyHistogram;
}

/** As chunks keep it: of a counter's but the first of each chunk, which begins anew with a reset, there was none. */
function hinted(given: Histogram, previous: Histogram | undefined): Histogram {
  if (given.counterResetHint === 'gauge') return given;
  const isReset =
    previous === undefined || previous.counterResetHint === 'gauge' || detectReset(given, previous);
  return { ...given, counterResetHint: isReset ? 'unknown' : 'not-reset' };
}

function appendFloat(
  appender: ReturnType<Storage['appender']>,
  sample: { ref: SeriesRef; timestampMs: number; column: Float64Array; startTimestampMs: number },
): void {
  const batch = {
    length: 1,
    refs: Float64Array.of(sample.ref),
    timestamps: Float64Array.of(sample.timestampMs),
    values: sample.column,
    startTimestamps: Float64Array.of(sample.startTimestampMs),
  };
  appender.appendFloats(batch, new Uint8Array(1));
}

interface Classic {
  readonly labels: Labels;
  readonly counts: Map<number, number>;
  count: number | undefined;
  sum: number;
}

/** What `load_with_nhcb` adds: classic histograms as native ones with custom buckets. */
function customHistograms(
  command: LoadCommand,
): { labels: Labels; timestampMs: number; histogram: Histogram }[] {
  const found = new Map<string, Classic & { timestampMs: number }>();
  for (const { labels, values } of command.series) {
    const [, base, suffix] = /^(.*)_(bucket|count|sum)$/.exec(labels.get('__name__')) ?? [];
    if (base === undefined) continue;
    const target = new LabelsBuilder(labels).set('__name__', base).delete('le').labels();
    const bound = suffix === 'bucket' ? numberOrNaN(labels.get('le')) : 0;
    if (Number.isNaN(bound)) continue;
    values.forEach((sample, i) => {
      if (sample.kind !== 'float') return;
      const key = `${i} ${target.key()}`;
      const classic = found.get(key) ?? {
        labels: target,
        counts: new Map(),
        count: undefined,
        sum: 0,
        timestampMs: i * command.stepMs,
      };
      found.set(key, classic);
      if (suffix === 'bucket') classic.counts.set(bound, sample.value);
      else if (suffix === 'count') classic.count = sample.value;
      else classic.sum = sample.value;
    });
  }
  return [...found.values()]
    .sort((a, b) => a.timestampMs - b.timestampMs)
    .map((classic) => ({ ...classic, histogram: customHistogram(classic) }));
}

function numberOrNaN(text: string): number {
  try {
    return parseNumber(text);
  } catch {
    return Number.NaN;
  }
}

function customHistogram({ counts, count, sum }: Classic): Histogram {
  const bounds = [...counts.keys()].sort((a, b) => a - b);
  const finite = bounds.filter((bound) => bound !== Number.POSITIVE_INFINITY);
  const total = count ?? counts.get(bounds.at(-1) as number) ?? 0;
  const cumulative = [...finite.map((bound) => counts.get(bound) as number), total];
  const buckets = Float64Array.from(
    cumulative,
    (value, i) => value - (i === 0 ? 0 : (cumulative[i - 1] as number)),
  );
  return {
    integer: false,
    counterResetHint: 'unknown',
    schema: customBucketsSchema,
    zeroThreshold: 0,
    zeroCount: 0,
    count: total,
    sum,
    stale: false,
    positiveSpans: [{ offset: 0, length: buckets.length }],
    negativeSpans: [],
    positiveBuckets: buckets,
    negativeBuckets: new Float64Array(0),
    customValues: Float64Array.from(finite),
  };
}
