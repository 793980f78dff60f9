import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { runTsprom, tsprom } from '../support/programs.js';
import { sharedPath } from '../support/shared.js';
import { filesBelow, tar, tarGz, zip } from '../tsdb/offline/archives.js';
import { temporaryDirectory } from './sample-directory.js';

const ulid = '01M81G8V087A9N8ZJSH0H4T28F';

describe('tsprom tsdb: any part of a data directory, and archives', () => {
  const directory = temporaryDirectory();
  const temporary = path.join(directory, 'tmp');
  const env = { ...process.env, TMPDIR: temporary };
  const options = { cwd: directory, env };

  before(function () {
    const source = sharedPath('corpus', 'tsdb', 'capture-ooo', 'data');
    if (source === undefined) this.skip();
    mkdirSync(temporary);
    cpSync(source, path.join(directory, 'data'), { recursive: true });
    cpSync(path.join(source, ulid), path.join(directory, 'snapshot', ulid), { recursive: true });
    const write = (name: string, bytes: Uint8Array): void => writeFileSync(path.join(directory, name), bytes);
    const data = path.join(directory, 'data');
    write('data.tar.gz', tarGz(filesBelow(data, 'prometheus/data/')));
    write('data.zip', zip(filesBelow(data)));
    write('block.tgz', tarGz(filesBelow(path.join(data, ulid), `${ulid}/`)));
    write('bare.tar', tar(filesBelow(path.join(data, ulid))));
    write('wal.tar.gz', tarGz(filesBelow(path.join(data, 'wal'), 'wal/')));
  });
  /** Node keeps its compiled code there too. */
  const unpacked = (): string[] => readdirSync(temporary).filter((name) => name.startsWith('tsprom-'));
  afterEach(() => assert.deepEqual(unpacked(), []));
  after(() => rmSync(directory, { recursive: true, force: true }));

  /** What the second command prints is what the first one prints. */
  const alike: readonly (readonly [readonly string[], readonly string[]])[] = [
    [
      ['list', 'data'],
      ['list', 'data.tar.gz'],
    ],
    [
      ['list', 'data'],
      ['list', 'data.zip'],
    ],
    [
      ['list', 'snapshot'],
      ['list', `data/${ulid}`],
    ],
    [
      ['list', 'snapshot'],
      ['list', 'block.tgz'],
    ],
    [
      ['list', 'snapshot'],
      ['list', 'bare.tar'],
    ],
    [
      ['analyze', 'data', ulid, '--extended'],
      ['analyze', `data/${ulid}`, '--extended'],
    ],
    [
      ['analyze', 'data', ulid],
      ['analyze', 'data.tar.gz', ulid],
    ],
    [
      ['analyze', 'data', ulid],
      ['analyze', 'block.tgz'],
    ],
    [
      ['dump', 'data'],
      ['dump', 'data.zip'],
    ],
    [
      ['dump', 'data'],
      ['dump', 'data.tar.gz'],
    ],
    [
      ['dump', 'snapshot'],
      ['dump', `data/${ulid}`],
    ],
    [
      ['dump', 'snapshot'],
      ['dump', 'block.tgz'],
    ],
    [
      ['dump-openmetrics', 'data/wal'],
      ['dump-openmetrics', 'wal.tar.gz'],
    ],
    [
      ['wal', 'cat', 'data', '--json'],
      ['wal', 'cat', 'data.zip', '--json'],
    ],
    [
      ['wal', 'tail', 'data', '-n', '3', '--json'],
      ['wal', 'tail', 'wal.tar.gz', '-n', '3', '--json'],
    ],
  ];
  for (const [plain, other] of alike)
    it(`prints the same: ${plain.join(' ')} and ${other.join(' ')}`, () => {
      const [wanted, found] = [plain, other].map((words) => runTsprom(['tsdb', ...words], options));
      assert.equal(found?.code, 0, found?.stderr);
      assert.notEqual(found?.stdout, '');
      const names = /"path":"[^"]*"/g;
      assert.equal(found?.stdout.replaceAll(names, ''), wanted?.stdout.replaceAll(names, ''));
    });

  it('verifies and counts what archives hold, under their names', () => {
    const verified = runTsprom(['tsdb', 'verify', 'data.tar.gz'], options);
    assert.equal(verified.code, 0, verified.stderr);
    assert.match(verified.stdout, /^data\.tar\.gz: sound/ms);
    assert.equal(verified.stdout.includes(temporary), false, verified.stdout);
    const stat = runTsprom(['tsdb', 'wal', 'stat', 'wal.tar.gz', '--json'], options);
    assert.equal(stat.code, 0, stat.stderr);
    assert.match((JSON.parse(stat.stdout) as { path: string }).path, /^wal\.tar\.gz/);
    const log = runTsprom(['tsdb', 'wal', 'cat', 'wal.tar.gz'], options);
    assert.equal(log.stdout.includes(temporary), false);
    const logVerified = runTsprom(['tsdb', 'wal', 'verify', 'data.zip', 'wal.tar.gz'], options);
    assert.equal(logVerified.code, 0, logVerified.stderr);
    assert.match(logVerified.stdout, /^data\.zip: sound.*^wal\.tar\.gz: sound/ms);
  });

  it('follows no archive', () => {
    const { code, stderr } = runTsprom(['tsdb', 'wal', 'tail', '-f', 'wal.tar.gz'], options);
    assert.equal(code, 1);
    assert.match(stderr, /"wal\.tar\.gz" is an archive.*Leave --follow out/s);
  });

  it('removes what it unpacked when the archive is cut off', () => {
    const cut = tarGz(filesBelow(path.join(directory, 'data')));
    writeFileSync(path.join(directory, 'cut.tgz'), cut.subarray(0, cut.length >> 1));
    for (const words of [['list'], ['analyze'], ['dump'], ['verify'], ['wal', 'stat']]) {
      const { code, stderr } = runTsprom(['tsdb', ...words, 'cut.tgz'], options);
      assert.equal(code, 1, stderr);
      assert.match(stderr, /cut\.tgz/);
      assert.doesNotMatch(stderr, /bug in tsprom/);
    }
  });

  it('removes what it unpacked when it is interrupted, and ends with 130', async () => {
    const [node, program] = tsprom;
    const child = spawn(node, [program, 'tsdb', 'dump', 'data.tar.gz'], options);
    const exited = once(child, 'exit');
    // The pipe is full soon, and the rest of the dump waits for it.
    await once(child.stdout, 'readable');
    assert.equal(unpacked().length, 1);
    child.kill('SIGINT');
    const [status] = await exited;
    child.stdout.destroy();
    assert.equal(status, 130);
  });
});
