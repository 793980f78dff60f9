import assert from 'node:assert/strict';
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { runTsprom } from '../support/programs.js';

describe('commands: compiled code that is kept', () => {
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'code-cache-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const run = (args: readonly string[], env: NodeJS.ProcessEnv = {}) =>
    runTsprom(args, { env: { NODE_COMPILE_CACHE: folder, ...env } });
  const kept = (): string[] =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => /tsprom-[^/]*$/.test(name));
  const list = ['tsdb', 'list', 'fixtures'];

  it('is that of a command that went well, and what comes of it is the same', () => {
    assert.equal(run(['tsdb', 'list', '/nowhere']).code, 1);
    assert.deepEqual(kept(), []);
    const first = run(list);
    assert.equal(first.code, 0);
    const [name = ''] = kept();
    assert.match(name, /-tsdb-list$/);
    const before = statSync(path.join(folder, name)).mtimeMs;
    assert.deepEqual(run(list), first);
    assert.equal(statSync(path.join(folder, name)).mtimeMs, before);
  });

  it('is not believed where it is none, or where others may have written it', () => {
    const first = run(list);
    const file = path.join(folder, kept()[0] as string);
    const sound = readFileSync(file);
    for (const bytes of [Buffer.alloc(0), Buffer.from('no code'), sound.subarray(0, sound.length - 100)]) {
      writeFileSync(file, bytes);
      assert.deepEqual(run(list), first);
      assert.ok(readFileSync(file).length > sound.length / 2);
    }
    chmodSync(file, 0o666);
    assert.deepEqual(run(list), first);
    assert.equal(statSync(file).mode & 0o777, 0o600);
  });

  it('is not kept where that is switched off', () => {
    assert.equal(run(list, { NODE_DISABLE_COMPILE_CACHE: '1' }).code, 0);
    assert.deepEqual(kept(), []);
  });
});
