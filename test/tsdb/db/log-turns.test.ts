import assert from 'node:assert/strict';
import { LogTurns } from '../../../src/tsdb/db/log-turns.js';

describe('turns at the log', () => {
  it('are those of the beginnings, whoever has to prepare', async () => {
    const turns = new LogTurns();
    const order: string[] = [];
    const take = (name: string, prepared?: Promise<void>): Promise<void> =>
      turns.take(prepared === undefined ? undefined : () => prepared, async () => {
        order.push(name);
      });
    const slow = Promise.withResolvers<void>();
    const all = [take('first'), take('slow', slow.promise), take('quick'), take('ready', Promise.resolve())];
    assert.deepEqual(order, ['first']);
    await Promise.resolve();
    slow.resolve();
    await Promise.all(all);
    assert.deepEqual(order, ['first', 'slow', 'quick', 'ready']);
    const last = take('last');
    assert.equal(order.at(-1), 'last');
    await last;
  });

  it('go on behind one whose preparation fails', async () => {
    const turns = new LogTurns();
    const failed = turns.take(
      () => Promise.reject(new Error('no space')),
      async () => undefined,
    );
    let isLogged = false;
    const next = turns.take(undefined, async () => {
      isLogged = true;
    });
    await assert.rejects(failed, /no space/);
    await next;
    assert.ok(isLogged);
  });
});
