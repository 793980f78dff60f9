import assert from 'node:assert/strict';
import { cp, mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { systemClock, systemDisk } from '../../src/base/index.js';
import { matchesGlob } from '../../src/discovery/file/expand-glob.js';
import { DiscoveryManager, readTargetFile, type TargetGroup } from '../../src/discovery/index.js';
import { Labels } from '../../src/model/index.js';
import { createLogger } from '../../src/telemetry/index.js';
import { sharedPath } from '../support/shared.js';

const logger = createLogger({ format: 'logfmt', level: 'error', clock: systemClock, write: () => undefined });
const none = { staticGroups: [], configs: {} };

function group(...addresses: string[]): TargetGroup {
  const targets = addresses.map((address) => Labels.fromPairs('__address__', address));
  return { source: '0', targets, labels: Labels.empty };
}

async function until(condition: () => boolean): Promise<void> {
  for (let i = 0; i < 400 && !condition(); i++) await systemClock.sleep(10);
  assert.ok(condition(), 'waited in vain');
}

describe('DiscoveryManager', () => {
  it('gives static groups at once, and again only when they change', () => {
    const seen: [string, number][] = [];
    const manager = new DiscoveryManager({
      clock: systemClock,
      disk: systemDisk,
      logger,
      onGroups: (job, groups) => seen.push([job, groups.flatMap(({ targets }) => targets).length]),
    });
    manager.apply(new Map([['a', { ...none, staticGroups: [group('x', 'y')] }]]));
    manager.apply(new Map([['a', { ...none, staticGroups: [group('x')] }]]));
    manager.apply(new Map([['a', none]]));
    manager.stop();
    assert.deepEqual(seen, [
      ['a', 2],
      ['a', 1],
      ['a', 0],
    ]);
  });

  it('reads target files, sees them change, and keeps the last good groups', async function () {
    const fixtures = sharedPath('corpus', 'config', 'file_sd', 'fixtures');
    if (fixtures === undefined) return this.skip();
    const directory = await mkdtemp(path.join(tmpdir(), 'tsprom-sd-'));
    const file = path.join(directory, 'a.yml');
    await cp(path.join(fixtures, 'valid.yml'), file);
    let groups: readonly TargetGroup[] = [];
    const manager = new DiscoveryManager({
      clock: { ...systemClock, after: (ms, run, options) => systemClock.after(ms / 50, run, options) },
      disk: systemDisk,
      logger,
      onGroups: (_, given) => {
        groups = given;
      },
    });
    try {
      const configs = { file: [{ files: [path.join(directory, '*.yml')], refreshInterval: 300_000 }] };
      manager.apply(new Map([['a', { ...none, configs }]]));
      await until(() => groups.length === 2);
      assert.equal(groups[0]?.labels.get('__meta_filepath'), file);
      assert.equal(groups[0]?.labels.get('foo'), 'bar');
      await writeFile(file, 'broken: [');
      await systemClock.sleep(150);
      assert.equal(groups.length, 2);
      await cp(path.join(fixtures, 'valid2.yml'), file);
      await utimes(file, 1, 1);
      await until(() => groups[0]?.targets[0]?.get('__address__') === 'my.domain');
      await rm(file);
      await until(() => groups.length === 0);
    } finally {
      manager.stop();
      await rm(directory, { recursive: true });
    }
  });

  it('reads JSON, and refuses an empty group in either', function () {
    const fixtures = sharedPath('corpus', 'config', 'file_sd', 'fixtures');
    if (fixtures === undefined) return this.skip();
    const read = (name: string) => systemDisk.readFile(path.join(fixtures, name));
    return Promise.all(
      ['valid.json', 'valid.yml', 'invalid_nil.json', 'invalid_nil.yml'].map(async (name) => {
        const result = readTargetFile(name, await read(name));
        if (name.startsWith('valid')) assert.ok('groups' in result && result.groups.length === 2, name);
        else assert.deepEqual(result, { error: 'nil target group item found' });
      }),
    );
  });

  const globs: readonly [pattern: string, name: string, matches: boolean][] = [
    ['*.yml', 'a.yml', true],
    ['*.yml', 'a.json', false],
    ['a*b*c', 'axxbxxbc', true],
    ['a?c', 'abc', true],
    ['*', '', true],
    [`${'*a'.repeat(30)}b`, 'a'.repeat(60), false],
  ];
  for (const [pattern, name, matches] of globs) {
    it(`${matches ? 'matches' : 'does not match'} ${name} with ${pattern}`, () => {
      assert.equal(matchesGlob(pattern, name), matches);
    });
  }
});
