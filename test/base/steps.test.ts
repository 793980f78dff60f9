import assert from 'node:assert/strict';
import { runAtOnce, runInSlices, type Steps } from '../../src/base/index.js';
import { FakeClock } from '../scrape/fake-clock.js';

function* threeSteps(done: string[]): Steps<string> {
  try {
    for (const step of ['a', 'b', 'c']) {
      done.push(step);
      yield;
    }
    return 'result';
  } finally {
    done.push('end');
  }
}

describe('steps', () => {
  it('run at once', () => {
    const done: string[] = [];
    assert.equal(runAtOnce(threeSteps(done)), 'result');
    assert.deepEqual(done, ['a', 'b', 'c', 'end']);
  });

  it('run without a pause while a slice lasts', async () => {
    const clock = new FakeClock();
    const { signal } = new AbortController();
    assert.equal(await runInSlices(threeSteps([]), { clock, sliceMs: 1, signal }), 'result');
  });

  it('pause when a slice is used up, and end when the signal aborted in the pause', async () => {
    const clock = new FakeClock();
    const done: string[] = [];
    const controller = new AbortController();
    const run = runInSlices(threeSteps(done), { clock, sliceMs: 0, signal: controller.signal });
    assert.deepEqual(done, ['a']);
    await clock.advance(0);
    assert.ok(done.includes('b') && done.includes('c'), 'goes on after each pause');
    assert.equal(await run, 'result');

    const cut: string[] = [];
    const ended = runInSlices(threeSteps(cut), { clock, sliceMs: 0, signal: controller.signal });
    controller.abort();
    await clock.advance(0);
    assert.equal(await ended, undefined);
    assert.deepEqual(cut, ['a', 'end']);
  });
});
