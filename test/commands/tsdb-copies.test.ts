import assert from 'node:assert/strict';
import { cpSync, mkdirSync, readdirSync, rmSync, statSync, truncateSync } from 'node:fs';
import path from 'node:path';
import { systemDisk, systemRandom } from '../../src/base/index.js';
import { lockDirectory } from '../../src/tsdb/index.js';
import { runTsprom } from '../support/programs.js';
import { temporaryDirectory, writeDataDirectory, writeSampleBlock } from './sample-directory.js';

const startMs = Date.parse('2026-11-22T22:00:00Z');
const hourMs = 3_600_000;
const headMs = startMs + 2 * hourMs;

describe('commands: tsdb snapshot and delete', () => {
  let directory = '';
  const run = (...words: string[]) => runTsprom(['tsdb', ...words], { cwd: directory });
  const ok = (...words: string[]): string => {
    const { stdout, stderr, code } = run(...words);
    assert.equal(code, 0, stderr);
    return stdout;
  };
  const dump = (of: string): string[] => ok('dump', of).split('\n').sort();
  const blocks = (of: string): string[] =>
    readdirSync(path.join(directory, of)).filter((name) => /^[0-9A-Z]{26}$/.test(name));

  beforeEach(async () => {
    directory = temporaryDirectory();
    const data = path.join(directory, 'data');
    mkdirSync(data);
    await writeSampleBlock(data, startMs);
    await writeDataDirectory(data, [
      {
        labels: { __name__: 'up', job: 'a' },
        points: [
          [headMs, 1],
          [headMs + 1000, 0],
        ],
      },
      { labels: { __name__: 'up', job: 'b' }, points: [[headMs, 1]] },
    ]);
  });
  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  it('a snapshot is what there is, its blocks the same files', () => {
    const before = dump('data');
    const [block] = blocks('data');
    const stdout = ok('snapshot', 'data', '--out', 'copy');
    assert.match(stdout, /^→ copy: 1 block linked\n {2}and block \w{26} of the logs: 2 series, 3 samples\n$/);
    assert.deepEqual(dump('copy'), before);
    assert.deepEqual(dump('data'), before);
    const index = (of: string): number => statSync(path.join(directory, of, block as string, 'index')).ino;
    assert.equal(index('copy'), index('data'));
    assert.deepEqual(readdirSync(directory).sort(), ['copy', 'data']);
  });

  it('a snapshot without the logs has the blocks alone', () => {
    const report = JSON.parse(ok('snapshot', 'data', '--out', 'copy', '--skip-head', '--json')) as {
      readonly blocks: readonly { readonly ulid: string }[];
      readonly head: unknown;
    };
    assert.deepEqual(
      report.blocks.map(({ ulid }) => ulid),
      blocks('data'),
    );
    assert.equal(report.head, null);
    assert.deepEqual(blocks('copy'), blocks('data'));
  });

  const refusals: [what: string, words: string[], stderr: RegExp][] = [
    ['what is no directory', ['snapshot', 'nowhere', '--out', 'copy'], /"nowhere" is no directory/],
    ['a directory that is there', ['snapshot', 'data', '--out', 'data'], /"data" is there already/],
    ['no target', ['delete', 'data', '--match', 'up', '--apply'], /nobody said what is to be changed/],
    ['a selector that is none', ['delete', 'data', '--match', 'up{'], /parse error/],
    ['a time that is none', ['delete', 'data', '--match', 'up', '--max-time', 'now'], /max-time/],
  ];
  for (const [what, words, stderr] of refusals) {
    it(`refuses ${what}`, () => {
      const result = run(...words);
      assert.equal(result.code, 1);
      assert.match(result.stderr, stderr);
      assert.deepEqual(readdirSync(directory), ['data']);
    });
  }

  it('both are refused while a server has the directory', async () => {
    const data = path.join(directory, 'data');
    const lock = await lockDirectory({ disk: systemDisk, directory: data, random: systemRandom });
    try {
      for (const words of [
        ['snapshot', 'data', '--out', 'copy'],
        ['delete', 'data', '--match', 'up', '--in-place', '--apply'],
        ['delete', 'data', '--match', 'up', '--out', 'copy', '--apply'],
      ]) {
        const { code, stderr } = run(...words);
        assert.equal(code, 1);
        assert.match(stderr, /is in use by another tsprom/);
      }
    } finally {
      await lock.release();
    }
    assert.deepEqual(readdirSync(directory), ['data']);
  });

  it('a deletion says what it would take and takes nothing', () => {
    const before = dump('data');
    const words = ['delete', 'data', '--match', 'up{job="a"}', '--match', 'up{job=~"a|c"}'];
    assert.equal(
      ok(...words),
      '2 samples of 1 series would be deleted\nnothing was changed; --apply does it\n',
    );
    assert.equal(
      ok(...words, '--max-time', String(headMs)),
      '1 sample of 1 series would be deleted\nnothing was changed; --apply does it\n',
    );
    assert.deepEqual(JSON.parse(ok('delete', 'data', '--match', 'absent', '--json')), {
      applied: false,
      series: 0,
      samples: 0,
      path: null,
    });
    assert.deepEqual(dump('data'), before);
  });

  for (const [where, clean] of [
    ['in-place', []],
    ['in-place', ['--clean']],
    ['out', []],
    ['out', ['--clean']],
  ] as const)
    it(`a deletion is done, of blocks and logs: --${where} ${clean.join('')}`, () => {
      const before = dump('data');
      const gone = (line: string): boolean => line.includes('job="a"') || line.includes(` ${startMs}`);
      const target = where === 'out' ? ['--out', 'copy'] : ['--in-place'];
      const changed = where === 'out' ? 'copy' : 'data';
      const apply = [...target, ...clean, '--apply'];
      ok('delete', 'data', '--match', '{job="a"}', ...apply);
      if (where === 'out') {
        assert.deepEqual(dump('data'), before);
        cpSync(path.join(directory, 'copy'), path.join(directory, 'second'), { recursive: true });
        ok(
          'delete',
          'second',
          '--match',
          '{__name__=~".+"}',
          '--max-time',
          String(startMs),
          '--in-place',
          ...clean,
          '--apply',
        );
      } else ok('delete', 'data', '--match', '{__name__=~".+"}', '--max-time', String(startMs), ...apply);
      assert.deepEqual(
        dump(where === 'out' ? 'second' : changed),
        before.filter((line) => !gone(line)),
      );
    });

  it('a damaged block stays, and is named', () => {
    const [block] = blocks('data');
    const index = path.join(directory, 'data', block as string, 'index');
    truncateSync(index, 100);
    const result = run('delete', 'data', '--match', 'up', '--in-place', '--apply');
    assert.equal(result.code, 1);
    assert.match(result.stderr, new RegExp(`cannot read ".*${block}`));
    assert.equal(statSync(index).size, 100);
  });
});
