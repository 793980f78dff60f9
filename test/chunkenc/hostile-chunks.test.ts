import assert from 'node:assert/strict';
import { type Random, seededRandom } from '../../src/base/index.js';
import {
  decodeFloats,
  encodeFloats,
  HistogramChunkReader,
  HistogramChunkWriter,
  type HistogramEncoding,
  isFloatEncoding,
  isHistogramEncoding,
  isIntegerEncoding,
  sampleCountOf,
} from '../../src/chunkenc/index.js';
import { below, oneOf, randomColumns, randomHistograms } from './random-samples.js';

const seed = Number(process.env.SEED ?? 1);
type Encoding = 1 | 2 | 3 | 4 | 5 | 6;

function soundChunk(random: Random, encoding: Encoding): Uint8Array {
  const length = 1 + below(random, 12);
  if (isFloatEncoding(encoding)) return encodeFloats(encoding, randomColumns(random, length), 0, length);
  let writer = new HistogramChunkWriter(encoding as HistogramEncoding);
  for (const sample of randomHistograms(random, length, isIntegerEncoding(encoding as HistogramEncoding)))
    writer = writer.append(sample);
  return writer.bytes.slice();
}

function damage(random: Random, bytes: Uint8Array): Uint8Array {
  switch (below(random, 4)) {
    case 0:
      return bytes.subarray(0, below(random, bytes.length + 1));
    case 1:
      return random.bytes(below(random, 64));
    case 2: {
      // A header that counts more samples than there are.
      bytes[0] = random.uint32();
      bytes[1] = random.uint32();
      return bytes;
    }
    default: {
      for (let i = 1 + below(random, 6); i > 0; i--) {
        const at = below(random, bytes.length);
        bytes[at] = oneOf(random, random.uint32(), 0xff, 0, (bytes[at] as number) ^ (1 << below(random, 8)));
      }
      return bytes;
    }
  }
}

/** Reads a chunk to its end; answers the kind of result. */
function read(encoding: Encoding, bytes: Uint8Array): string {
  const count = sampleCountOf(encoding, bytes);
  if (isFloatEncoding(encoding)) {
    const column = (): Float64Array => new Float64Array(count);
    const into = { timestamps: column(), values: column(), startTimestamps: column() };
    const result = decodeFloats(encoding, bytes, into);
    if (result.kind === 'decoded') assert.equal(result.count, count);
    return result.kind;
  }
  assert.ok(isHistogramEncoding(encoding));
  const reader = new HistogramChunkReader(encoding, bytes);
  let rows = 0;
  while (reader.next()) {
    rows++;
    const { histogram } = reader;
    const buckets = histogram.positiveBuckets.length + histogram.negativeBuckets.length;
    assert.ok(buckets <= bytes.length * 8);
  }
  if (reader.result.kind === 'decoded') assert.equal(rows, count);
  return reader.result.kind;
}

describe('chunks that are not sound', () => {
  it(`are read without a crash, 20,000 of them (seed ${seed})`, () => {
    const random = seededRandom(seed);
    const sound = Array.from({ length: 900 }, (_, i) => soundChunk(random, (1 + (i % 6)) as Encoding));
    const kinds = new Map<string, number>();
    for (let round = 0; round < 20_000; round++) {
      const encoding = (1 + (round % 6)) as Encoding;
      const kind = read(encoding, damage(random, (sound[round % 900] as Uint8Array).slice()));
      kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
    }
    assert.ok((kinds.get('corrupt') ?? 0) > 5000, `${[...kinds]}`);
  });

  it('are told from sound ones when they are cut short', () => {
    const random = seededRandom(seed);
    for (let round = 0; round < 600; round++) {
      const encoding = (1 + (round % 6)) as Encoding;
      const bytes = soundChunk(random, encoding);
      assert.equal(read(encoding, bytes), 'decoded');
      assert.equal(read(encoding, bytes.subarray(0, bytes.length - 1)), 'corrupt', `encoding ${encoding}`);
    }
  });

  it('claim no memory that their bytes do not pay for', () => {
    // One span of four thousand million buckets: zero threshold, schema, count of spans, length.
    const bytes = Uint8Array.of(
      0,
      1,
      0,
      0,
      0b0_10_001_11,
      0b111110_11,
      0xff,
      0xff,
      0xff,
      0xff,
      0xff,
      0xff,
      0,
      0,
    );
    for (const encoding of [2, 3] as const) {
      const reader = new HistogramChunkReader(encoding, bytes);
      assert.equal(reader.next(), false);
      assert.equal(reader.result.kind, 'corrupt');
    }
  });
});
