import { type CorruptionError, type Random, seededRandom } from '../../src/base/index.js';
import { type Histogram, Labels, wordsOf } from '../../src/model/index.js';
import {
  type Appender,
  appendOutcome,
  histogramKind,
  type Queryable,
  type SeriesColumns,
  type SeriesRef,
  SymbolTable,
} from '../../src/storage/index.js';
import { always, integerHistogram, request } from '../storage/storage-samples.js';
import type { Attempt, FoundRows } from './oracle.js';

/** Behind these stand two that hold floats or histograms, by the commit, and one of histograms. */
const floatSeries = 9;
const seriesCount = 12;
const labelsOf = Array.from({ length: seriesCount }, (_, i) =>
  Labels.fromPairs('__name__', 'm', 'série', i % 3 === 0 ? `ü ${i}` : String(i)),
);
const oddBits: readonly (readonly [low: number, high: number])[] = [
  [2, 0x7ff00000],
  [1, 0x7ff80000],
  [0, 0x7ff00000],
  [0, 0xfff00000],
  [0, 0x80000000],
  [1, 0],
];

export const seriesLabels = (index: number): Labels => labelsOf[index % seriesCount] as Labels;

interface FloatRow {
  readonly ref: SeriesRef;
  readonly timestampMs: number;
  readonly low: number;
  readonly high: number;
  readonly startMs: number;
  readonly attempt: Attempt;
}

interface RandomRows {
  readonly rows: number;
  readonly seed: number;
  readonly fromMs: number;
  /** The time of a row that is to come late; those from `fromMs` on for others. */
  readonly timeOf?: ((index: number, random: Random) => number) | undefined;
  readonly withStarts: boolean;
  /** A turned bit may say that a block ends later than it does. */
  readonly mayBeRefused: boolean;
}

/** Appends rows at times of their own, from `fromMs` on; answers what was accepted. Throws where one is refused. */
export function appendRandomRows(
  appender: Appender,
  { rows, seed, fromMs, timeOf, withStarts, mayBeRefused }: RandomRows,
): Attempt[] {
  const random = seededRandom(seed);
  const sent: Attempt[] = [];
  const refs = new Map<number, SeriesRef>();
  const floats: FloatRow[] = [];
  for (let i = 0; i < rows; i++) {
    const series = random.uint32() % seriesCount;
    const labels = labelsOf[series] as Labels;
    const ref = refs.get(series) ?? appender.series(labels);
    refs.set(series, ref);
    const timestampMs = timeOf?.(i, random) ?? fromMs + i;
    const startMs = withStarts && random.uint32() % 2 === 0 ? fromMs - 1000 : 0;
    const own = { series: labels.toString(), timestampMs, fate: 'open' as const, committedMs: 0 };
    if (series >= floatSeries && (series === seriesCount - 1 || seed % 2 === 0)) {
      const histogram = randomHistogram(random);
      const outcome = appender.appendHistogram({ ref, timestampMs, histogram, startTimestampMs: startMs });
      if (outcome === appendOutcome.accepted) sent.push({ ...own, text: histogramText(histogram) });
      else if (!mayBeRefused) throw new Error(`a histogram was refused: ${outcome}`);
    } else {
      const odd = random.uint32() % 8 === 0 ? oddBits[random.uint32() % oddBits.length] : undefined;
      const [low, high] = odd ?? [random.uint32(), 0x40000000 + (random.uint32() % 0x100000)];
      floats.push({ ref, timestampMs, low, high, startMs, attempt: { ...own, text: floatText(low, high) } });
    }
  }
  const values = new Float64Array(floats.length);
  const words = wordsOf(values);
  floats.forEach(({ low, high }, i) => {
    words[2 * i] = low;
    words[2 * i + 1] = high;
  });
  const batch = {
    length: floats.length,
    refs: Float64Array.from(floats, ({ ref }) => ref),
    timestamps: Float64Array.from(floats, ({ timestampMs }) => timestampMs),
    values,
    startTimestamps: withStarts ? Float64Array.from(floats, ({ startMs }) => startMs) : undefined,
  };
  const outcomes = new Uint8Array(floats.length);
  const refused = appender.appendFloats(batch, outcomes);
  if (refused !== 0 && !mayBeRefused) throw new Error(`${refused} samples were refused`);
  floats.forEach(({ attempt }, i) => {
    if (outcomes[i] === appendOutcome.accepted) sent.push(attempt);
  });
  return sent;
}

function randomHistogram(random: Random): Histogram {
  const buckets = Float64Array.from({ length: 4 }, () => random.uint32() % 1000);
  const count = buckets.reduce((sum, bucket) => sum + bucket, 2);
  return integerHistogram({ positiveBuckets: buckets, count, sum: random.uint32() / 7 });
}

/** The bits of a value, 16 a character. */
const floatText = (low: number, high: number): string =>
  String.fromCharCode(high >>> 16, high & 0xffff, low >>> 16, low & 0xffff);

/** A stale marker is one of the kind that the series had before it. */
const histogramText = ({ count, zeroCount, sum, stale, positiveBuckets }: Histogram): string =>
  stale
    ? floatText(2, 0x7ff00000)
    : `h ${count} ${zeroCount} ${sum} ${[...positiveBuckets].filter((bucket) => bucket > 0).join(' ')}`;

function textsOf(columns: SeriesColumns): Map<number, string> {
  const words = wordsOf(columns.values);
  const texts = new Map<number, string>();
  for (let row = 0; row < columns.length; row++) {
    const timestampMs = columns.timestamps[row] as number;
    if (texts.has(timestampMs)) throw new Error(`two samples at ${timestampMs}`);
    const text =
      columns.kinds?.[row] === histogramKind
        ? histogramText(columns.histograms?.at(row) as Histogram)
        : floatText(words[2 * row] as number, words[2 * row + 1] as number);
    texts.set(timestampMs, text);
  }
  return texts;
}

/** All that a storage has. Rejects where a series has two samples at one time. */
export async function readRows(
  storage: Queryable,
  onDamage: (damage: CorruptionError) => void,
): Promise<FoundRows> {
  const found = new Map<string, ReadonlyMap<number, string>>();
  const symbols = new SymbolTable();
  const querier = storage.querier(always);
  const set = querier.select(request(['__name__=m'], { symbols, onDamage }));
  try {
    while (await set.next()) {
      const rows = textsOf(set.columns);
      if (rows.size > 0) found.set(symbols.labels(set.labels).toString(), rows);
    }
  } finally {
    set.close();
    querier.close();
  }
  return found;
}
