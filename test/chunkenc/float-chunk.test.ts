import assert from 'node:assert/strict';
import { seededRandom } from '../../src/base/index.js';
import {
  chunkEncoding,
  decodeFloats,
  decodeXor,
  encodeFloats,
  encodeXor,
  FloatChunkAppender,
  type FloatEncoding,
  sampleCountOf,
} from '../../src/chunkenc/index.js';
import { wordsOf } from '../../src/model/index.js';
import { below, type Columns, oneOf, randomColumns } from './random-samples.js';

const seed = Number(process.env.SEED ?? 1);
const encodings: readonly FloatEncoding[] = [chunkEncoding.xor, chunkEncoding.xor2];

function emptyColumns(length: number): Columns {
  return {
    timestamps: new Float64Array(length),
    values: new Float64Array(length),
    startTimestamps: new Float64Array(length),
  };
}

function assertSameColumns(found: Columns, expected: Columns, encoding: FloatEncoding, round: string): void {
  assert.deepEqual(found.timestamps, expected.timestamps, `times, ${round}`);
  assert.deepEqual(wordsOf(found.values), wordsOf(expected.values), `values, ${round}`);
  if (encoding === chunkEncoding.xor2)
    assert.deepEqual(found.startTimestamps, expected.startTimestamps, `start timestamps, ${round}`);
}

describe('float chunks', () => {
  it(`give back 20,000 random columns bit for bit (seed ${seed})`, () => {
    const random = seededRandom(seed);
    for (let round = 0; round < 20_000; round++) {
      const encoding = encodings[round % 2] as FloatEncoding;
      const length = below(random, oneOf(random, 3, 20, round % 50 === 0 ? 300 : 20));
      const columns = randomColumns(random, length);
      const bytes = encodeFloats(encoding, columns, 0, length);
      assert.equal(sampleCountOf(encoding, bytes), length);
      const found = emptyColumns(length);
      assert.deepEqual(decodeFloats(encoding, bytes, found), { kind: 'decoded', count: length });
      assertSameColumns(found, columns, encoding, `round ${round}`);
    }
  });

  it(`go on where another appender ended (seed ${seed})`, () => {
    const random = seededRandom(seed);
    for (let round = 0; round < 2000; round++) {
      const encoding = encodings[round % 2] as FloatEncoding;
      const columns = randomColumns(random, 2 + below(random, 150));
      const length = columns.timestamps.length;
      const words = wordsOf(columns.values);
      let appender = new FloatChunkAppender(encoding);
      const cut = below(random, length);
      for (let row = 0; row < length; row++) {
        if (row === cut) {
          const resumed = FloatChunkAppender.resume(encoding, appender.bytes);
          assert.ok(resumed instanceof FloatChunkAppender);
          appender = resumed;
        }
        appender.append(
          columns.timestamps[row] as number,
          words[2 * row] as number,
          words[2 * row + 1] as number,
          columns.startTimestamps[row] as number,
        );
      }
      const found = emptyColumns(length);
      assert.deepEqual(decodeFloats(encoding, appender.bytes, found), { kind: 'decoded', count: length });
      assertSameColumns(found, columns, encoding, `round ${round}, cut at ${cut}`);
    }
  });

  it('encodes the rows of a range alone', () => {
    const timestamps = Float64Array.of(1000, 2000, 3000, 4000);
    const values = Float64Array.of(1, 2, 3, 4);
    const bytes = encodeXor(timestamps, values, 1, 3);
    const found = emptyColumns(2);
    assert.deepEqual(decodeXor(bytes, found), { kind: 'decoded', count: 2 });
    assert.deepEqual([...found.timestamps, ...found.values], [2000, 3000, 2, 3]);
  });

  it('refuses times that deltas of deltas would not hold, and a sample too many', () => {
    for (const encoding of encodings) {
      const appender = new FloatChunkAppender(encoding);
      for (const t of [2 ** 50 + 1, -(2 ** 50) - 1, Number.POSITIVE_INFINITY, Number.NaN])
        assert.equal(appender.append(t, 0, 0), false, `${t}`);
      assert.equal(appender.count, 0);
      for (let i = 0; i < 65_535; i++) appender.append(i, 0, 0);
      assert.equal(appender.append(65_535, 0, 0), false);
      assert.equal(appender.count, 65_535);
    }
  });
});
