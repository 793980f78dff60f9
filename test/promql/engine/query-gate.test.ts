import assert from 'node:assert/strict';
import { systemClock } from '../../../src/base/index.js';
import { QueryGate } from '../../../src/promql/engine/query-gate.js';
import { FakeClock } from '../../scrape/fake-clock.js';

const patience = (signal?: AbortSignal) => ({
  clock: systemClock,
  deadlineMs: systemClock.monotonicMs() + 60_000,
  signal,
});

describe('QueryGate', () => {
  it('lets so many in at a time, the others in their order', async () => {
    const gate = new QueryGate({ maxRunning: 2, maxWaiting: 10 });
    const entered: number[] = [];
    const leaves = [1, 2, 3, 4].map(async (query) => {
      const leave = await gate.enter(patience());
      entered.push(query);
      return leave;
    });
    await leaves[1];
    assert.deepEqual(entered, [1, 2]);
    (await leaves[0])?.();
    await leaves[2];
    assert.deepEqual(entered, [1, 2, 3]);
    (await leaves[1])?.();
    (await leaves[2])?.();
    (await leaves[3])?.();
    const leave = await gate.enter(patience());
    leave();
  });

  it('refuses at once what does not fit into the queue', async () => {
    const gate = new QueryGate({ maxRunning: 1, maxWaiting: 1 });
    const leave = await gate.enter(patience());
    const waiting = gate.enter(patience());
    await assert.rejects(gate.enter(patience()), { kind: 'timeout', message: /query queue is full/ });
    leave();
    (await waiting)();
  });

  it('forgets a waiting query whose client is gone', async () => {
    const gate = new QueryGate({ maxRunning: 1, maxWaiting: 1 });
    const leave = await gate.enter(patience());
    const client = new AbortController();
    const waiting = gate.enter(patience(client.signal));
    client.abort();
    await assert.rejects(waiting, { kind: 'canceled', message: 'query was canceled in query queue' });
    const next = gate.enter(patience());
    leave();
    (await next)();
  });

  it('gives a place that comes free to nobody whose time is over', async () => {
    let nowMs = 0;
    const clock = { ...systemClock, monotonicMs: () => nowMs };
    const gate = new QueryGate({ maxRunning: 1, maxWaiting: 2 });
    const leave = await gate.enter({ clock, deadlineMs: 50_000, signal: undefined });
    const late = assert.rejects(gate.enter({ clock, deadlineMs: 50_000, signal: undefined }), {
      message: 'query timed out in query queue',
    });
    const next = gate.enter({ clock, deadlineMs: 90_000, signal: undefined });
    nowMs = 60_000;
    leave();
    await late;
    (await next)();
  });

  it('ends a wait at the deadline', async () => {
    const clock = new FakeClock();
    const gate = new QueryGate({ maxRunning: 1, maxWaiting: 1 });
    const first = { clock, deadlineMs: clock.monotonicMs() + 1000, signal: undefined };
    await gate.enter(first);
    const late = assert.rejects(gate.enter(first), {
      kind: 'timeout',
      message: 'query timed out in query queue',
    });
    await clock.advance(1000);
    await late;
  });
});
