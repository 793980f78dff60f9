/**
 * Every encoding of chunks: nanoseconds of CPU a sample, the least of several rounds, of the plain TypeScript that is
 * the oracle and of the kernels. Histograms: 20 and 160 buckets, read into a series' rows.
 */
import { seededRandom, systemDisk } from '../src/base/index.js';
import {
  decodeFloats,
  encodeFloats,
  type FloatEncoding,
  HistogramChunkReader,
  HistogramChunkWriter,
  HistogramRowsReader,
  histogramEncoding,
} from '../src/chunkenc/index.js';
import {
  histogramCursor,
  histogramCursorFlags,
  KernelScope,
  Kernels,
  loadKernels,
  reserveMemory,
} from '../src/kernels/index.js';
import type { Histogram } from '../src/model/index.js';
import { SeriesRows } from '../src/storage/index.js';

const chunkSamples = 120;
const rounds = 12;
const random = seededRandom(1);
const kernels = new Kernels(await loadKernels(systemDisk), reserveMemory({ maxBytes: 1 << 28 }));
const { exports } = kernels;
const scope = new KernelScope(kernels);
const endless = Number.POSITIVE_INFINITY;

function measure(name: string, count: number, run: () => void): void {
  let least = Number.POSITIVE_INFINITY;
  for (let round = 0; round < rounds; round++) {
    const since = process.cpuUsage();
    run();
    const { user, system } = process.cpuUsage(since);
    least = Math.min(least, ((user + system) * 1000) / count);
  }
  process.stdout.write(`${name.padEnd(52)} ${least.toFixed(1).padStart(8)} ns/sample\n`);
}

/** Chunks one behind another in the memory of kernels. */
function place(chunks: readonly Uint8Array[]): { at: number; length: number }[] {
  return chunks.map((bytes) => {
    const at = scope.alloc(bytes.length);
    kernels.bytes.set(bytes, at);
    return { at, length: bytes.length };
  });
}

const [timestamps, values, starts] = [0, 0, 0].map(() => scope.alloc(8 * 8192)) as [number, number, number];

function benchFloats(name: string, encoding: FloatEncoding, withStarts: boolean): void {
  const chunks = Array.from({ length: 500 }, () => {
    const times = Float64Array.from({ length: chunkSamples }, (_, i) => 1.7e12 + 15_000 * i);
    let value = 0;
    const counts = times.map(() => {
      value += Math.floor(random.float() * 100);
      return value;
    });
    const since = times.map(() => (withStarts ? 1.7e12 - 60_000 : 0));
    const columns = { timestamps: times, values: counts, startTimestamps: since };
    return encodeFloats(encoding, columns, 0, chunkSamples);
  });
  const placed = place(chunks);
  const column = (): Float64Array => new Float64Array(chunkSamples);
  const into = { timestamps: column(), values: column(), startTimestamps: column() };
  const samples = chunks.length * chunkSamples;
  measure(`${name}, plain`, samples, () => {
    for (const bytes of chunks) decodeFloats(encoding, bytes, into);
  });
  measure(`${name}, kernel`, samples, () => {
    for (const { at, length } of placed)
      if (encoding === 1)
        exports.xorDecode(at, length, timestamps, values, 0, 8192, -endless, endless, -endless);
      else exports.xor2Decode(at, length, timestamps, values, starts, 0, 8192, -endless, endless, -endless);
  });
}

function histogram(integer: boolean, counts: Float64Array): Histogram {
  return {
    integer,
    counterResetHint: 'unknown',
    schema: 3,
    zeroThreshold: 2 ** -128,
    zeroCount: 0,
    count: counts.reduce((sum, count) => sum + count, 0),
    sum: counts.reduce((sum, count, i) => sum + count * 1.09 ** i, 0),
    stale: false,
    positiveSpans: [{ offset: -10, length: counts.length }],
    negativeSpans: [],
    positiveBuckets: counts,
    negativeBuckets: new Float64Array(0),
    customValues: undefined,
  };
}

function histogramChunks(integer: boolean, withStarts: boolean, buckets: number): Uint8Array[] {
  return Array.from({ length: Math.ceil(2000 / buckets) }, () => {
    const writer = new HistogramChunkWriter(histogramEncoding({ integer, starts: withStarts }));
    let counts = new Float64Array(buckets);
    for (let i = 0; i < chunkSamples; i++) {
      counts = counts.map((count) => count + Math.floor(random.float() ** 3 * 20));
      writer.append({
        timestampMs: 1.7e12 + 15_000 * i,
        startTimestampMs: withStarts ? 1.7e12 - 60_000 : 0,
        histogram: histogram(integer, counts),
      });
    }
    return writer.bytes.slice();
  });
}

