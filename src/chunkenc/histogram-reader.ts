import {
  BitReader,
  chunkFault,
  chunkTimeLimitMs,
  readVarbitInt,
  StartTimestamps,
  XorValues,
} from '../kernels/index.js';
import { bucketCount, type CounterResetHint, type Histogram, reduceResolution } from '../model/index.js';
import { type DecodeResult, decodeResult } from './decode-result.js';
import { type HistogramEncoding, holdsStarts, isIntegerEncoding, sampleCountOf } from './encodings.js';
import { type BucketCounts, FloatFields, type HistogramFields, IntegerFields } from './histogram-fields.js';
import { type HistogramLayout, readLayout } from './histogram-layout.js';
import { staleSample } from './stale-sample.js';

/** Two bytes of count, one of flags; then samples. */
export const histogramHeaderSize = 3;
export const startHeaderByte = 2;

/** The two highest bits of a flag byte: the third byte, or the first where the third belongs to start timestamps. */
export const resetHeader = { unknown: 0x00, notReset: 0x40, reset: 0x80, gauge: 0xc0 } as const;
export type ResetHeader = (typeof resetHeader)[keyof typeof resetHeader];
export const resetMask = 0xc0;

export function resetByte(encoding: HistogramEncoding): number {
  return holdsStarts(encoding) ? 0 : 2;
}

export const largestSchema = 8;

/** Reads a histogram chunk, sample by sample, without trusting its bytes. */
export class HistogramChunkReader {
  readonly encoding: HistogramEncoding;
  readonly header: ResetHeader;
  readonly #reader: BitReader;
  readonly #total: number;
  readonly #starts: StartTimestamps | undefined;
  #read = 0;
  #fault = 0;
  #layout: HistogramLayout | undefined;
  #fields: HistogramFields | undefined;
  #timestampMs = 0;
  #deltaMs = 0;

  constructor(encoding: HistogramEncoding, bytes: Uint8Array) {
    this.encoding = encoding;
    this.#reader = new BitReader(bytes, histogramHeaderSize);
    this.#total = sampleCountOf(encoding, bytes);
    this.header = ((bytes[resetByte(encoding)] ?? 0) & resetMask) as ResetHeader;
    if (holdsStarts(encoding)) this.#starts = new StartTimestamps(startHeaderByte, bytes[startHeaderByte]);
    if (bytes.length < histogramHeaderSize) this.#fault = chunkFault.truncated;
  }

  /** False at the end and at a fault, which `result` tells. */
  next(): boolean {
    if (this.#fault !== 0 || this.#read === this.#total) return false;
    const reader = this.#reader;
    const previousMs = this.#timestampMs;
    if (this.#read === 0) this.#readFirst();
    else {
      this.#deltaMs += readVarbitInt(reader);
      this.#timestampMs += this.#deltaMs;
      this.#fields?.readNext(reader);
    }
    this.#starts?.read(reader, this.#read, this.#timestampMs, previousMs);
    if (reader.failed) this.#fault = chunkFault.truncated;
    else if (!(Math.max(Math.abs(this.#timestampMs), Math.abs(this.startTimestampMs)) <= chunkTimeLimitMs))
      this.#fault = chunkFault.outOfRange;
    if (this.#fault !== 0) return false;
    this.#read++;
    return true;
  }

  get result(): DecodeResult {
    return decodeResult(this.#fault === 0 ? this.#read : this.#fault);
  }

  get timestampMs(): number {
    return this.#timestampMs;
  }

  get deltaMs(): number {
    return this.#deltaMs;
  }

  /** 0 where the sample has none. */
  get startTimestampMs(): number {
    return this.#starts?.startMs ?? 0;
  }

  /** The sample at which `next` stands; may be kept. Spans and bounds are those of the whole chunk. */
  get histogram(): Histogram {
    const fields = this.#fields as HistogramFields;
    const layout = this.#layout as HistogramLayout;
    const integer = isIntegerEncoding(this.encoding);
    if (fields.stale) return staleSample(integer);
    const histogram: Histogram = {
      ...layout,
      integer,
      counterResetHint: this.#hint(),
      zeroCount: fields.zeroCount,
      count: fields.count,
      sum: fields.sum,
      stale: false,
      positiveBuckets: fields.positiveBuckets(),
      negativeBuckets: fields.negativeBuckets(),
    };
    return layout.schema > largestSchema ? reduceResolution(histogram, largestSchema) : histogram;
  }

  /** State for a writer that goes on; only once `next` has answered false without a fault. */
  get end(): {
    layout: HistogramLayout | undefined;
    fields: HistogramFields | undefined;
    starts: StartTimestamps | undefined;
    bit: number;
  } {
    return { layout: this.#layout, fields: this.#fields, starts: this.#starts, bit: this.#reader.bit };
  }

  /** Within a chunk of counters there is no reset behind the first sample; before it nothing is known for sure. */
  #hint(): CounterResetHint {
    if (this.header === resetHeader.gauge) return 'gauge';
    return this.#read > 1 ? 'not-reset' : 'unknown';
  }

  #readFirst(): void {
    const reader = this.#reader;
    const opened = readChunkLayout(reader, this.encoding);
    if (opened === undefined) {
      reader.failed = true;
      return;
    }
    const { layout, counts } = opened;
    this.#layout = layout;
    const integer = isIntegerEncoding(this.encoding);
    const buckets = counts.positive + counts.negative;
    this.#fields = integer
      ? new IntegerFields(counts, XorValues.toRead(1))
      : new FloatFields(counts, XorValues.toRead(3 + buckets));
    this.#timestampMs = readVarbitInt(reader);
    this.#fields.readFirst(reader);
  }
}

/** What stands before the samples of a chunk; undefined where the bits are none. */
export function readChunkLayout(
  reader: BitReader,
  encoding: HistogramEncoding,
): { readonly layout: HistogramLayout; readonly counts: BucketCounts } | undefined {
  const layout = readLayout(reader);
  if (layout === undefined) return undefined;
  const counts = {
    positive: bucketCount(layout.positiveSpans),
    negative: bucketCount(layout.negativeSpans),
  };
  // Every bucket takes a bit at least (a double 64), so more of them than bits is a lie, not a need for memory.
  const leastBits = isIntegerEncoding(encoding) ? 1 : 64;
  return (counts.positive + counts.negative) * leastBits > reader.remainingBits
    ? undefined
    : { layout, counts };
}
