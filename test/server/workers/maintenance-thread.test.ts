import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { systemClock } from '../../../src/base/index.js';
import { MaintenanceThread } from '../../../src/server/workers/maintenance-thread.js';
import { kernelModule } from '../../support/kernels.js';

async function openThread(idleMs = 60_000): Promise<MaintenanceThread> {
  return new MaintenanceThread({
    entry: new URL('./echo-worker.js', import.meta.url),
    module: await kernelModule(),
    clock: systemClock,
    memoryBytes: 16 << 20,
    heapBytes: 64 << 20,
    idleMs,
  });
}

describe('server: the maintenance thread', () => {
  it('starts with the first job, does one after the other and ends when it is idle', async () => {
    const thread = await openThread(50);
    assert.equal(thread.isRunning, false);
    const order: unknown[] = [];
    const jobs = ['wait', 'a', 'b'].map(async (job) => order.push(await thread.run<{ job?: string }>(job)));
    assert.equal(thread.isRunning, true);
    await Promise.all(jobs);
    const [waited, a, b] = order as [string, { job: string; at: number }, { job: string; at: number }];
    assert.deepEqual([waited, a.job, b.job], ['waited', 'a', 'b']);
    assert.ok(a.at > 0 && b.at > a.at, 'kernels of its own');
    for (let i = 0; i < 200 && thread.isRunning; i++) await sleep(10);
    assert.equal(thread.isRunning, false);
    assert.equal((await thread.run<{ job: string }>('again')).job, 'again');
    await thread.close();
  });

  it('tells a job’s failure from its own death, and goes on after both', async () => {
    const thread = await openThread();
    await assert.rejects(thread.run('throw'), { code: 'ENOSPC', message: 'no space left on device' });
    const lost = [thread.run('die'), thread.run('a')];
    for (const job of lost) {
      await assert.rejects(job, {
        code: 'maintenance-ended',
        message: 'maintenance worker ended unexpectedly',
      });
    }
    assert.equal((await thread.run<{ job: string }>('a')).job, 'a');
    await thread.close();
  });

  it('lets a job end when it is closed, and takes no other', async () => {
    const thread = await openThread();
    const waiting = thread.run('wait');
    await thread.close(5000);
    assert.equal(await waiting, 'waited');
    await assert.rejects(thread.run('a'), {
      message: 'maintenance worker ended unexpectedly: the server stops',
    });
    const cut = await openThread();
    const lost = cut.run('wait');
    await Promise.all([cut.close(0), assert.rejects(lost, { code: 'maintenance-ended' })]);
  });
});
