import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import parquet from 'parquetjs-lite';
import { runTsprom, tsprom } from '../support/programs.js';
import { sharedPath } from '../support/shared.js';
import { withoutTies } from '../tsdb/inspect/corpus-cases.js';
import { temporaryDirectory } from './sample-directory.js';

interface RecordedRun {
  readonly id: string;
  readonly args: readonly string[];
  readonly exit: number;
  readonly stdout: string;
  readonly stderr: string;
}

const inspecting = new Set(['list', 'analyze', 'dump', 'dump-openmetrics']);
const listLimit = 20;

function recordedRuns(): readonly RecordedRun[] {
  const file = sharedPath('corpus', 'api', 'promtool', 'cli.jsonl');
  if (file === undefined) return [];
  return readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as RecordedRun)
    .filter(
      ({ args }) =>
        args[0] === 'tsdb' &&
        inspecting.has(args[1] ?? '') &&
        !args.some((arg) => arg === '--help' || /^out\d/.test(arg)),
    );
}

/** Of promtool's own words on stderr, those that a script may look for. */
function upstreamText({ stderr }: RecordedRun): string {
  return stderr.startsWith('promtool: error: enum') ? 'bogus' : stderr.trim();
}

describe('tsprom tsdb list, analyze, dump, dump-openmetrics', () => {
  const directory = temporaryDirectory();
  const awkward = sharedPath('corpus', 'tsdb', 'awkward-block', 'data');
  const ooo = sharedPath('corpus', 'tsdb', 'capture-ooo', 'data');

  before(function () {
    if (awkward === undefined || ooo === undefined) this.skip();
    mkdirSync(path.join(directory, 'tsdb'));
    cpSync(awkward, path.join(directory, 'tsdb', 'awkward'), { recursive: true });
    mkdirSync(path.join(directory, 'tsdb', 'awkward', 'wal'));
    symlinkSync(ooo, path.join(directory, 'tsdb', 'ooo'));
  });
  after(() => rmSync(directory, { recursive: true, force: true }));

  for (const run of recordedRuns()) {
    const { id, args, exit, stdout } = run;
    it(`does what promtool does: ${id} ${args.join(' ')}`, () => {
      const found = runTsprom(args, { cwd: directory });
      const limit = Number(/--limit=(\d+)/.exec(args.join(' '))?.[1] ?? listLimit);
      const neutral = (text: string): string => (args[1] === 'analyze' ? withoutTies(text, limit) : text);
      assert.equal(neutral(found.stdout), neutral(stdout), found.stderr);
      assert.equal(found.code, exit, found.stderr);
      assert.ok(
        found.stderr.replaceAll('"', '').includes(upstreamText(run).replaceAll('"', '')),
        found.stderr,
      );
    });
  }

  it('takes flags before, between and behind the arguments', () => {
    const block = '01M81GCH83Y1QKQEV6DDQA29QR';
    const spellings = [
      ['--limit', '2', '--match', '{grp="a"}', 'tsdb/awkward', block],
      ['tsdb/awkward', '--limit=2', block, '--match={grp="a"}'],
      ['tsdb/awkward', block, '--match', '{grp="a"}', '--limit', '2', '--no-extended'],
    ];
    const texts = spellings.map((args) => runTsprom(['tsdb', 'analyze', ...args], { cwd: directory }));
    for (const { code, stdout, stderr } of texts) {
      assert.equal(code, 0, stderr);
      assert.equal(stdout, texts[0]?.stdout);
      assert.match(stdout, /Matched series: 200\n/);
    }
    const dumps = [
      ['--match', 'awk_constant', '--match', 'awk_span', 'tsdb/awkward'],
      ['tsdb/awkward', '--match=awk_span', '--match=awk_constant'],
    ].map((args) => runTsprom(['tsdb', 'dump', ...args], { cwd: directory }).stdout);
    assert.equal(dumps[0], dumps[1]);
    assert.match(dumps[0] as string, /awk_constant.*awk_span/s);
  });

  it('dumps JSON, a series a line, and CSV', () => {
    const json = runTsprom(['tsdb', 'dump', 'tsdb/awkward', '--json', '--match', 'awk_values'], {
      cwd: directory,
    });
    const series = json.stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { metric: object; values: unknown[] });
    assert.equal(series.length, 16);
    assert.deepEqual(series[3], {
      metric: { __name__: 'awk_values', i: '03' },
      values: [[1700000122.5, '-0']],
    });
    const csv = runTsprom(['tsdb', 'dump', '-o', 'csv', 'tsdb/awkward', '--match', 'awk_values'], {
      cwd: directory,
    });
    const lines = csv.stdout.split('\n');
    assert.equal(lines[0], 'series,value,timestamp');
    assert.equal(lines[4], '"{__name__=""awk_values"", i=""03""}",-0,1700000122500');
  });

  it('writes lists as JSON, CSV and Parquet that say the same', async () => {
    const inside = { cwd: directory };
    const json = JSON.parse(runTsprom(['tsdb', 'list', 'tsdb/ooo', '--json'], inside).stdout) as Record<
      string,
      unknown
    >[];
    const [head, ...lines] = runTsprom(['tsdb', 'list', 'tsdb/ooo', '-o', 'csv'], inside)
      .stdout.trim()
      .split('\n');
    const names = Object.keys(json[0] ?? {});
    assert.equal(head, names.join(','));
    assert.deepEqual(
      lines,
      json.map((row) => Object.values(row).join(',')),
    );
    const written = runTsprom(['tsdb', 'list', 'tsdb/ooo', '-o', 'parquet', '--out', 'list.parquet'], inside);
    assert.deepEqual([written.code, written.stdout], [0, ''], written.stderr);
    assert.deepEqual(await parquetRows(path.join(directory, 'list.parquet')), json);
    runTsprom(
      ['tsdb', 'analyze', 'tsdb/ooo', '--extended', '-o', 'parquet', '--out', 'analysis.parquet'],
      inside,
    );
    const rows = await parquetRows(path.join(directory, 'analysis.parquet'));
    const analyzed = runTsprom(
      ['tsdb', 'analyze', 'tsdb/ooo', '--extended', '--format=csv', '--out=a.csv'],
      inside,
    );
    assert.deepEqual([analyzed.code, analyzed.stdout], [0, ''], analyzed.stderr);
    const csv = readFileSync(path.join(directory, 'a.csv'), 'utf8').trim().split('\n').slice(1);
    const last = csv.at(-1)?.split(',') ?? [];
    assert.ok(rows.length > 30);
    assert.deepEqual(rows.at(-1), { list: last[0], key: last[1], count: Number(last[2]) });
  });

  it('prints what can be read of a damaged block, names the damage and exits with 1', () => {
    const damaged = path.join(directory, 'damaged');
    cpSync(path.join(directory, 'tsdb', 'awkward'), damaged, { recursive: true });
    const whole = runTsprom(['tsdb', 'dump', 'damaged'], { cwd: directory }).stdout.split('\n');
    const file = path.join(damaged, '01M81GCHK2EV5YZWTD5R1GES9R', 'chunks', '000001');
    const bytes = readFileSync(file);
    bytes[200] = (bytes[200] as number) ^ 0xff;
    writeFileSync(file, bytes);
    const { code, stdout, stderr } = runTsprom(['tsdb', 'dump', 'damaged'], { cwd: directory });
    assert.equal(code, 1);
    assert.match(
      stderr,
      /^error: corruption in "damaged\/01M81GCHK2EV5YZWTD5R1GES9R\/chunks\/000001" at offset \d+: .*\n$/,
    );
    const left = stdout.split('\n');
    const known = new Set(whole);
    assert.ok(
      left.length < whole.length && left.length > whole.length - 130,
      `${left.length} of ${whole.length}`,
    );
    assert.ok(left.every((line) => known.has(line)));
    const index = path.join(damaged, '01M81GCHTQW1PZ8VY1VRE9Q9D2', 'index');
    const entries = readFileSync(index);
    const firstEntry = 16 * Math.ceil(Number(entries.readBigUInt64BE(entries.length - 44)) / 16);
    entries[firstEntry + 4] = (entries[firstEntry + 4] as number) ^ 0xff;
    writeFileSync(index, entries);
    const others = runTsprom(['tsdb', 'dump', 'damaged'], { cwd: directory });
    assert.equal(others.code, 1);
    assert.match(others.stderr, /01M81GCHTQW1PZ8VY1VRE9Q9D2\/index" at offset \d+: /);
    assert.equal(others.stdout.split('\n').length, left.length - 4);
    writeFileSync(path.join(damaged, '01M81GCHC6CJ5F4TV0NJSPMTW3', 'index'), 'no index');
    const without = runTsprom(['tsdb', 'dump', 'damaged'], { cwd: directory });
    assert.equal(without.code, 1);
    assert.match(without.stderr, /01M81GCHC6CJ5F4TV0NJSPMTW3/);
    assert.ok(without.stdout.split('\n').every((line) => known.has(line)));
    const listed = runTsprom(['tsdb', 'list', 'damaged'], { cwd: directory });
    assert.deepEqual([listed.code, listed.stdout], [1, '']);
    assert.match(listed.stderr, /corrupted block 01M81GCHC6CJ5F4TV0NJSPMTW3: /);
  });

  it('ends quietly with 0 when the reader closes the pipe', async () => {
    const [node, program] = tsprom;
    const main = sharedPath('corpus', 'tsdb', 'capture-main', 'data') as string;
    const child = spawn(node, [program, 'tsdb', 'dump', main]);
    const exited = once(child, 'exit');
    let stderr = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
    });
    await once(child.stdout, 'data');
    child.stdout.destroy();
    const [status] = await exited;
    assert.deepEqual({ status, stderr }, { status: 0, stderr: '' });
  });
});

/** INT64 comes back as bigint or number. */
async function parquetRows(file: string): Promise<Record<string, unknown>[]> {
  const reader = await parquet.ParquetReader.openBuffer(readFileSync(file));
  const cursor = reader.getCursor();
  const rows: Record<string, unknown>[] = [];
  for (let row = await cursor.next(); row !== null; row = await cursor.next()) {
    const cells = Object.entries(row).map(([name, value]) => [
      name,
      typeof value === 'bigint' ? Number(value) : value,
    ]);
    rows.push(Object.fromEntries(cells) as Record<string, unknown>);
  }
  await reader.close();
  return rows;
}
