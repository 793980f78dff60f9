import assert from 'node:assert/strict';
import { seededRandom } from '../../src/base/index.js';
import { readChunkLayout } from '../../src/chunkenc/histogram-reader.js';
import {
  chunkOpening,
  type HistogramEncoding,
  HistogramRowsReader,
  holdsStarts,
  isIntegerEncoding,
} from '../../src/chunkenc/index.js';
import {
  BitReader,
  BitWriter,
  histogramCursor,
  histogramCursorFlags,
  KernelScope,
  type Kernels,
} from '../../src/kernels/index.js';
import { randomHistogramChunk } from './histogram-rows-cases.js';
import { below, oneOf } from './random-samples.js';

const blockBytes = 131_072;
const allTime = { mintMs: Number.NEGATIVE_INFINITY, maxtMs: Number.POSITIVE_INFINITY, allRows: true };

/**
 * Reads as many random chunks of the plain writer into columns and writes them from there, at times in two calls: each
 * comes out as it was, byte for byte. Answers how many.
 */
export function checkHistogramEncode(kernels: Kernels, seed: number, cases: number): number {
  const random = seededRandom(seed);
  const scope = new KernelScope(kernels);
  const reader = new HistogramRowsReader(scope);
  const [block, out, cursor] = [0, 0, 0].map(() => scope.alloc(blockBytes)) as [number, number, number];
  const { exports } = kernels;
  for (let i = 0; i < cases; i++) {
    const encoding = oneOf<HistogramEncoding>(random, 2, 3, 5, 6);
    const bytes = randomHistogramChunk(random, encoding);
    kernels.bytes.set(bytes, block);
    assert.equal(reader.open(encoding, block, bytes.length, allTime), chunkOpening.columns);
    const rows = reader.next();
    if (rows === undefined) continue;
    const bits = new BitReader(bytes, 3);
    const counts = readChunkLayout(bits, encoding)?.counts;
    assert.ok(counts !== undefined);
    kernels.bytes.fill(random.uint32() & 0xff, out, out + blockBytes);
    // The layout and the reset flags are the caller's.
    kernels.bytes.set(BitWriter.after(bytes, bits.bit).bytes, out);
    const startsFlag = holdsStarts(encoding) ? histogramCursorFlags.starts : 0;
    if (startsFlag !== 0) kernels.bytes[out + 2] = 0;
    kernels.bytes.fill(0, cursor, cursor + exports.histogramCursorBytes(rows.bucketsPerRow));
    const set = (field: number, value: number): void => {
      kernels.words[(cursor + field) >>> 2] = value;
    };
    set(histogramCursor.at, out);
    set(histogramCursor.length, blockBytes);
    set(histogramCursor.bit, bits.bit);
    set(
      histogramCursor.flags,
      startsFlag | (isIntegerEncoding(encoding) ? histogramCursorFlags.wholeCounts : 0),
    );
    set(histogramCursor.positiveBuckets, counts.positive);
    set(histogramCursor.negativeBuckets, counts.negative);
    const at = rows.timestamps.byteOffset;
    const capacity = (rows.sums.byteOffset - at) / 32;
    const pause = below(random, rows.length + 1);
    const bucketRows = [...rows.flags.subarray(0, pause)].filter((flags) => (flags & 1) === 0).length;
    const first = rows.buckets.byteOffset;
    assert.equal(exports.histogramEncode(cursor, at, first, capacity, 0, pause), pause);
    const rest = first + 8 * bucketRows * rows.bucketsPerRow;
    assert.equal(exports.histogramEncode(cursor, at, rest, capacity, pause, rows.length), rows.length);
    const length = ((kernels.words[(cursor + histogramCursor.bit) >>> 2] as number) + 7) >>> 3;
    const name = `seed ${seed}, case ${i}, encoding ${encoding}`;
    assert.deepEqual(kernels.bytes.slice(out, out + length), new Uint8Array(bytes), name);
    assert.equal(kernels.words[(cursor + histogramCursor.samples) >>> 2], rows.length, name);
  }
  reader.close();
  scope.close();
  return cases;
}
