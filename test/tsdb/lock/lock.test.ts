import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { systemDisk, systemRandom } from '../../../src/base/index.js';
import { flockHolder, lockAddress, lockDirectory, socketFileName } from '../../../src/tsdb/lock/index.js';

/** Leaves a socket that nobody listens on. */
async function killedHolder(socket: string, meanwhile = async (): Promise<void> => {}): Promise<void> {
  const child = spawn(process.execPath, [
    '-e',
    `require('node:net').createServer().listen(${JSON.stringify(socket)}, () => console.log('ready'))`,
  ]);
  await once(child.stdout, 'data');
  await meanwhile();
  child.kill('SIGKILL');
  await once(child, 'exit');
}

describe('the directory lock', () => {
  let directory = '';
  const messages: string[] = [];
  const lock = (target = directory): ReturnType<typeof lockDirectory> =>
    lockDirectory({
      disk: systemDisk,
      random: systemRandom,
      directory: target,
      events: { log: (_level, message) => messages.push(message) },
    });

  beforeEach(async () => {
    directory = await mkdtemp(path.join(tmpdir(), 'tsprom-lock-'));
    messages.length = 0;
  });
  afterEach(() => rm(directory, { recursive: true }));

  it('is held by one at a time and is gone after its release', async () => {
    const held = await lock();
    assert.equal(held.clean, true);
    await assert.rejects(lock(), {
      code: 'directory-locked',
      message: 'lock DB directory: resource temporarily unavailable',
    });
    await held.release();
    await held.release();
    assert.deepEqual(await readdir(directory), []);
    await (await lock()).release();
  });

  it('takes the place of one whose process was killed, with a warning', async () => {
    const socket = path.join(directory, socketFileName);
    await killedHolder(socket, () => assert.rejects(lock(), { code: 'directory-locked' }));
    const held = await lock();
    assert.equal(held.clean, false);
    assert.deepEqual(messages, ['A lock from a previous execution already existed. It was replaced']);
    assert.deepEqual(await readdir(directory), [socketFileName]);
    await held.release();
  });

  it('goes to one of many who want the place of a dead one at the same time', async () => {
    const socket = path.join(directory, socketFileName);
    await killedHolder(socket);
    const results = await Promise.allSettled(Array.from({ length: 8 }, () => lock()));
    const won = results.filter((result) => result.status === 'fulfilled');
    assert.equal(won.length, 1);
    await won[0]?.value.release();
  });

  it('is left to one that has come in the place of a dead one meanwhile', async () => {
    const socket = path.join(directory, socketFileName);
    await killedHolder(socket);
    const live = createServer((connection) => connection.end());
    const disk = {
      ...systemDisk,
      rename: async (from: string, to: string): Promise<void> => {
        if (from === socket && !live.listening) {
          await rm(socket);
          await once(live.listen(socket), 'listening');
        }
        return systemDisk.rename(from, to);
      },
    };
    await assert.rejects(lockDirectory({ disk, random: systemRandom, directory }), {
      code: 'directory-locked',
    });
    assert.deepEqual(await readdir(directory), [socketFileName]);
    live.close();
  });

  it('works in a directory whose path is longer than a socket may be', async function () {
    if (process.platform !== 'linux') this.skip();
    const deep = path.join(directory, 'd'.repeat(100), 'e'.repeat(100));
    await mkdir(deep, { recursive: true });
    const held = await lock(deep);
    await assert.rejects(lock(deep), { code: 'directory-locked' });
    await held.release();
    await (await lock(deep)).release();
  });

  it('says what to do where a long path cannot be helped', () => {
    assert.throws(() => lockAddress(`/${'x'.repeat(120)}`, 'darwin'), { code: 'path-too-long' });
    assert.equal(lockAddress(`/${'x'.repeat(120)}`, 'linux').file, undefined);
  });

  const procLocks = [
    '1: POSIX  ADVISORY  READ  5433 08:01:7864448 128 128',
    '2: FLOCK  ADVISORY  WRITE 2001 08:01:131077 0 EOF',
    '2: -> FLOCK  ADVISORY  WRITE 2002 08:01:131077 0 EOF',
    '3: FLOCK  ADVISORY  READ  2003 00:14:99 0 EOF',
  ].join('\n');
  const holders: [inode: number, pid: number | undefined][] = [
    [131077, 2001],
    [131078, undefined],
    [7864448, undefined],
    [99, undefined],
    [77, undefined],
  ];
  for (const [inode, pid] of holders) {
    it(`reads from /proc/locks that inode ${inode} is held by ${pid ?? 'nobody'}`, () =>
      assert.equal(flockHolder(procLocks, inode), pid));
  }
});
