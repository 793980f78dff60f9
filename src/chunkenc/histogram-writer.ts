import { assert } from '../base/index.js';
import { BitWriter, chunkTimeLimitMs, StartTimestamps, writeVarbitInt, XorValues } from '../kernels/index.js';
import { bucketIndexes, customBucketsSchema, equalBounds, type Histogram, spansOf } from '../model/index.js';
import { compareBuckets, moveBuckets, uniteIndexes } from './compare-buckets.js';
import type { DecodeResult } from './decode-result.js';
import { type HistogramEncoding, holdsStarts, isIntegerEncoding, sampleCountOf } from './encodings.js';
import { FloatFields, type HistogramFields, IntegerFields } from './histogram-fields.js';
import { type HistogramLayout, writeLayout } from './histogram-layout.js';
import {
  HistogramChunkReader,
  histogramHeaderSize,
  type ResetHeader,
  resetByte,
  resetHeader,
  resetMask,
  startHeaderByte,
} from './histogram-reader.js';
import { staleSample } from './stale-sample.js';

export interface ChunkHistogram {
  readonly timestampMs: number;
  /** 0 where the sample has none; encodings without start timestamps drop it. */
  readonly startTimestampMs: number;
  readonly histogram: Histogram;
}

/** Whole counts beyond it have differences of differences that doubles do not hold. */
export const maxIntegerCount = 2 ** 51;

const sides = ['positive', 'negative'] as const;
const noBuckets = new Int32Array(0);

interface SideBuckets {
  readonly positive: Int32Array;
  readonly negative: Int32Array;
}

/** Whether a sample may join the chunk, and how it would begin another. */
interface Verdict {
  readonly fits: boolean;
  readonly header: ResetHeader;
  readonly sampleHasMore: boolean;
  readonly chunkHasMore: boolean;
  readonly chunkHasMoreOf: { readonly positive: boolean; readonly negative: boolean };
}

const nothingMore = {
  sampleHasMore: false,
  chunkHasMore: false,
  chunkHasMoreOf: { positive: false, negative: false },
};
const refused = (header: ResetHeader): Verdict => ({ fits: false, header, ...nothingMore });
const joins = (header: ResetHeader): Verdict => ({ fits: true, header, ...nothingMore });

/**
 * Writes one histogram chunk, sample by sample. A sample with other buckets makes the chunk be written once more with
 * all of them; one that cannot join (a counter reset, another schema) begins a chunk of its own.
 */
export class HistogramChunkWriter {
  readonly encoding: HistogramEncoding;
  readonly #integer: boolean;
  #writer = new BitWriter(histogramHeaderSize);
  #layout: HistogramLayout | undefined;
  #buckets: SideBuckets = { positive: noBuckets, negative: noBuckets };
  #fields: HistogramFields | undefined;
  #starts: StartTimestamps | undefined;
  #timestampMs = 0;
  #deltaMs = 0;

  constructor(encoding: HistogramEncoding) {
    this.encoding = encoding;
    this.#integer = isIntegerEncoding(encoding);
    if (holdsStarts(encoding)) this.#starts = new StartTimestamps(startHeaderByte);
  }

  /** Goes on behind the last sample of a chunk, which it copies. */
  static resume(
    encoding: HistogramEncoding,
    bytes: Uint8Array,
  ): HistogramChunkWriter | Extract<DecodeResult, { kind: 'corrupt' }> {
    const reader = new HistogramChunkReader(encoding, bytes);
    while (reader.next()) {}
    const { result } = reader;
    if (result.kind === 'corrupt') return result;
    const writer = new HistogramChunkWriter(encoding);
    if (result.count === 0) return writer;
    const { layout, fields, starts, bit } = reader.end;
    writer.#writer = BitWriter.after(bytes, bit);
    writer.#layout = layout;
    writer.#fields = fields;
    writer.#starts = starts;
    writer.#timestampMs = reader.timestampMs;
    writer.#deltaMs = reader.deltaMs;
    writer.#noteBuckets();
    return writer;
  }

