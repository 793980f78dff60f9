import assert from 'node:assert/strict';
import { CorruptionError } from '../../../src/base/index.js';
import { parseBlockMeta } from '../../../src/tsdb/block/index.js';

const sound = { ulid: '01HFX', minTime: 0, maxTime: 10, compaction: { level: 1 }, version: 1 };

describe('meta.json of a block', () => {
  const wrong: [what: string, change: Record<string, unknown>][] = [
    ['a time beyond 64 bits', { maxTime: 1e300 }],
    ['a time with a fraction', { minTime: 0.5 }],
    ['a count beyond 64 bits', { stats: { numSamples: 1e20 } }],
    ['a parent whose time is beyond 64 bits', { compaction: { level: 1, parents: [{ minTime: -1e19 }] } }],
    ['a text for a number', { minTime: '0' }],
    ['no ulid', { ulid: undefined }],
    ['no compaction', { compaction: undefined }],
    ['another version', { version: 2 }],
  ];
  for (const [what, change] of wrong) {
    it(`with ${what} is refused`, () => {
      const text = JSON.stringify({ ...sound, ...change });
      assert.throws(() => parseBlockMeta(text, 'meta.json'), CorruptionError);
    });
  }

  it('takes a field of "compaction" that is not known for a hint', () => {
    const text = JSON.stringify({ ...sound, compaction: { level: 1, hintr: ['from-out-of-order'] } });
    assert.deepEqual(parseBlockMeta(text, 'meta.json').compaction.hints, ['hintr']);
  });

  it('may span all of time', () => {
    const text = JSON.stringify({ ...sound, minTime: -(2 ** 63), maxTime: 2 ** 63 });
    assert.equal(parseBlockMeta(text, 'meta.json').endMs, 2 ** 63);
  });
});
