import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { runTsprom } from '../support/programs.js';
import { sharedPath } from '../support/shared.js';
import { temporaryDirectory } from './sample-directory.js';

/** The corpus may only be read, and so may what is copied with its modes. */
function copyWritable(from: string, to: string): void {
  mkdirSync(to);
  for (const name of readdirSync(from)) {
    const source = path.join(from, name);
    if (statSync(source).isDirectory()) copyWritable(source, path.join(to, name));
    else writeFileSync(path.join(to, name), readFileSync(source));
  }
}

describe('commands: tsdb verify and tsdb wal', () => {
  const directory = temporaryDirectory();
  const source = sharedPath('corpus', 'tsdb', 'capture-ooo', 'data');

  before(function () {
    if (source === undefined) this.skip();
    for (const name of ['sound', 'damaged']) copyWritable(source as string, path.join(directory, name));
    for (const file of ['01M81G8V087A9N8ZJSH0H4T28F/chunks/000001', 'wal/00000000']) {
      const target = path.join(directory, 'damaged', file);
      const bytes = readFileSync(target);
      bytes[100] = (bytes[100] as number) ^ 1;
      writeFileSync(target, bytes);
    }
  });
  after(() => rmSync(directory, { recursive: true, force: true }));

  const cases: readonly { args: string[]; code: number; out?: RegExp; err?: RegExp }[] = [
    { args: ['tsdb', 'verify', 'sound'], code: 0, out: /^sound: sound \(1 info\); read 21 files/m },
    {
      args: ['tsdb', 'verify', 'damaged'],
      code: 5,
      out: /^damage damaged\/01M81\w+\/chunks\/000001:\d+: .*; restore/m,
    },
    {
      args: ['tsdb', 'verify', 'damaged', '-o', 'csv'],
      code: 5,
      out: /^damage,wal-record,damaged\/wal\/00000000,\d+,/m,
    },
    { args: ['tsdb', 'verify', 'absent'], code: 1, err: /"absent" does not exist/ },
    { args: ['tsdb', 'wal', 'verify', 'sound'], code: 0, out: /sound/ },
    { args: ['tsdb', 'wal', 'verify', 'damaged/wal'], code: 5, out: /^damage damaged\/wal\/00000000:\d+: /m },
    {
      args: ['tsdb', 'verify', 'sound', 'damaged/wal'],
      code: 5,
      out: /^sound: sound .*^damage damaged\/wal\/00000000:\d+: .*^damaged\/wal: damage/ms,
    },
    { args: ['tsdb', 'verify', 'sound', 'absent', 'damaged'], code: 1, err: /"absent" does not exist/ },
    {
      args: ['tsdb', 'wal', 'cat', 'damaged'],
      code: 1,
      out: /^00000001:\d+ /m,
      err: /^error: damaged\/wal\/00000000:\d+: \d+ bytes without a whole record/m,
    },
    { args: ['tsdb', 'wal', 'stat', 'sound'], code: 0, out: /^ +2 +samples +\d+/m },
    {
      args: ['tsdb', 'wal', 'cat', 'sound', '--type', 'series'],
      code: 0,
      out: /^00000000:0 series 10: #1 /m,
    },
    {
      args: ['tsdb', 'wal', 'cat', 'sound', '--type', 'sampels'],
      code: 1,
      err: /no type of record is called "sampels"/,
    },
    { args: ['tsdb', 'wal', 'tail', 'sound', '-n', '2'], code: 0, out: /^00000001:\d+ samples 6: /m },
  ];
  for (const { args, code, out, err } of cases) {
    it(`${args.join(' ')} ends with ${code}`, () => {
      const result = runTsprom(args, { cwd: directory });
      assert.equal(result.code, code, result.stderr);
      if (out !== undefined) assert.match(result.stdout, out);
      if (err !== undefined) assert.match(result.stderr, err);
    });
  }

  it('prints JSON that says everything', () => {
    const { stdout, code } = runTsprom(['tsdb', 'verify', 'damaged', '--json'], { cwd: directory });
    assert.equal(code, 5);
    const report = JSON.parse(stdout) as { counts: { damage: number }; findings: { severity: string }[] };
    assert.equal(
      report.findings.filter(({ severity }) => severity === 'damage').length,
      report.counts.damage,
    );
  });

  it('prints a list of reports for several paths', () => {
    const args = ['tsdb', 'wal', 'verify', 'sound', 'damaged/wal', '--json'];
    const { stdout, code } = runTsprom(args, { cwd: directory });
    assert.equal(code, 5);
    const reports = JSON.parse(stdout) as { path: string; kind: string; counts: { damage: number } }[];
    assert.deepEqual(
      reports.map(({ path: named, kind, counts }) => [named, kind, counts.damage > 0]),
      [
        ['sound', 'data', false],
        ['damaged/wal', 'wal', true],
      ],
    );
  });
});
