import type { Histogram, Span } from './histogram.js';

interface Side {
  readonly spans: readonly Span[];
  readonly buckets: Float64Array;
}

/** Buckets in a row without a gap; `start` is the index of the first. */
interface Run {
  readonly start: number;
  readonly counts: number[];
}

/**
 * The same histogram in fewer spans and buckets: empty buckets go at both ends of every span, and within
 * where more than `maxEmptyBuckets` follow each other; spans with no wider gap than that between them
 * become one. Source: model/histogram, Compact.
 */
export function compactHistogram(histogram: Histogram, maxEmptyBuckets: number): Histogram {
  const { positiveSpans, positiveBuckets, negativeSpans, negativeBuckets } = histogram;
  const positive = compactSide({ spans: positiveSpans, buckets: positiveBuckets }, maxEmptyBuckets);
  const negative = compactSide({ spans: negativeSpans, buckets: negativeBuckets }, maxEmptyBuckets);
  return {
    ...histogram,
    positiveSpans: positive.spans,
    positiveBuckets: positive.buckets,
    negativeSpans: negative.spans,
    negativeBuckets: negative.buckets,
  };
}

function compactSide(side: Side, maxEmptyBuckets: number): Side {
  const isCompact =
    side.buckets.every((count) => count !== 0) &&
    side.spans.every(({ offset, length }) => length > 0 && offset > maxEmptyBuckets);
  if (isCompact) return side;
  const kept = runsOf(side).flatMap((run) => withoutEmptyBuckets(run, maxEmptyBuckets));
  const compact = sideOf(closeGaps(kept, maxEmptyBuckets));
  // Buckets that no span accounts for, which only an invalid histogram has, stay for validation to find.
  const accountedFor = side.spans.reduce((sum, { length }) => sum + length, 0);
  const left = accountedFor === 0 ? [] : side.buckets.subarray(accountedFor);
  if (left.length === 0) return compact;
  return { spans: compact.spans, buckets: Float64Array.from([...compact.buckets, ...left]) };
}

function runsOf({ spans, buckets }: Side): Run[] {
  const runs: Run[] = [];
  let index = 0;
  let at = 0;
  for (const { offset, length } of spans) {
    index += offset;
    const last = runs.at(-1);
    const run =
      last !== undefined && last.start + last.counts.length === index ? last : { start: index, counts: [] };
    if (run !== last && length > 0) runs.push(run);
    for (const count of buckets.subarray(at, at + length)) run.counts.push(count);
    index += length;
    at += length;
  }
  return runs;
}

function withoutEmptyBuckets({ start, counts }: Run, maxEmptyBuckets: number): Run[] {
  const pieces: Run[] = [];
  let lastFilled = -1;
  for (const [i, count] of counts.entries()) {
    if (count === 0) continue;
    const piece = pieces.at(-1);
    const emptyCount = i - lastFilled - 1;
    if (piece === undefined || emptyCount > maxEmptyBuckets)
      pieces.push({ start: start + i, counts: [count] });
    else pushBehindGap(piece.counts, emptyCount, [count]);
    lastFilled = i;
  }
  return pieces;
}

function closeGaps(runs: readonly Run[], maxEmptyBuckets: number): Run[] {
  const joined: Run[] = [];
  for (const run of runs) {
    const last = joined.at(-1);
    const gap = last === undefined ? 0 : run.start - last.start - last.counts.length;
    if (last === undefined || gap > maxEmptyBuckets)
      joined.push({ start: run.start, counts: [...run.counts] });
    else pushBehindGap(last.counts, gap, run.counts);
  }
  return joined;
}

function pushBehindGap(counts: number[], gap: number, more: readonly number[]): void {
  for (let i = 0; i < gap; i++) counts.push(0);
  for (const count of more) counts.push(count);
}

function sideOf(runs: readonly Run[]): Side {
  let end = 0;
  const spans = runs.map(({ start, counts }) => {
    const span = { offset: start - end, length: counts.length };
    end = start + counts.length;
    return span;
  });
  return { spans, buckets: Float64Array.from(runs.flatMap((run) => run.counts)) };
}
