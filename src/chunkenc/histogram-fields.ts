import {
  type BitReader,
  type BitWriter,
  readVarbitInt,
  readVarbitUint,
  writeVarbitInt,
  writeVarbitUint,
  type XorValues,
} from '../kernels/index.js';
import {
  type Histogram,
  normalNaNHigh,
  normalNaNLow,
  staleNaNHigh,
  staleNaNLow,
  wordsOf,
} from '../model/index.js';

/**
 * The numbers of a chunk's histograms as the last sample left them; they write and read the next one. Order in the
 * bits: count, zero count, sum, positive buckets, negative buckets.
 */
export interface HistogramFields {
  /** The first sample whole; `histogram` has as many buckets as these fields. */
  writeFirst(writer: BitWriter, histogram: Histogram): void;
  writeNext(writer: BitWriter, histogram: Histogram): void;
  readFirst(reader: BitReader): void;
  readNext(reader: BitReader): void;
  /** Whether the sum is the stale marker; the other numbers then say nothing. */
  readonly stale: boolean;
  readonly count: number;
  readonly zeroCount: number;
  readonly sum: number;
  /** Absolute counts, copied. */
  positiveBuckets(): Float64Array;
  negativeBuckets(): Float64Array;
}

export interface BucketCounts {
  readonly positive: number;
  readonly negative: number;
}

/** Halves of the sum: low, high. A stale histogram's is the marker, and no other's is. */
function sumWords(histogram: Histogram): Uint32Array {
  if (histogram.stale) return Uint32Array.of(staleNaNLow, staleNaNHigh);
  const words = wordsOf(Float64Array.of(histogram.sum));
  const looksStale = words[0] === staleNaNLow && ((words[1] as number) & 0x7ff7ffff) === staleNaNHigh;
  return looksStale ? Uint32Array.of(normalNaNLow, normalNaNHigh) : words;
}

function doubleOf(words: Uint32Array, i: number): number {
  return new Float64Array(words.slice(2 * i, 2 * i + 2).buffer)[0] as number;
}

function isStaleSum(sum: XorValues, i: number): boolean {
  return sum.words[2 * i] === staleNaNLow && sum.words[2 * i + 1] === staleNaNHigh;
}

const leadingFields = 2;

/** Whole counts: each number as the change of its change, buckets as differences of neighbours, the sum as XOR. */
export class IntegerFields implements HistogramFields {
  readonly #counts: BucketCounts;
  readonly #sum: XorValues;
  /** Count, zero count, and the differences of neighbouring buckets, positive then negative. */
  readonly #values: Float64Array;
  readonly #deltas: Float64Array;

  constructor(counts: BucketCounts, sum: XorValues) {
    this.#counts = counts;
    this.#sum = sum;
    this.#values = new Float64Array(leadingFields + counts.positive + counts.negative);
    this.#deltas = new Float64Array(this.#values.length);
  }