function benchHistograms(integer: boolean, withStarts: boolean, buckets: number): void {
  const encoding = histogramEncoding({ integer, starts: withStarts });
  const chunks = histogramChunks(integer, withStarts, buckets);
  const placed = place(chunks);
  const samples = chunks.length * chunkSamples;
  const name = `${encoding} histogram decode, ${buckets} buckets`;
  measure(`${name}, plain`, samples, () => {
    for (const bytes of chunks) {
      const rows = new SeriesRows();
      const reader = new HistogramChunkReader(encoding, bytes);
      while (reader.next())
        rows.appendHistogram(reader.timestampMs, reader.histogram, reader.startTimestampMs);
    }
  });
  const reader = new HistogramRowsReader(scope);
  const window = { mintMs: -endless, maxtMs: endless };
  measure(`${name}, kernel to rows`, samples, () => {
    for (const { at, length } of placed) {
      const rows = new SeriesRows();
      reader.open(encoding, at, length, window);
      for (let some = reader.next(); some !== undefined; some = reader.next()) rows.appendHistogramRows(some);
    }
  });
  measure(`${name}, kernel alone`, samples, () => {
    for (const { at, length } of placed) {
      reader.open(encoding, at, length, window);
      while (reader.next() !== undefined) {}
    }
  });
  reader.close();
}

function benchXor2Encode(): void {
  const count = 60_000;
  const [times, counts] = [0, 0].map(() => scope.alloc(8 * count)) as [number, number];
  const out = scope.alloc(8192);
  let value = 0;
  for (let i = 0; i < count; i++) {
    kernels.doubles[(times >>> 3) + i] = 1.7e12 + 15_000 * i;
    value += Math.floor(random.float() * 100);
    kernels.doubles[(counts >>> 3) + i] = value;
  }
  const view = (at: number): Float64Array => kernels.doubles.slice(at >>> 3, (at >>> 3) + count);
  const columns = { timestamps: view(times), values: view(counts) };
  measure('4 XOR2 encode, plain', count, () => {
    for (let i = 0; i < count; i += chunkSamples) encodeFloats(4, columns, i, i + chunkSamples);
  });
  measure('4 XOR2 encode, kernel', count, () => {
    for (let i = 0; i < count; i += chunkSamples)
      exports.xor2Encode(times + 8 * i, counts + 8 * i, 0, chunkSamples, out, 8192);
  });
}

/** The rows of one chunk again and again; writing the layout is left out. */
function benchHistogramEncode(integer: boolean, buckets: number): void {
  const encoding = histogramEncoding({ integer, starts: false });
  const [bytes] = histogramChunks(integer, false, buckets) as [Uint8Array];
  const [{ at, length }] = place([bytes]) as [{ at: number; length: number }];
  const reader = new HistogramRowsReader(scope);
  reader.open(encoding, at, length, { mintMs: -endless, maxtMs: endless });
  const rows = reader.next();
  if (rows === undefined || rows.length !== chunkSamples) return;
  const samples = Array.from({ length: chunkSamples }, (_, i) => ({
    timestampMs: rows.timestamps[i] as number,
    startTimestampMs: 0,
    histogram: histogram(integer, rows.buckets.slice(i * buckets, (i + 1) * buckets)),
  }));
  const name = `${encoding} histogram encode, ${buckets} buckets`;
  const repeats = 20;
  measure(`${name}, plain`, repeats * chunkSamples, () => {
    for (let i = 0; i < repeats; i++) {
      const writer = new HistogramChunkWriter(encoding);
      for (const sample of samples) writer.append(sample);
    }
  });
  const cursorBytes = exports.histogramCursorBytes(buckets);
  const [cursor, out] = [scope.alloc(cursorBytes), scope.alloc(1 << 18)];
  const { byteOffset } = rows.timestamps;
  const capacity = (rows.sums.byteOffset - byteOffset) / 32;
  measure(`${name}, kernel`, repeats * chunkSamples, () => {
    for (let i = 0; i < repeats; i++) {
      kernels.bytes.fill(0, cursor, cursor + cursorBytes);
      const numbers = { at: out, length: 1 << 18, bit: 24, positiveBuckets: buckets };
      for (const [field, value] of Object.entries(numbers))
        kernels.words[(cursor + histogramCursor[field as keyof typeof numbers]) >>> 2] = value;
      kernels.words[(cursor + histogramCursor.flags) >>> 2] = integer ? histogramCursorFlags.wholeCounts : 0;
      for (let row = 0; row < chunkSamples; )
        row = exports.histogramEncode(
          cursor,
          byteOffset,
          rows.buckets.byteOffset + 8 * row * buckets,
          capacity,
          row,
          chunkSamples,
        );
    }
  });
  reader.close();
}

benchXor2Encode();
for (const buckets of [20, 160]) for (const integer of [true, false]) benchHistogramEncode(integer, buckets);
benchFloats('1 XOR decode', 1, false);
benchFloats('4 XOR2 decode', 4, false);
benchFloats('4 XOR2 decode, starts', 4, true);
for (const buckets of [20, 160])
  for (const withStarts of [false, true])
    for (const integer of [true, false]) benchHistograms(integer, withStarts, buckets);
scope.close();
