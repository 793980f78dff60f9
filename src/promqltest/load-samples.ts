import { parseGoFloat } from '../base/index.js';
import {
  ClassicHistogram,
  classicPartOf,
  detectReset,
  type Histogram,
  type Labels,
  LabelsBuilder,
  metricNameLabel,
  setStaleAt,
  wordsOf,
} from '../model/index.js';
import type { SeriesValue } from '../promql/index.js';
import { type Appender, type AppendOutcome, appendOutcomeText, type Storage } from '../storage/index.js';
import { type LoadCommand, type LoadedSeries, ScriptError } from './script.js';

/** Writes what a command loads as one transaction. Throws `ScriptError` where the store refuses a sample. */
export async function loadSamples(storage: Storage, command: LoadCommand): Promise<void> {
  const appender = storage.appender();
  try {
    for (const series of command.series) appendSeries(appender, series, command);
    if (command.withCustomBuckets) appendCustom(appender, command);
  } catch (error) {
    appender.rollback();
    throw error;
  }
  await appender.commit('acknowledged');
}

function appendSeries(
  appender: Appender,
  { labels, values, startOffsetsMs }: LoadedSeries,
  command: LoadCommand,
): void {
  const ref = appender.series(labels);
  const outcomes = new Uint8Array(1);
  let previous: Histogram | undefined;
  for (const [i, value] of values.entries()) {
    if (value.kind === 'omitted') continue;
    const timestampMs = i * command.stepMs;
    const offsetMs = startOffsetsMs?.[i];
    const startTimestampMs = offsetMs === undefined ? 0 : timestampMs + offsetMs;
    if (value.kind === 'histogram') {
      const histogram = hinted(value.histogram, previous);
      previous = value.histogram;
      const outcome = appender.appendHistogram({ ref, timestampMs, histogram, startTimestampMs });
      check(outcome, { labels, timestampMs, command });
      continue;
    }
    previous = undefined;
    const batch = {
      length: 1,
      refs: Float64Array.of(ref),
      timestamps: Float64Array.of(timestampMs),
      values: columnOf(value),
      startTimestamps: Float64Array.of(startTimestampMs),
    };
    appender.appendFloats(batch, outcomes);
    check(outcomes[0] as AppendOutcome, { labels, timestampMs, command });
  }
}

/**
 * As chunks say it: of a counter's histograms the first of a chunk says nothing, the others that there was no reset. A
 * reset begins a chunk. Source: tsdb/chunkenc/histogram_meta.go (counterResetHint).
 */
function hinted(histogram: Histogram, previous: Histogram | undefined): Histogram {
  if (histogram.counterResetHint === 'gauge') return histogram;
  const begins =
    previous === undefined || previous.counterResetHint === 'gauge' || detectReset(histogram, previous);
  return { ...histogram, counterResetHint: begins ? 'unknown' : 'not-reset' };
}

function columnOf(value: SeriesValue & { kind: 'float' | 'stale' }): Float64Array {
  if (value.kind === 'float') return Float64Array.of(value.value);
  const column = Float64Array.of(Number.NaN);
  setStaleAt(wordsOf(column), 0);
  return column;
}

interface Loaded {
  readonly labels: Labels;
  readonly timestampMs: number;
  readonly command: LoadCommand;
}

function check(outcome: AppendOutcome, { labels, timestampMs, command }: Loaded): void {
  const text = appendOutcomeText[outcome];
  if (text === '') return;
  throw new ScriptError({ line: command.line, column: 1 }, `${labels} at ${timestampMs / 1000}s: ${text}`);
}

/** Classic histograms a second time, as native ones with custom buckets. */
function appendCustom(appender: Appender, command: LoadCommand): void {
  for (const { labels, histograms } of customSeries(command)) {
    const ref = appender.series(labels);
    for (const [timestampMs, classic] of [...histograms].sort(([a], [b]) => a - b)) {
      const histogram: Histogram | string = classic.convert();
      if (typeof histogram === 'string') {
        const at = `${labels} at ${timestampMs / 1000}s`;
        throw new ScriptError({ line: command.line, column: 1 }, `${at}: ${histogram}`);
      }
      check(appender.appendHistogram({ ref, timestampMs, histogram: asFloats(histogram) }), {
        ...{ labels, timestampMs, command },
      });
    }
  }
}

function asFloats(histogram: Histogram): Histogram {
  return { ...histogram, integer: false };
}

interface CustomSeries {
  readonly labels: Labels;
  readonly histograms: Map<number, ClassicHistogram>;
}

function customSeries({ series, stepMs }: LoadCommand): Iterable<CustomSeries> {
  const found = new Map<string, CustomSeries>();
  for (const { labels, values } of series) {
    const classic = classicPartOf(labels.get(metricNameLabel));
    if (classic === undefined) continue;
    const bound = classic.part === 'bucket' ? parseGoFloat(labels.get('le')) : 0;
    if (bound === undefined || Number.isNaN(bound)) continue;
    const base = new LabelsBuilder(labels).set(metricNameLabel, classic.base).delete('le').labels();
    const key = base.key();
    const custom = found.get(key) ?? { labels: base, histograms: new Map() };
    found.set(key, custom);
    for (const [i, value] of values.entries()) {
      if (value.kind !== 'float') continue;
      const histogram = custom.histograms.get(i * stepMs) ?? new ClassicHistogram();
      custom.histograms.set(i * stepMs, histogram);
      if (classic.part === 'bucket') histogram.setBucket(bound, value.value);
      else if (classic.part === 'count') histogram.setCount(value.value);
      else histogram.setSum(value.value);
    }
  }
  return found.values();
}
