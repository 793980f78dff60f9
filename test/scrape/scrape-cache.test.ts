import assert from 'node:assert/strict';
import { seededRandom } from '../../src/base/index.js';
import { hashSeries, ScrapeCache, type SeriesHash } from '../../src/scrape/scrape-cache.js';
import type { SeriesRef } from '../../src/storage/index.js';

function hashOf(text: string, seed = 7): SeriesHash {
  const bytes = new TextEncoder().encode(text);
  const hash = { low: 0, high: 0 };
  hashSeries(bytes, 0, bytes.length, seed, hash);
  return hash;
}

describe('ScrapeCache', () => {
  it('behaves as a map that forgets what a good page did not show', () => {
    const seed = Number(process.env.SEED ?? 42);
    const random = seededRandom(seed);
    const cache = new ScrapeCache(1);
    let model = new Map<string, number>();
    let ref = 0;
    for (let round = 0; round < 20; round++) {
      const shown = new Set<string>();
      for (let i = 0; i < 300; i++) shown.add(`m{i="${Math.floor(random.float() * 400)}"}`);
      for (const text of shown) {
        const hash = hashOf(text, cache.seed);
        const slot = cache.find(hash);
        assert.equal(slot >= 0, model.has(text), `seed ${seed}`);
        if (slot >= 0) {
          assert.equal(cache.ref(slot), model.get(text));
          assert.equal(cache.touch(slot), false);
          cache.track(slot);
        } else {
          model.set(text, ++ref);
          cache.track(cache.add(hash, ref as SeriesRef));
        }
      }
      const stale: SeriesRef[] = [];
      cache.collectStale(stale);
      const gone = [...model].filter(([text]) => !shown.has(text)).map(([, gone]) => gone);
      assert.deepEqual(
        stale.toSorted((a, b) => a - b),
        gone.toSorted((a, b) => a - b),
        `seed ${seed}`,
      );
      cache.endIteration({ succeeded: true, metadataCount: 0 });
      model = new Map([...model].filter(([text]) => shown.has(text)));
    }
  });

  it('grows through failures no further than twice its good size and a thousand', () => {
    const cache = new ScrapeCache(1);
    let forced = 0;
    for (let round = 0; round < 30; round++) {
      for (let i = 0; i < 100; i++) cache.add(hashOf(`${round}.${i}`), 1 as SeriesRef);
      if (cache.endIteration({ succeeded: false, metadataCount: 0 })) forced++;
    }
    assert.ok(forced > 0);
    assert.ok(cache.size <= 1000);
  });

  it('gives different texts different hashes', () => {
    const seen = new Set<string>();
    for (let i = 0; i < 100_000; i++) {
      const { low, high } = hashOf(`http_requests_total{code="200",instance="${i}"}`);
      seen.add(`${low}:${high}`);
    }
    assert.equal(seen.size, 100_000);
  });
});
