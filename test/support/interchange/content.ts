import { type Random, seededRandom } from '../../../src/base/index.js';
import type { Histogram } from '../../../src/model/index.js';
import type { WrittenSeries } from '../../remote/write-messages.js';
import { customAt, exponentialAt, type HistogramKind } from './histogram-content.js';
import { exemplarMessage, histogramMessage, staleBits } from './write-client.js';

export const stepMs = 15_000;
/** Of the shortest block. */
export const rangeMs = 600_000;
export const startMs = Math.ceil(1_700_000_000_000 / (9 * rangeMs)) * 9 * rangeMs;

export const timeOf = (step: number): number => startMs + step * stepMs;

/** What is left out where a peer does not know it. */
export interface ContentKinds {
  readonly customBuckets: boolean;
  readonly lateHistograms: boolean;
  /** Steps from one late sample of a series to the next. */
  readonly lateEvery: number;
  /** Histograms of both kinds in one series. */
  readonly bothInOne: boolean;
  /** Deletions within histograms of gauges. */
  readonly deletedGauges: boolean;
  /** Names of labels beside the letters, digits and `_`. */
  readonly utf8Names: boolean;
}

type Labels = WrittenSeries['labels'];
type Sample = readonly [value: number | bigint, timestampMs: number];

const labelsOf = (name: string, ...pairs: Labels): Labels => [['__name__', name], ...pairs];
const counter = (i: number, { utf8Names }: ContentKinds): Labels =>
  labelsOf('c_total', ['i', String(i)], [utf8Names ? 'ü' : 'u', 'ö "\n']);

/** Infinities, zeros, the smallest and the largest, and NaNs of two kinds. */
const oddValues: readonly (number | bigint)[] = [
  0x7ff8000000000001n,
  Number.POSITIVE_INFINITY,
  Number.NEGATIVE_INFINITY,
  -0,
  0,
  Number.MIN_VALUE,
  -2.2e-308,
  Number.MAX_VALUE,
  0x7ff8000000000000n,
  1 / 3,
];

const counters = 12;
const one = (labels: Labels, step: number, value: number | bigint): WrittenSeries => ({
  labels,
  samples: [[value, timeOf(step)]],
});

/** In order in time; one in two is at the time of its series' sample. */
function exemplarsAt(step: number, i: number): readonly Uint8Array[] {
  if (step % 7 !== i) return [];
  const labels = [
    ['span', '🌍'],
    ['trace_id', `t${step}`],
  ] as const;
  const first = { labels, value: i === 1 ? Number.NaN : step / 3, timestampMs: timeOf(step) };
  const second = { labels: i === 2 ? [] : labels, value: -0, timestampMs: timeOf(step) + 1234 };
  // The third is the second once more, and not kept.
  return [first, second, second].map(exemplarMessage);
}

function floatsAt(step: number, random: Random, kinds: ContentKinds): WrittenSeries[] {
  const series: WrittenSeries[] = [];
  for (let i = 0; i < counters; i++) {
    const value = ((step + 37 * i) % 331) * (i + 1) + (i % 3) / 7;
    series.push({ ...one(counter(i, kinds), step, value), exemplars: exemplarsAt(step, i) });
  }
  for (let i = 0; i < 3; i++) {
    const value = oddValues[random.uint32() % (oddValues.length + 4)] ?? random.float() * 2e9 - 1e9;
    series.push(one(labelsOf('odd', ['i', String(i)]), step, value));
  }
  for (let i = 0; i < 3; i++) {
    const phase = (step + 17 * i) % 61;
    const labels = labelsOf('gappy', ['i', String(i)]);
    if (phase < 50) series.push(one(labels, step, phase * 1.5));
    else if (phase === 50) series.push(one(labels, step, staleBits));
  }
  series.push(one(labelsOf('churn', ['generation', String(Math.floor(step / 70))]), step, step));
  series.push(one(labelsOf('constant'), step, 42), one(labelsOf('deleted_whole'), step, step));
  return series;
}

