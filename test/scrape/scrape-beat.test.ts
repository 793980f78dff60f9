import assert from 'node:assert/strict';
import { ScrapeBeat } from '../../src/scrape/scrape-beat.js';

const nowMs = 1_700_000_000_123;

describe('the beat of scrapes', () => {
  const cases: readonly [name: string, targets: number, intervalMs: number, beatMs: number][] = [
    ['a few targets each quarter of a minute', 10, 15_000, 1000],
    ['500 targets each quarter of a minute', 500, 15_000, 1000],
    ['1000 targets each quarter of a minute', 1000, 15_000, 500],
    ['20,000 targets each minute', 20_000, 60_000, 100],
    ['100 targets each second', 100, 1000, 200],
    ['targets every other second', 100, 2000, 200],
    ['an interval of a tenth of a second', 1, 100, 20],
  ];
  for (const [name, targets, intervalMs, beatMs] of cases) {
    it(`${name}: ${beatMs} ms, not before the target's place`, () => {
      const beat = new ScrapeBeat();
      beat.expect({}, { targets, intervalMs });
      for (let offsetMs = 0; offsetMs <= intervalMs; offsetMs += intervalMs / 64) {
        const aligned = beat.align(offsetMs, { nowMs, intervalMs });
        assert.equal((nowMs + aligned) % beatMs, 0);
        assert.ok(aligned >= offsetMs && aligned < offsetMs + beatMs);
      }
    });
  }

  it('leaves scrapes where they are when convoys would be too large', () => {
    const beat = new ScrapeBeat();
    beat.expect({}, { targets: 100_000, intervalMs: 15_000 });
    assert.equal(beat.align(7.5, { nowMs, intervalMs: 15_000 }), 7.5);
  });

  it('counts the scrapes of all pools, and forgets one that ended', () => {
    const beat = new ScrapeBeat();
    const pool = {};
    beat.expect(pool, { targets: 20_000, intervalMs: 60_000 });
    beat.expect({}, { targets: 1, intervalMs: 60_000 });
    const beatOf = () => (nowMs + beat.align(1, { nowMs, intervalMs: 60_000 })) % 1000;
    assert.notEqual(beatOf(), 0);
    beat.expect(pool, { targets: 0, intervalMs: 60_000 });
    assert.equal(beatOf(), 0);
  });
});
