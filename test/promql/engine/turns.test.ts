import assert from 'node:assert/strict';
import { Turns } from '../../../src/promql/engine/turns.js';
import { FakeClock } from '../../scrape/fake-clock.js';

describe('Turns', () => {
  it('wakes one query a turn of the event loop, in their order', async () => {
    const timers: (() => void)[] = [];
    const clock = Object.assign(new FakeClock(), {
      after: (_: number, run: () => void) => {
        timers.push(run);
        return { cancel: () => undefined };
      },
    });
    const turns = new Turns(clock);
    const woken: number[] = [];
    const all = [1, 2, 3].map((query) => turns.next().then(() => woken.push(query)));
    for (const expected of [[1], [1, 2], [1, 2, 3]]) {
      assert.equal(timers.length, 1, 'one timer at a time');
      timers.pop()?.();
      await Promise.resolve();
      await Promise.resolve();
      assert.deepEqual(woken, expected);
    }
    await Promise.all(all);
    assert.equal(timers.length, 0);
  });
});
