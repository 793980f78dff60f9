/** Files that are read at once: deletions and what a block says of itself. */
import assert from 'node:assert/strict';
import { decodeUtf8, encodeUtf8 } from '../../../src/base/index.js';
import { type BlockMeta, formatBlockMeta, parseBlockMeta } from '../../../src/tsdb/block/index.js';
import { decodeTombstones, encodeTombstones } from '../../../src/tsdb/tombstones/index.js';
import { sealRange } from './checksums.js';
import type { FuzzDecoder } from './run-fuzz.js';

const tombstonesHead = 5;
const checksumBytes = 4;

export function smallFileDecoders(): FuzzDecoder[] {
  return [tombstones(), meta()];
}

function tombstones(): FuzzDecoder {
  const [low, high] = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
  const several = Array.from({ length: 6 }, (_, i) => ({ mintMs: i * 100, maxtMs: i * 100 + 50 }));
  return {
    name: 'tombstones',
    sounds: [
      encodeTombstones(new Map([[1, several]])),
      encodeTombstones(
        new Map([
          [3, [{ mintMs: low, maxtMs: high }]],
          [400, [{ mintMs: -5, maxtMs: 1_700_000_000_000 }]],
          [2 ** 40, several],
        ]),
      ),
      encodeTombstones(new Map()),
    ],
    seal: (input) => sealRange(input, tombstonesHead, input.length - checksumBytes),
    decode: ({ bytes }) => {
      let count = 0;
      for (const [ref, intervals] of decodeTombstones(bytes, 'tombstones')) {
        assert.ok(ref >= 0);
        count += intervals.length;
        for (const { mintMs, maxtMs } of intervals) assert.ok(!Number.isNaN(mintMs) && !Number.isNaN(maxtMs));
      }
      assert.ok(count * 3 <= bytes.length, 'more intervals than bytes');
      return undefined;
    },
  };
}

const soundMeta: BlockMeta = {
  ulid: '01HFXAAAAAAAAAAAAAAAAAAAAA',
  mintMs: 1_700_000_000_000,
  endMs: 1_700_007_200_000,
  stats: { numSamples: 120, numSeries: 3, numChunks: 4, numFloatSamples: 100, numHistogramSamples: 20 },
  compaction: {
    level: 2,
    sources: ['01HFXAAAAAAAAAAAAAAAAAAAAA', '01HFXBBBBBBBBBBBBBBBBBBBBB'],
    parents: [{ ulid: '01HFXBBBBBBBBBBBBBBBBBBBBB', mintMs: 0, endMs: 7_200_000 }],
    hints: ['from-out-of-order'],
  },
};

const isInt64 = (value: number): boolean => Number.isInteger(value) && Math.abs(value) <= 2 ** 63;

function meta(): FuzzDecoder {
  const first: BlockMeta = { ...soundMeta, stats: {}, compaction: { level: 1 } };
  return {
    name: 'meta.json',
    sounds: [encodeUtf8(formatBlockMeta(soundMeta)), encodeUtf8(formatBlockMeta(first))],
    decode: ({ bytes }) => {
      const { ulid, mintMs, endMs, stats, compaction } = parseBlockMeta(decodeUtf8(bytes), 'meta.json');
      assert.equal(typeof ulid, 'string');
      const numbers = [mintMs, endMs, compaction.level, ...Object.values(stats)];
      assert.ok(numbers.every(isInt64), `numbers ${numbers.join(', ')}`);
      const parents = compaction.parents ?? [];
      assert.ok((compaction.sources ?? []).every((source) => typeof source === 'string'));
      assert.ok(parents.every((parent) => isInt64(parent.mintMs) && isInt64(parent.endMs)));
      return undefined;
    },
  };
}
