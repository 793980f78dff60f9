import assert from 'node:assert/strict';
import { type Clock, type Steps, seededRandom, systemClock } from '../../src/base/index.js';
import { PageLanes } from '../../src/scrape/page-lanes.js';
import { kernelModule } from '../support/kernels.js';

const kernels = await kernelModule();

const shortPage = 1000;
const longPage = 1 << 20;

/** Lanes on a clock that moves by 10 ms a step of a page, and by nothing else. */
function slowLanes() {
  let nowMs = 0;
  const clock: Clock = { ...systemClock, monotonicMs: () => nowMs, sleep: () => systemClock.sleep(0) };
  const done: string[] = [];
  function* page(name: string): Steps<string> {
    for (let step = 1; step <= 3; step++) {
      done.push(name + step);
      nowMs += 10;
      yield;
    }
    return name;
  }
  return { lanes: new PageLanes({ clock, random: seededRandom(1), kernels: () => kernels }), done, page };
}

describe('PageLanes', () => {
  it('read a short page at once while a long one pauses', async () => {
    const { lanes, done, page } = slowLanes();
    const { signal } = new AbortController();
    const long = lanes.run(longPage, signal, () => page('long'));
    while (done.length === 0) await Promise.resolve();
    const short = lanes.run(shortPage, signal, () => page('short'));
    assert.deepEqual(done, ['long1', 'short1', 'short2', 'short3']);
    assert.deepEqual(await Promise.all([long, short]), ['long', 'short']);
  });

  it('read long pages one after the other, each with the buffers to itself', async () => {
    const { lanes, done, page } = slowLanes();
    const { signal } = new AbortController();
    const both = ['a', 'b'].map((name) => lanes.run(longPage, signal, () => page(name)));
    assert.deepEqual(await Promise.all(both), ['a', 'b']);
    assert.deepEqual(done, ['a1', 'a2', 'a3', 'b1', 'b2', 'b3']);
  });

  it('end a long page when the process ends, and start none that waits', async () => {
    const { lanes, done, page } = slowLanes();
    const process = new AbortController();
    const both = ['a', 'b'].map((name) => lanes.run(longPage, process.signal, () => page(name)));
    while (done.length === 0) await Promise.resolve();
    process.abort();
    assert.deepEqual(await Promise.all(both), [undefined, undefined]);
    assert.deepEqual(done, ['a1']);
  });

  it('goes on with the next long page when one fails', async () => {
    const { lanes, page } = slowLanes();
    const { signal } = new AbortController();
    const failing = lanes.run(longPage, signal, () => {
      throw new Error('broken');
    });
    const next = lanes.run(longPage, signal, () => page('a'));
    await assert.rejects(async () => failing, /broken/);
    assert.equal(await next, 'a');
  });
});
