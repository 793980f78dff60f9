import assert from 'node:assert/strict';
import { type Random, seededRandom } from '../../../src/base/index.js';
import {
  decodeFloats,
  encodeFloats,
  HistogramChunkReader,
  type HistogramEncoding,
  isFloatEncoding,
  rowRoomOf,
} from '../../../src/chunkenc/index.js';
import { KernelScope } from '../../../src/kernels/index.js';
import { wordsOf } from '../../../src/model/index.js';
import { histogramKind, type SeriesColumns, type TimeWindow } from '../../../src/storage/index.js';
import { KernelColumnWriter } from '../../../src/tsdb/select/index.js';
import { LayeredRows } from '../../../src/tsdb/select/layered-rows.js';
import { randomHistogramChunk } from '../../chunkenc/histogram-rows-cases.js';
import { below, oneOf, randomColumns } from '../../chunkenc/random-samples.js';
import { sharedKernels } from '../../support/kernels.js';

type Encoding = 1 | 2 | 3 | 4 | 5 | 6;
const cases = 600;

interface Chunk {
  readonly encoding: Encoding;
  readonly bytes: Uint8Array;
}

function randomChunk(random: Random): Chunk {
  const encoding = oneOf<Encoding>(random, 1, 2, 3, 4, 4, 5, 6);
  if (!isFloatEncoding(encoding)) return { encoding, bytes: randomHistogramChunk(random, encoding) };
  const columns = randomColumns(random, below(random, 30));
  if (below(random, 3) > 0) columns.timestamps.sort();
  if (below(random, 2) === 0) columns.startTimestamps.fill(0);
  return { encoding, bytes: encodeFloats(encoding, columns, 0, columns.timestamps.length) };
}

/** One sample at a time. */
function appendPlainly(rows: LayeredRows, { encoding, bytes }: Chunk, window: TimeWindow): void {
  let lastMs = Number.NEGATIVE_INFINITY;
  const isPast = (timeMs: number): boolean => {
    if (timeMs < window.mintMs || timeMs <= lastMs || timeMs > window.maxtMs) return true;
    lastMs = timeMs;
    return false;
  };
  if (isFloatEncoding(encoding)) {
    const column = (): Float64Array => new Float64Array(rowRoomOf(encoding, bytes));
    const into = { timestamps: column(), values: column(), startTimestamps: column() };
    const words = wordsOf(into.values);
    decodeFloats(encoding, bytes, into);
    for (const [i, timeMs] of into.timestamps.entries()) {
      if (timeMs > window.maxtMs) return;
      if (isPast(timeMs)) continue;
      const [low, high] = [words[2 * i] as number, words[2 * i + 1] as number];
      rows.rowsFor(timeMs).appendFloat(timeMs, low, high, into.startTimestamps[i] as number);
    }
    return;
  }
  const reader = new HistogramChunkReader(encoding as HistogramEncoding, bytes);
  while (reader.next()) {
    const { timestampMs } = reader;
    if (timestampMs > window.maxtMs) return;
    if (isPast(timestampMs)) continue;
    rows.rowsFor(timestampMs).appendHistogram(timestampMs, reader.histogram, reader.startTimestampMs);
  }
}

function linesOf({ length, timestamps, values, startTimestamps, kinds, histograms }: SeriesColumns): unknown {
  const words = wordsOf(values);
  return Array.from({ length }, (_, row) => {
    const isHistogram = kinds?.[row] === histogramKind;
    return {
      timeMs: timestamps[row],
      startMs: startTimestamps?.[row] ?? 0,
      value: isHistogram ? histograms?.at(row) : [words[2 * row], words[2 * row + 1]],
    };
  });
}

describe('columns of chunks of every encoding', () => {
  it(`are those of single samples, whatever their order, ${cases} series (seed 41)`, async () => {
    const scope = new KernelScope(await sharedKernels());
    const random = seededRandom(41);
    for (let i = 0; i < cases; i++) {
      const chunks = Array.from({ length: 1 + below(random, 5) }, () => randomChunk(random));
      const window = {
        mintMs: oneOf(random, Number.NEGATIVE_INFINITY, 0, 1_700_000_000_000),
        maxtMs: oneOf(random, Number.POSITIVE_INFINITY, 1_700_000_100_000),
      };
      const writer = new KernelColumnWriter(scope, window);
      const plain = new LayeredRows();
      for (const chunk of chunks) {
        const at = scope.alloc(chunk.bytes.length + 16);
        scope.kernels.bytes.set(chunk.bytes, at);
        assert.equal(writer.appendChunk(chunk.encoding, at, chunk.bytes.length), 0);
        scope.free(at);
        appendPlainly(plain, chunk, window);
      }
      const encodings = chunks.map(({ encoding }) => encoding);
      assert.deepEqual(linesOf(writer.columns), linesOf(plain.columns()), `case ${i}: ${encodings}`);
      writer.close();
    }
    assert.equal(scope.heldBytes, 0);
  });
});
