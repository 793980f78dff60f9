import {
  type BitReader,
  type BitWriter,
  readVarbitInt,
  readVarbitUint,
  writeVarbitInt,
  writeVarbitUint,
} from '../kernels/index.js';
import { customBucketsSchema, type Histogram, type Span, wordsOf } from '../model/index.js';

/** What all histograms of a chunk share. Source: tsdb/chunkenc/histogram_meta.go. */
export type HistogramLayout = Pick<
  Histogram,
  'schema' | 'zeroThreshold' | 'positiveSpans' | 'negativeSpans' | 'customValues'
>;

/** Zero threshold, schema, positive spans, negative spans, and the bounds where the schema is that of custom buckets. */
export function writeLayout(writer: BitWriter, layout: HistogramLayout): void {
  writeZeroThreshold(writer, layout.zeroThreshold);
  writeVarbitInt(writer, layout.schema);
  writeSpans(writer, layout.positiveSpans);
  writeSpans(writer, layout.negativeSpans);
  if (layout.schema !== customBucketsSchema) return;
  const bounds = layout.customValues ?? new Float64Array(0);
  writeVarbitUint(writer, bounds.length);
  for (const bound of bounds) writeBound(writer, bound);
}

/** Undefined where the bits are no layout, or `reader` fails. */
export function readLayout(reader: BitReader): HistogramLayout | undefined {
  const zeroThreshold = readZeroThreshold(reader);
  const schema = readVarbitInt(reader);
  const positiveSpans = readSpans(reader);
  const negativeSpans = readSpans(reader);
  const customValues = schema === customBucketsSchema ? readBounds(reader) : undefined;
  // Schemas above 8 are reserved: readers bring them down to 8.
  const isKnown = schema === customBucketsSchema || (schema >= -9 && schema <= 52);
  if (reader.failed || !isKnown) return undefined;
  return { schema, zeroThreshold, positiveSpans, negativeSpans, customValues };
}

function writeSpans(writer: BitWriter, spans: readonly Span[]): void {
  writeVarbitUint(writer, spans.length);
  for (const { length, offset } of spans) {
    writeVarbitUint(writer, length);
    writeVarbitInt(writer, offset);
  }
}

function readSpans(reader: BitReader): Span[] {
  const count = readVarbitUint(reader);
  const spans: Span[] = [];
  for (let i = 0; i < count && !reader.failed; i++) {
    const length = readVarbitUint(reader);
    const offset = readVarbitInt(reader);
    if (length >= 2 ** 32 || Math.abs(offset) > 2 ** 31) reader.failed = true;
    spans.push({ offset, length });
  }
  return spans;
}

/** Powers of two from 2^-243 to 2^10 take one byte, 0 too; all else a byte of 255 and eight more. */
function writeZeroThreshold(writer: BitWriter, threshold: number): void {
  if (threshold === 0) {
    writer.writeBits(0, 8);
    return;
  }
  const words = wordsOf(Float64Array.of(threshold));
  const low = words[0] as number;
  const high = words[1] as number;
  const power = (high >>> 20) - 1023;
  if (low === 0 && (high & 0xfffff) === 0 && power >= -243 && power <= 10) writer.writeBits(power + 244, 8);
  else {
    writer.writeBits(0xff, 8);
    writer.writeBits64(high, low, 64);
  }
}

function readZeroThreshold(reader: BitReader): number {
  const byte = reader.readBits(8);
  if (byte === 0) return 0;
  return byte === 0xff ? readDouble(reader) : 2 ** (byte - 244);
}

/** Thousandths from 0 to 33554.43 take few bits; all else a 0 bit and eight bytes. */
function writeBound(writer: BitWriter, bound: number): void {
  const thousandths = Math.round(bound * 1000);
  if (bound * 1000 < 0 || bound * 1000 > 33554430 || thousandths / 1000 !== bound) {
    writer.writeBits(0, 1);
    const words = wordsOf(Float64Array.of(bound));
    writer.writeBits64(words[1] as number, words[0] as number, 64);
  } else writeVarbitUint(writer, thousandths + 1);
}

function readBounds(reader: BitReader): Float64Array {
  const count = readVarbitUint(reader);
  const bounds: number[] = [];
  for (let i = 0; i < count && !reader.failed; i++) {
    const thousandths = readVarbitUint(reader);
    bounds.push(thousandths === 0 ? readDouble(reader) : (thousandths - 1) / 1000);
  }
  return Float64Array.from(bounds);
}

function readDouble(reader: BitReader): number {
  reader.readBits64(64);
  const value = new Float64Array(1);
  wordsOf(value).set([reader.low, reader.high]);
  return value[0] as number;
}