interface HistogramSeries {
  readonly labels: Labels;
  readonly kind: HistogramKind;
  readonly at: (step: number, kind: HistogramKind) => Histogram | undefined;
}

function histogramSeries({ customBuckets }: ContentKinds): HistogramSeries[] {
  const shapes = [
    ['h', exponentialAt],
    ...(customBuckets ? ([['h_custom', customAt]] as const) : []),
  ] as const;
  return shapes.flatMap(([name, at]) =>
    [true, false].flatMap((integer) =>
      [true, false].flatMap((gauge) =>
        [0, 77].map((offset) => ({
          labels: labelsOf(
            name,
            ['gauge', String(gauge)],
            ['integer', String(integer)],
            ['offset', String(offset)],
          ),
          kind: { integer, gauge, offset },
          at,
        })),
      ),
    ),
  );
}

function histogramsAt(step: number, kinds: ContentKinds): WrittenSeries[] {
  const series: WrittenSeries[] = [];
  for (const { labels, kind, at } of histogramSeries(kinds)) {
    const histogram = at(step, kind);
    // Where a count of 0 makes an integer one of it (2.42 prompb/custom.go IsFloatHistogram) it is one of the other kind.
    if (histogram === undefined || (histogram.stale && !kind.integer && !kinds.bothInOne)) continue;
    const exemplars = kind.offset === 0 ? exemplarsAt(step, 0) : [];
    series.push({ labels, histograms: [histogramMessage(histogram, timeOf(step))], exemplars });
  }
  return series;
}

/** A series of floats and histograms by turns. */
function mixedAt(step: number, { bothInOne }: ContentKinds): WrittenSeries {
  const labels = labelsOf('mixed');
  const integer = step % 80 < 60 || !bothInOne;
  const histogram = exponentialAt(step, { integer, gauge: false, offset: 0 });
  if (step % 40 < 20 || histogram === undefined) return one(labels, step, step / 4);
  return { labels, histograms: [histogramMessage(histogram, timeOf(step))] };
}

export interface Steps {
  readonly from: number;
  readonly to: number;
}

/** A request for each of the steps from `from` on, before `to`. */
export function* requests({ from, to }: Steps, kinds: ContentKinds): Generator<WrittenSeries[]> {
  const random = seededRandom(from + 1);
  for (let step = from; step < to; step++) {
    yield [...floatsAt(step, random, kinds), ...histogramsAt(step, kinds), mixedAt(step, kinds)];
  }
}

/** Between the samples of the steps: of series that are known, and of some that nobody has sent before. */
export function lateRequest({ from, to }: Steps, kinds: ContentKinds, offsetMs = 7000): WrittenSeries[] {
  const steps = Array.from(
    { length: Math.ceil((to - from) / kinds.lateEvery) },
    (_, i) => from + i * kinds.lateEvery,
  );
  const timesMs = steps.map((step) => timeOf(step) + offsetMs);
  const samples = steps.map(
    (step, i): Sample => [i === 3 ? staleBits : step * 1000 + 0.5, timesMs[i] as number],
  );
  const late: WrittenSeries[] = [
    { labels: counter(1, kinds), samples },
    { labels: labelsOf('gappy', ['i', '1']), samples: samples.slice(2) },
    { labels: labelsOf('only_late', ['from', String(from)]), samples },
  ];
  if (!kinds.lateHistograms) return late;
  late.push({ labels: labelsOf('mixed'), samples: samples.slice(0, 4) });
  for (const { labels, kind, at } of histogramSeries(kinds)) {
    if (kind.offset !== 0) continue;
    const histograms = steps.flatMap((step, i) => {
      const histogram = at(step, kind);
      return histogram === undefined ? [] : [histogramMessage(histogram, timesMs[i] as number)];
    });
    late.push({ labels, histograms });
  }
  return late;
}
