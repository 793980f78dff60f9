import assert from 'node:assert/strict';
import { type Random, seededRandom } from '../../src/base/index.js';
import {
  chunkOpening,
  HistogramChunkReader,
  HistogramChunkWriter,
  type HistogramEncoding,
  HistogramRowsReader,
  isIntegerEncoding,
} from '../../src/chunkenc/index.js';
import { chunkFault, KernelScope, type Kernels } from '../../src/kernels/index.js';
import { type Histogram, wordsOf } from '../../src/model/index.js';
import { SeriesRows } from '../../src/storage/index.js';
import { damaged } from '../kernels/xor2-cases.js';
import { below, oneOf, randomHistograms } from './random-samples.js';

const endless = Number.POSITIVE_INFINITY;
const blockBytes = 65_536;

/** Written one sample at a time. */
export function randomHistogramChunk(random: Random, encoding: HistogramEncoding): Uint8Array {
  const length = below(random, below(random, 8) === 0 ? 200 : 20);
  let writer = new HistogramChunkWriter(encoding);
  const samples = randomHistograms(random, length, isIntegerEncoding(encoding));
  const stopAt = below(random, length + 1);
  for (const [i, sample] of samples.entries()) {
    const next = writer.append(sample);
    if (next !== writer && i > stopAt) break;
    writer = next;
  }
  return writer.bytes.slice();
}

interface Row {
  readonly timestampMs: number;
  readonly startMs: number;
  readonly histogram: Histogram;
}

interface Reading {
  readonly rows: Row[];
  readonly fault: number;
}

interface Window {
  readonly mintMs: number;
  readonly maxtMs: number;
  readonly allRows: boolean;
}

/** One sample at a time. */
function readPlain(encoding: HistogramEncoding, bytes: Uint8Array, window: Window): Reading {
  const reader = new HistogramChunkReader(encoding, bytes);
  const rows: Row[] = [];
  let lastMs = -endless;
  while (reader.next()) {
    const { timestampMs, startTimestampMs: startMs } = reader;
    if (timestampMs < window.mintMs || (timestampMs <= lastMs && !window.allRows)) continue;
    if (timestampMs > window.maxtMs) return { rows, fault: 0 };
    lastMs = timestampMs;
    rows.push({ timestampMs, startMs, histogram: reader.histogram });
  }
  const { result } = reader;
  if (result.kind === 'decoded') return { rows, fault: 0 };
  return { rows, fault: result.reason.includes('range') ? chunkFault.outOfRange : chunkFault.truncated };
}

/** By the kernel and through a pool. Undefined for a chunk that is to be read one sample at a time. */
function readColumns(
  reader: HistogramRowsReader,
  chunk: { encoding: HistogramEncoding; at: number; length: number },
  window: Window,
): Reading | undefined {
  const opening = reader.open(chunk.encoding, chunk.at, chunk.length, window);
  if (opening === chunkOpening.plain) return undefined;
  const held = new SeriesRows();
  if (opening === chunkOpening.columns)
    for (let rows = reader.next(); rows !== undefined; rows = reader.next()) held.appendHistogramRows(rows);
  const { length, timestamps, startTimestamps, histograms } = held.columns(0, held.length);
  const rows = Array.from({ length }, (_, row) => {
    const histogram = histograms?.at(row) as Histogram;
    assert.equal(histograms?.countAt(row), histogram.count);
    assert.equal(histograms?.sumAt(row), histogram.sum);
    return { timestampMs: timestamps[row] as number, startMs: startTimestamps?.[row] ?? 0, histogram };
  });
  return { rows, fault: opening < 0 ? opening : reader.fault };
}

/** Bits of buckets and numbers, which a comparison of NaN would not tell apart. */
function bitsOf({ histogram }: Row): number[] {
  const { zeroThreshold, positiveBuckets, negativeBuckets } = histogram;
  const buckets = [positiveBuckets, negativeBuckets].flatMap((side) => [...wordsOf(side.slice())]);
  return [...buckets, ...wordsOf(Float64Array.of(zeroThreshold))];
}

/** Reads as many random chunks, sound and damaged, both ways. Answers how many. */
export function checkHistogramRows(kernels: Kernels, seed: number, cases: number): number {
  const random = seededRandom(seed);
  const scope = new KernelScope(kernels);
  const reader = new HistogramRowsReader(scope);
  const block = scope.alloc(blockBytes);
  for (let i = 0; i < cases; i++) {
    const name = `seed ${seed}, case ${i}`;
    const encoding = oneOf<HistogramEncoding>(random, 2, 3, 5, 6);
    const bytes = damaged(random, randomHistogramChunk(random, encoding));
    // What stands behind the chunk must not matter.
    kernels.bytes.fill(random.uint32() & 0xff, block, block + blockBytes);
    const at = block + below(random, 32);
    kernels.bytes.set(bytes, at);
    const all = readPlain(encoding, bytes, { mintMs: -endless, maxtMs: endless, allRows: true });
    const some = (other: number): number =>
      below(random, 3) > 0 ? other : (all.rows[below(random, all.rows.length)]?.timestampMs ?? 0);
    const window = { mintMs: some(-endless), maxtMs: some(endless), allRows: below(random, 3) === 0 };
    const found = readColumns(reader, { encoding, at, length: bytes.length }, window);
    if (found === undefined) continue;
    const expected = readPlain(encoding, bytes, window);
    assert.deepEqual(found, expected, name);
    assert.deepEqual(found.rows.map(bitsOf), expected.rows.map(bitsOf), name);
  }
  reader.close();
  scope.close();
  return cases;
}
