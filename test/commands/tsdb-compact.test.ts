import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { systemDisk, systemRandom } from '../../src/base/index.js';
import { lockDirectory } from '../../src/tsdb/index.js';
import { runTsprom } from '../support/programs.js';
import { temporaryDirectory, writeSampleBlock } from './sample-directory.js';

const hourMs = 3_600_000;
const startMs = Date.parse('2026-11-22T22:00:00Z');

interface Written {
  readonly path: string;
  readonly samples: number;
}
interface Report {
  readonly applied: boolean;
  readonly outputs: readonly {
    readonly minTime: number;
    readonly maxTime: number;
    readonly sources: readonly { readonly ulid: string; readonly samples: number }[];
    readonly written?: Written | null;
  }[];
}

describe('commands: tsdb compact', () => {
  let directory = '';
  const run = (...words: string[]) => runTsprom(['tsdb', 'compact', ...words], { cwd: directory });
  const blocks = (of: string): string[] =>
    readdirSync(path.join(directory, of)).filter((name) => /^[0-9A-Z]{26}$/.test(name));
  const dump = (of: string): string => {
    const { stdout, code, stderr } = runTsprom(['tsdb', 'dump', of], { cwd: directory });
    assert.equal(code, 0, stderr);
    return stdout;
  };

  beforeEach(async () => {
    directory = temporaryDirectory();
    mkdirSync(path.join(directory, 'data'));
    for (const hour of [0, 1, 3])
      await writeSampleBlock(path.join(directory, 'data'), startMs + hour * hourMs);
  });
  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  it('says what it would do and does nothing', () => {
    const before = blocks('data');
    const { stdout, code } = run('data');
    assert.equal(code, 0);
    assert.match(
      stdout,
      /^2026-11-22T22:00:00\.000Z to 2026-11-23T01:59:00\.001Z: one block of 3, which have 180/,
    );
    assert.match(stdout, /nothing was changed; --apply does it\n$/);
    assert.deepEqual(blocks('data'), before);
    const report = JSON.parse(run('data', '--json').stdout) as Report;
    assert.equal(report.applied, false);
    assert.deepEqual(
      report.outputs.map(({ sources }) => sources.map(({ ulid }) => ulid)),
      [before],
    );
  });

  it('writes one block into another directory, with all samples, and leaves the others', () => {
    const wanted = dump('data');
    const { code, stdout, stderr } = run('data', '--out', 'merged', '--apply', '--json');
    assert.equal(code, 0, stderr);
    const report = JSON.parse(stdout) as Report;
    assert.deepEqual([report.applied, report.outputs[0]?.written?.samples], [true, 180]);
    assert.deepEqual([blocks('merged').length, blocks('data').length], [1, 3]);
    assert.equal(dump('merged'), wanted);
    assert.equal(runTsprom(['tsdb', 'verify', 'merged'], { cwd: directory }).code, 0);
  });

  it('merges the blocks that are named', () => {
    const [first, second] = blocks('data').map((name) => path.join('data', name));
    const { code, stderr } = run(first as string, second as string, '--out', 'two', '--apply');
    assert.equal(code, 0, stderr);
    assert.deepEqual([blocks('two').length, blocks('data').length], [1, 3]);
    assert.equal(dump('two').split('\n').length - 1, 120);
  });

  it('splits by time, in place', () => {
    const wanted = dump('data');
    const before = blocks('data');
    const { code, stdout, stderr } = run('data', '--split', '1d', '--in-place', '--apply', '--json');
    assert.equal(code, 0, stderr);
    const { outputs } = JSON.parse(stdout) as Report;
    assert.deepEqual(
      outputs.map(({ minTime, written }) => [new Date(minTime).toISOString(), written?.samples]),
      [
        ['2026-11-22T22:00:00.000Z', 120],
        ['2026-11-23T01:00:00.000Z', 60],
      ],
    );
    const after = blocks('data');
    assert.equal(after.length, 2);
    assert.equal(
      after.some((name) => before.includes(name)),
      false,
    );
    assert.equal(dump('data'), wanted);
    assert.deepEqual(
      readdirSync(path.join(directory, 'data')).filter((name) => name.includes('tmp')),
      [],
    );
  });

  it('is refused while somebody has the directory', async () => {
    const data = path.join(directory, 'data');
    const lock = await lockDirectory({ disk: systemDisk, directory: data, random: systemRandom });
    try {
      const { code, stderr } = run('data', '--in-place', '--apply');
      assert.equal(code, 1);
      assert.match(stderr, /lock/i);
      assert.equal(blocks('data').length, 3);
    } finally {
      await lock.release();
    }
  });

  const refused: readonly (readonly [string[], RegExp])[] = [
    [
      ['data', '--apply'],
      /nobody said where the blocks are to go[\s\S]*--out with a new directory, or --in-place/,
    ],
    [['data', '--out', 'data', '--apply'], /"data" is there and not empty/],
    [['absent'], /"absent" does not exist/],
    [['empty'], /no blocks found in "empty"/],
    [['data', 'empty', '--in-place', '--apply'], /in place in one data directory/],
    [['data', '--split', 'soon'], /"soon" is no duration for --split/],
    [['data', '--out', 'x', '--in-place', '--apply'], /./],
  ];
  for (const [words, message] of refused)
    it(`refuses ${words.join(' ')}`, () => {
      mkdirSync(path.join(directory, 'empty'));
      const before = blocks('data');
      const { code, stderr } = run(...words);
      assert.equal(code, 1, stderr);
      assert.match(stderr, message);
      assert.deepEqual(blocks('data'), before);
    });

  it('leaves everything as it was when a block is damaged, and says which', () => {
    const [first] = blocks('data');
    const target = path.join(directory, 'data', first as string, 'chunks', '000001');
    writeFileSync(target, Buffer.alloc(20));
    const { code, stderr } = run('data', '--out', 'merged', '--apply');
    assert.equal(code, 1);
    assert.match(stderr, /chunks\/000001/);
    assert.doesNotMatch(stderr, /bug in tsprom/);
    assert.deepEqual(readdirSync(directory).sort(), ['data']);
  });
});