  get stale(): boolean {
    return isStaleSum(this.#sum, 0);
  }

  get count(): number {
    return this.#values[0] as number;
  }

  get zeroCount(): number {
    return this.#values[1] as number;
  }

  get sum(): number {
    return doubleOf(this.#sum.words, 0);
  }

  writeFirst(writer: BitWriter, histogram: Histogram): void {
    const values = this.#values;
    this.#load(values, histogram);
    writeVarbitUint(writer, values[0] as number);
    writeVarbitUint(writer, values[1] as number);
    const [low, high] = sumWords(histogram) as unknown as [number, number];
    writer.writeBits64(high, low, 64);
    this.#sum.set(0, low, high);
    for (let i = leadingFields; i < values.length; i++) writeVarbitInt(writer, values[i] as number);
  }

  /** A stale marker takes no change of the counts and no buckets; only stale markers may follow it. */
  writeNext(writer: BitWriter, histogram: Histogram): void {
    const values = this.#values;
    const next = new Float64Array(values.length);
    if (!histogram.stale) this.#load(next, histogram);
    const fields = histogram.stale ? leadingFields : values.length;
    for (let i = 0; i < fields; i++) {
      if (i === leadingFields) this.#writeSum(writer, histogram);
      const delta = (next[i] as number) - (values[i] as number);
      writeVarbitInt(writer, histogram.stale ? 0 : delta - (this.#deltas[i] as number));
      this.#deltas[i] = delta;
      values[i] = next[i] as number;
    }
    if (fields === leadingFields) this.#writeSum(writer, histogram);
  }

  readFirst(reader: BitReader): void {
    const values = this.#values;
    values[0] = readVarbitUint(reader);
    values[1] = readVarbitUint(reader);
    reader.readBits64(64);
    this.#sum.set(0, reader.low, reader.high);
    for (let i = leadingFields; i < values.length; i++) values[i] = readVarbitInt(reader);
  }

  readNext(reader: BitReader): void {
    this.#readChanges(reader, 0, leadingFields);
    this.#sum.read(reader, 0);
    if (!this.stale) this.#readChanges(reader, leadingFields, this.#values.length);
  }

  positiveBuckets(): Float64Array {
    return this.#absolute(leadingFields, this.#counts.positive);
  }

  negativeBuckets(): Float64Array {
    return this.#absolute(leadingFields + this.#counts.positive, this.#counts.negative);
  }

  #writeSum(writer: BitWriter, histogram: Histogram): void {
    const words = sumWords(histogram);
    this.#sum.write(writer, 0, words[0] as number, words[1] as number);
  }

  #load(into: Float64Array, { count, zeroCount, positiveBuckets, negativeBuckets }: Histogram): void {
    into[0] = count;
    into[1] = zeroCount;
    let at = leadingFields;
    for (const buckets of [positiveBuckets, negativeBuckets]) {
      let before = 0;
      for (let i = 0; i < buckets.length; i++) {
        into[at++] = (buckets[i] as number) - before;
        before = buckets[i] as number;
      }
    }
  }

  #readChanges(reader: BitReader, from: number, to: number): void {
    for (let i = from; i < to; i++) {
      const delta = (this.#deltas[i] as number) + readVarbitInt(reader);
      this.#deltas[i] = delta;
      this.#values[i] = (this.#values[i] as number) + delta;
    }
  }

  #absolute(from: number, length: number): Float64Array {
    const buckets = this.#values.slice(from, from + length);
    for (let i = 1; i < length; i++) buckets[i] = (buckets[i] as number) + (buckets[i - 1] as number);
    return buckets;
  }
}

const countField = 0;
const zeroCountField = 1;
const sumField = 2;
const floatFields = 3;

/** Counts that are doubles: every number as XOR of the one before, each with its own window. */
export class FloatFields implements HistogramFields {
  readonly #counts: BucketCounts;
  readonly #values: XorValues;

  /** `values` has room for three numbers and the buckets. */
  constructor(counts: BucketCounts, values: XorValues) {
    this.#counts = counts;
    this.#values = values;
  }

  get stale(): boolean {
    return isStaleSum(this.#values, sumField);
  }

  get count(): number {
    return doubleOf(this.#values.words, countField);
  }

  get zeroCount(): number {
    return doubleOf(this.#values.words, zeroCountField);
  }

  get sum(): number {
    return doubleOf(this.#values.words, sumField);
  }

  writeFirst(writer: BitWriter, histogram: Histogram): void {
    const words = fieldWords(histogram);
    for (let i = 0; i < words.length / 2; i++) {
      const low = words[2 * i] as number;
      const high = words[2 * i + 1] as number;
      writer.writeBits64(high, low, 64);
      this.#values.set(i, low, high);
    }
  }

  writeNext(writer: BitWriter, histogram: Histogram): void {
    const words = fieldWords(histogram);
    for (let i = 0; i < words.length / 2; i++)
      this.#values.write(writer, i, words[2 * i] as number, words[2 * i + 1] as number);
  }

  readFirst(reader: BitReader): void {
    const fields = floatFields + this.#counts.positive + this.#counts.negative;
    for (let i = 0; i < fields; i++) {
      reader.readBits64(64);
      this.#values.set(i, reader.low, reader.high);
    }
  }

  readNext(reader: BitReader): void {
    for (let i = 0; i < floatFields; i++) this.#values.read(reader, i);
    if (this.stale) return;
    const fields = floatFields + this.#counts.positive + this.#counts.negative;
    for (let i = floatFields; i < fields; i++) this.#values.read(reader, i);
  }

  positiveBuckets(): Float64Array {
    return this.#buckets(floatFields, this.#counts.positive);
  }

  negativeBuckets(): Float64Array {
    return this.#buckets(floatFields + this.#counts.positive, this.#counts.negative);
  }

  #buckets(from: number, length: number): Float64Array {
    return new Float64Array(this.#values.words.slice(2 * from, 2 * (from + length)).buffer);
  }
}

/** All numbers of a float histogram as halves, in the chunk's order; a stale one has no buckets. */
function fieldWords(histogram: Histogram): Uint32Array {
  const { count, zeroCount, stale, positiveBuckets, negativeBuckets } = histogram;
  const none = new Float64Array(0);
  const positive = stale ? none : positiveBuckets;
  const negative = stale ? none : negativeBuckets;
  const fields = new Float64Array(floatFields + positive.length + negative.length);
  if (!stale) {
    fields[countField] = count;
    fields[zeroCountField] = zeroCount;
  }
  fields.set(positive, floatFields);
  fields.set(negative, floatFields + positive.length);
  const words = wordsOf(fields);
  words.set(sumWords(histogram), 2 * sumField);
  return words;
}
