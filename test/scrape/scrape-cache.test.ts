import assert from 'node:assert/strict';
import { runAtOnce, seededRandom } from '../../src/base/index.js';
import { PageScan, scanKeys } from '../../src/kernels/index.js';
import { MetadataCache } from '../../src/scrape/metadata-cache.js';
import { ScrapeCache } from '../../src/scrape/scrape-cache.js';
import type { SeriesRef } from '../../src/storage/index.js';
import { createTestKernels } from '../support/kernels.js';

const scan = new PageScan(await createTestKernels(), scanKeys(seededRandom(3)));

/** Shows texts to a cache as a page does; answers what it knew of each, and gives those not known the next refs. */
function show(cache: ScrapeCache, texts: readonly string[], nextRef: () => number): (number | undefined)[] {
  const page = Buffer.from(texts.map((text) => `${text} 1\n`).join(''));
  runAtOnce(scan.loadPage([page], page.length));
  scan.begin({
    ...{ timeMs: 0, latestMs: 0, honorTimestamps: true, trackTimestamps: false, sampleLimit: 0 },
    slots: cache.slots,
  });
  const known: (number | undefined)[] = [];
  for (;;) {
    const from = scan.rows;
    const reason = scan.run('text', page.length, page.length);
    known.push(...scan.columns.payloads.subarray(from, scan.rows));
    if (reason === 0) break;
    if (reason === 4) runAtOnce(scan.slots.openTable());
    else {
      known.push(undefined);
      scan.push(runAtOnce(scan.add(nextRef(), 0)));
    }
  }
  scan.track(0, scan.rows);
  return known;
}

describe('ScrapeCache', () => {
  it('behaves as a map that forgets what a good page did not show, in whatever order it stands', () => {
    const seed = Number(process.env.SEED ?? 42);
    const random = seededRandom(seed);
    const cache = new ScrapeCache();
    const metadata = new MetadataCache();
    let model = new Map<string, number>();
    let ref = 0;
    let unchanged = 0;
    let texts: string[] = [];
    for (let round = 0; round < 60; round++) {
      if (round % 3 !== 2) {
        texts = [...new Set(Array.from({ length: 300 }, () => `m{i="${Math.floor(random.float() * 400)}"}`))];
      }
      if (round % 2 === 0) texts.reverse();
      const known = show(cache, texts, () => ++ref);
      assert.deepEqual(
        known,
        texts.map((text) => model.get(text)),
        `seed ${seed}, round ${round}`,
      );
      const before = model;
      model = new Map(texts.map((text, i) => [text, known[i] ?? 0]));
      if (cache.isUnchangedBy(scan)) {
        unchanged++;
        cache.endUnchanged(metadata);
      } else {
        runAtOnce(cache.take(scan));
        const gone = [...before].filter(([text]) => !model.has(text)).map(([, refOf]) => refOf);
        assert.deepEqual(
          runAtOnce(cache.collectStale()).toSorted((a, b) => a - b),
          gone.toSorted((a, b) => a - b),
        );
        cache.endIteration(true, metadata);
      }
      const { payloads } = cache.slots;
      model = new Map(texts.map((text, i) => [text, payloads[i] as number]));
      assert.equal(cache.size, texts.length);
    }
    assert.ok(unchanged >= 5, `${unchanged} rounds left the cache as it was`);
  });

  it('grows through failures no further than twice its good size and a thousand', () => {
    const cache = new ScrapeCache();
    const metadata = new MetadataCache();
    let forced = 0;
    for (let round = 0; round < 30; round++) {
      const texts = Array.from({ length: 100 }, (_, i) => `m${round}_${i}`);
      show(cache, texts, () => 1 as SeriesRef);
      runAtOnce(cache.take(scan));
      if (cache.endIteration(false, metadata)) forced++;
    }
    assert.ok(forced > 0);
    assert.ok(cache.size <= 1100);
  });

  it('holds 20 bytes a series', () => {
    const cache = new ScrapeCache();
    show(
      cache,
      Array.from({ length: 1000 }, (_, i) => `m{i="${i}"}`),
      () => 1,
    );
    runAtOnce(cache.take(scan));
    cache.endIteration(true, new MetadataCache());
    assert.equal(cache.slots.payloads.buffer.byteLength, 20_000);
  });
});