  get count(): number {
    return sampleCountOf(this.encoding, this.#writer.bytes);
  }

  /** The chunk so far, without a copy; the next `append` may change it. */
  get bytes(): Uint8Array {
    return this.#writer.bytes;
  }

  get header(): ResetHeader {
    return (this.#writer.byteAt(resetByte(this.encoding)) & resetMask) as ResetHeader;
  }

  /** Whether one sample more can be counted. */
  get isFull(): boolean {
    return this.count === (this.#starts === undefined ? 0xffff : 0x3fff);
  }

  /**
   * Answers the writer that has the sample: this one, or that of the next chunk, and then this one is complete.
   * `previous`, for a chunk's first sample, is the writer of the chunk before, which tells whether counters were reset.
   */
  append(sample: ChunkHistogram, previous?: HistogramChunkWriter): HistogramChunkWriter {
    const { histogram } = sample;
    assert(!this.isFull, 'the caller cuts chunks before they are full');
    assert(histogram.integer === this.#integer, 'a chunk holds histograms of one kind');
    const farthestMs = Math.max(Math.abs(sample.timestampMs), Math.abs(sample.startTimestampMs));
    assert(farthestMs <= chunkTimeLimitMs, 'a chunk takes no such timestamp');
    assert(!this.#integer || histogram.count <= maxIntegerCount, 'a chunk takes no such count');
    if (this.count === 0) {
      this.#write(sample);
      this.#setHeader(this.#firstHeader(histogram, previous));
      return this;
    }
    const gauge = histogram.counterResetHint === 'gauge';
    const verdict = gauge ? this.#judgeGauge(histogram) : this.#judge(histogram);
    if (!verdict.fits) {
      const next = new HistogramChunkWriter(this.encoding);
      next.#write(sample);
      // Float chunks are told of resets alone; of whole ones upstream keeps the judgement as it is.
      const told = this.#integer || gauge || verdict.header === resetHeader.reset;
      next.#setHeader(told ? verdict.header : resetHeader.unknown);
      return next;
    }
    const adapted = verdict.chunkHasMore ? this.#withBucketsOfChunk(histogram, verdict) : histogram;
    if (verdict.sampleHasMore) this.#recode(adapted);
    this.#write({ ...sample, histogram: adapted });
    return this;
  }

  #firstHeader(histogram: Histogram, previous: HistogramChunkWriter | undefined): ResetHeader {
    if (histogram.counterResetHint === 'gauge') return resetHeader.gauge;
    if (histogram.counterResetHint === 'reset') return resetHeader.reset;
    if (previous === undefined || previous.#integer !== this.#integer) return resetHeader.unknown;
    const { header } = previous.#judge(histogram);
    if (this.#integer) return header;
    return header === resetHeader.reset ? resetHeader.reset : resetHeader.notReset;
  }

  /** Source: tsdb/chunkenc/histogram.go, appendable; its order of questions decides the header. */
  #judge(histogram: Histogram): Verdict {
    const { notReset, reset, unknown, gauge } = resetHeader;
    if (this.count > 0 && this.header === gauge) return refused(notReset);
    if (histogram.counterResetHint === 'reset') return refused(reset);
    if (histogram.stale) return joins(notReset);
    const layout = this.#layout;
    const fields = this.#fields;
    if (layout === undefined || fields === undefined) return refused(unknown);
    if (fields.stale) return refused(unknown);
    if (histogram.count < fields.count) return refused(reset);
    if (!sameScale(histogram, layout)) return refused(unknown);
    if (!sameBounds(histogram, layout)) return refused(reset);
    if (histogram.zeroCount < fields.zeroCount) return refused(reset);
    const differences = this.#compare(histogram, fields.positiveBuckets(), fields.negativeBuckets());
    return differences === undefined ? refused(reset) : { fits: true, header: notReset, ...differences };
  }

  #judgeGauge(histogram: Histogram): Verdict {
    const { gauge } = resetHeader;
    const layout = this.#layout as HistogramLayout;
    if (this.header !== gauge) return refused(gauge);
    if (histogram.stale) return joins(gauge);
    if (this.#fields?.stale === true) return refused(gauge);
    if (!sameScale(histogram, layout) || !sameBounds(histogram, layout)) return refused(gauge);
    const { positive, negative } = this.#buckets;
    // Counts of 0 on the chunk's side never make a reset: only the places are compared.
    const places = this.#compare(
      histogram,
      new Float64Array(positive.length),
      new Float64Array(negative.length),
    );
    assert(places !== undefined, 'gauges have no resets');
    return { fits: true, header: gauge, ...places };
  }

  /** Undefined for a counter reset. */
  #compare(
    histogram: Histogram,
    positiveCounts: Float64Array,
    negativeCounts: Float64Array,
  ): Omit<Verdict, 'fits' | 'header'> | undefined {
    const positive = compareBuckets(
      { indexes: this.#buckets.positive, counts: positiveCounts },
      { indexes: bucketIndexes(histogram.positiveSpans), counts: histogram.positiveBuckets },
    );
    const negative = compareBuckets(
      { indexes: this.#buckets.negative, counts: negativeCounts },
      { indexes: bucketIndexes(histogram.negativeSpans), counts: histogram.negativeBuckets },
    );
    if (positive.reset || negative.reset) return undefined;
    return {
      sampleHasMore: positive.sampleHasMore || negative.sampleHasMore,
      chunkHasMore: positive.chunkHasMore || negative.chunkHasMore,
      chunkHasMoreOf: { positive: positive.chunkHasMore, negative: negative.chunkHasMore },
    };
  }

  /** The sample with empty buckets where the chunk has some that it lacks. */
  #withBucketsOfChunk(histogram: Histogram, verdict: Verdict): Histogram {
    const gauge = this.header === resetHeader.gauge;
    const adapted = { ...histogram };
    for (const side of sides) {
      const [spans, buckets] = [`${side}Spans`, `${side}Buckets`] as const;
      const own = bucketIndexes(histogram[spans]);
      const united = uniteIndexes(own, this.#buckets[side]);
      adapted[buckets] = moveBuckets(histogram[buckets], own, united);
      // Counters keep the spans of a side that lacks nothing as they came.
      if (gauge || verdict.chunkHasMoreOf[side]) adapted[spans] = spansOf(united);
    }
    return adapted;
  }

  /** Writes the chunk once more with the buckets of `like`, which has all of the chunk's. */
  #recode(like: Histogram): void {
    const { header, encoding } = this;
    const reader = new HistogramChunkReader(encoding, this.#writer.bytes);
    const from = this.#buckets;
    const to = { positive: bucketIndexes(like.positiveSpans), negative: bucketIndexes(like.negativeSpans) };
    const again = new HistogramChunkWriter(encoding);
    while (reader.next()) {
      const { timestampMs, startTimestampMs, histogram } = reader;
      const moved: Histogram = histogram.stale
        ? histogram
        : {
            ...histogram,
            positiveSpans: like.positiveSpans,
            negativeSpans: like.negativeSpans,
            positiveBuckets: moveBuckets(histogram.positiveBuckets, from.positive, to.positive),
            negativeBuckets: moveBuckets(histogram.negativeBuckets, from.negative, to.negative),
          };
      again.#write({ timestampMs, startTimestampMs, histogram: moved });
    }
    this.#writer = again.#writer;
    this.#layout = again.#layout;
    this.#buckets = again.#buckets;
    this.#fields = again.#fields;
    this.#starts = again.#starts;
    this.#setHeader(header);
  }

  /** Writes a sample that has exactly the chunk's buckets. */
  #write({ timestampMs, startTimestampMs, histogram }: ChunkHistogram): void {
    const writer = this.#writer;
    const { count } = this;
    const sample = histogram.stale ? staleSample(this.#integer) : histogram;
    const previousMs = this.#timestampMs;
    if (count === 0) {
      this.#layout = sample;
      this.#noteBuckets();
      writeLayout(writer, sample);
      writeVarbitInt(writer, timestampMs);
      this.#fields = this.#newFields();
      this.#fields.writeFirst(writer, sample);
    } else {
      const deltaMs = timestampMs - previousMs;
      writeVarbitInt(writer, deltaMs - this.#deltaMs);
      this.#deltaMs = deltaMs;
      this.#fields?.writeNext(writer, sample);
    }
    this.#starts?.write(writer, count, { timestampMs, previousMs, startMs: startTimestampMs });
    this.#timestampMs = timestampMs;
    const flags = this.#starts === undefined ? 0 : this.header << 8;
    writer.setUint16(0, flags | (count + 1));
  }

  #newFields(): HistogramFields {
    const counts = { positive: this.#buckets.positive.length, negative: this.#buckets.negative.length };
    if (this.#integer) return new IntegerFields(counts, XorValues.toWrite(1));
    return new FloatFields(counts, XorValues.toWrite(3 + counts.positive + counts.negative));
  }

  #noteBuckets(): void {
    const layout = this.#layout as HistogramLayout;
    this.#buckets = {
      positive: bucketIndexes(layout.positiveSpans),
      negative: bucketIndexes(layout.negativeSpans),
    };
  }

  #setHeader(header: ResetHeader): void {
    const at = resetByte(this.encoding);
    this.#writer.setByte(at, (this.#writer.byteAt(at) & ~resetMask) | header);
  }
}

function sameScale(a: HistogramLayout, b: HistogramLayout): boolean {
  return a.schema === b.schema && a.zeroThreshold === b.zeroThreshold;
}

function sameBounds(a: HistogramLayout, b: HistogramLayout): boolean {
  if (a.schema !== customBucketsSchema) return true;
  return equalBounds(a.customValues, b.customValues);
}
