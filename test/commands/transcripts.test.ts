import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { type CommandResult, runTsprom, tsprom } from '../support/programs.js';
import { assertGolden } from './golden-file.js';
import { fixedSeries, temporaryDirectory, writeDataDirectory } from './sample-directory.js';

const at = ['--data-dir', 'data', '--time', '2026-01-31T12:30:00Z'];
const range = ['--data-dir', 'data', '--start', '2026-01-31T12:00:00Z', '--end', '2026-01-31T13:00:00Z'];

/** Golden files by name; each holds the transcripts of some command lines. */
const transcripts: Readonly<Record<string, readonly (readonly string[])[]>> = {
  'usage.txt': [
    ['promql', 'evil'],
    ['scrap'],
    ['eval', '1'],
    ['nothing-like-it'],
    ['promql', 'eval'],
    ['promql', 'eval', '1', '2'],
    ['promql', 'eval', '1', '--ulr', 'localhost'],
    ['promql', 'eval', '1', '--url'],
    ['promql', 'eval', '1', '--format', 'xml'],
    ['promql', 'eval', '1', '--url', 'localhost', '--data-dir', 'data'],
    ['promql', 'eval', '1', '--start', '-1h'],
    ['promql', 'eval', '1', '--time', 'yesterday'],
    ['promql', 'eval', '1', '--start', '-1h', '--step', 'often'],
    ['promql', 'eval', '1', '--start', '-1h', '--step', '0'],
    ['promql', 'eval', '1', '--start', '100', '--end', '50', '--step', '1'],
    ['scrape'],
    ['scrape', 'localhost', '--timeout', 'soon'],
    ['--bogus'],
    ['server', '--web.listen-adress=:1'],
    ['server', '--log.level=loud'],
    ['server', '--query.timeout=soon'],
    ['server', '--storage.tsdb.wal-segment-size=1MB'],
    ['server', '--storage.agent.path=x'],
    ['server', '--agent'],
    ['server', 'extra'],
  ],
  'help.txt': [
    ['--help'],
    ['promql', '--help'],
    ['promql', 'eval', '--help'],
    ['promql', 'test', '--help'],
    ['scrape', '-h'],
  ],
  'server-help.txt': [['help', 'server']],
  'bad-queries.txt': [
    ['promql', 'eval', 'up{'],
    ['promql', 'eval', 'sum(\n  rate(x[5m])\n) by (a b)'],
    ['promql', 'eval', '\t\tsum(x))'],
    ['promql', 'eval', '{"ü漢"="x"} +* 3'],
    ['promql', 'eval', '{"\u{1f600}"} $'],
    ['promql', 'eval', 'rate(up)'],
    ['promql', 'eval', 'a\r\n+ +* b'],
    ['promql', 'eval', `${'a + '.repeat(100)}) + b`],
    ['promql', 'eval', 'x\u001b[31m$'],
    ['promql', 'eval', ''],
  ],
  'promql.txt': [
    [
      'promql',
      'format',
      '# Errors.\nsum by (job) (rate(http_requests_total{code=~"5.."}[5m])) # failed\n/ rate(x[5m])',
    ],
    ['promql', 'format', 'sum(up'],
    ['promql', 'parse', '-1 ^ up{job="a"}'],
    ['promql', 'parse', 'up{'],
    ['promql', 'label-matchers', 'set', 'rate(a[5m]) / b{job="x"}', 'job', 'node'],
    ['promql', 'label-matchers', 'set', '-t', '=~', 'a', 'job', '('],
    ['promql', 'label-matchers', 'delete', 'rate(a{job="x"}[5m]) / b{job="x",c="d"}', 'job'],
    ['promql', 'test', 'scripts/good.test'],
    ['promql', 'test', 'scripts/good.test', 'scripts/failing.test', 'scripts/bad.test', 'scripts/empty.test'],
    ['promql', 'test', 'scripts/failing.test', '-o', 'json'],
    ['promql', 'test', 'scripts/good.test', '--storage', 'tsdb'],
    ['promql', 'test', 'scripts/absent.test'],
    ['promql', 'test'],
  ],
  'unreachable.txt': [
    ['promql', 'eval', 'up', '--url', 'http://127.0.0.1:1'],
    ['promql', 'eval', 'up', '--url', 'not a url'],
    ['promql', 'eval', 'up', '--data-dir', 'absent'],
    ['promql', 'eval', 'up', '--data-dir', 'empty'],
    ['scrape', '127.0.0.1:1'],
    ['scrape', 'http://:bad:'],
  ],
  'formats.txt': [
    ['promql', 'eval', '2 ^ 10'],
    ['promql', 'eval', '-1'],
    ['promql', 'eval', '"text"'],
    ['promql', 'eval', 'vector(1) / 0', '--time', '0', '-o', 'json'],
    ['promql', 'eval', 'up', ...at],
    ['promql', 'eval', 'up', ...at, '--json'],
    ['promql', 'eval', '{job!="node"}', ...at, '-o', 'csv'],
    ['promql', 'eval', '{"my.metric"}', ...at],
    ['promql', 'eval', 'up[2m]', ...at, '-o', 'table'],
    ['promql', 'eval', 'rate(http_requests_total[5m])', ...range, '--step', '30m', '-o', 'table'],
    ['promql', 'eval', 'rate(http_requests_total[5m])', ...range, '--step', '30m', '-o', 'json'],
    ['promql', 'eval', 'rate(http_requests_total[5m])', ...range, '--step=1800', '-o', 'csv'],
  ],
  'charts.txt': [
    ['promql', 'eval', 'temperature_celsius', ...range, '--step', '1m'],
    ['promql', 'eval', 'up', ...range, '--step', '1m'],
    ['promql', 'eval', 'temperature_celsius - temperature_celsius', ...range, '--step', '1m'],
    ['promql', 'eval', '{"my.metric"}', ...range, '--step', '1m'],
  ],
  'empty.txt': [
    ['promql', 'eval', 'upp', ...at],
    ['promql', 'eval', 'http_requests', ...at],
    ['promql', 'eval', 'zzz', ...at],
    ['promql', 'eval', 'up{job="nod"}', ...at],
    ['promql', 'eval', 'rate(http_requests_total{code=~"4.."}[5m])', ...at],
    ['promql', 'eval', 'up{room="x"}', ...at],
    ['promql', 'eval', 'up{instance="a:9100",job!="node"}', ...at],
    ['promql', 'eval', 'http_requests_total{code="200",job="api"} and up', ...at],
    ['promql', 'eval', '{room="Küche"}', ...at],
    ['promql', 'eval', 'up{job="x"} + zzz', ...at],
    ['promql', 'eval', 'up', '--data-dir', 'data', '--time', '2026-02-28T00:00:00Z'],
    ['promql', 'eval', 'up > 5', ...at, '-o', 'csv'],
    ['promql', 'eval', 'up', '--time', '0', '--json'],
    ['promql', 'eval', 'zzz', ...range, '--step', '1m'],
  ],
};

function transcript(args: readonly string[], { code, stdout, stderr }: CommandResult): string {
  const shown = args.map((arg) => (/^[\w./:=@-]+$/.test(arg) ? arg : JSON.stringify(arg))).join(' ');
  const said = stderr === '' ? '' : `--- stderr\n${stderr}`;
  return `$ tsprom ${shown}\n${stdout}${said}[exit ${code}]\n`;
}

describe('commands: transcripts', () => {
  const directory = temporaryDirectory();

  before(async () => {
    await writeDataDirectory(path.join(directory, 'data'), fixedSeries());
    mkdirSync(path.join(directory, 'empty'));
    cpSync(path.resolve('fixtures', 'promqltest'), path.join(directory, 'scripts'), { recursive: true });
  });
  after(() => rmSync(directory, { recursive: true, force: true }));

  for (const [name, commands] of Object.entries(transcripts)) {
    it(`${name}: ${commands.length} command lines`, () => {
      const texts = commands.map((args) => transcript(args, runTsprom(args, { cwd: directory })));
      const version = /tsprom\/\S+ \S+ node-\S+/g;
      assertGolden(name, texts.join('\n').replaceAll(version, 'tsprom/VERSION PLATFORM RUNTIME'));
    });
  }

  it('takes flags before, between and behind the arguments, in every spelling', () => {
    const flags = [
      ['--no-color', 'promql', 'eval', 'time()', '--time', '5', '-o', 'json'],
      ['promql', 'eval', '--time', '5', 'time()', '--json'],
      ['promql', 'eval', '--time=5', '-o', 'json', 'time()'],
      ['promql', 'eval', '-o=json', '--time=5', '--', 'time()'],
      ['promql', 'eval', 'time()', '--format=json', '--time', '5', '--no-color'],
    ];
    for (const args of flags) {
      const { stdout, stderr } = runTsprom(args);
      assert.equal(stdout, '{"resultType":"scalar","result":[5,"5"]}\n', `${args.join(' ')}\n${stderr}`);
    }
  });

  const escapeStart = '\u001b[';
  const colours: readonly { name: string; env: NodeJS.ProcessEnv; args?: string[]; coloured: boolean }[] = [
    { name: 'none without a terminal', env: { NO_COLOR: '' }, coloured: false },
    { name: 'FORCE_COLOR', env: { NO_COLOR: '', FORCE_COLOR: '1' }, coloured: true },
    { name: 'FORCE_COLOR=0', env: { NO_COLOR: '', FORCE_COLOR: '0' }, coloured: false },
    { name: 'NO_COLOR', env: { NO_COLOR: '1' }, coloured: false },
    { name: '--no-color', env: { NO_COLOR: '', FORCE_COLOR: '1' }, args: ['--no-color'], coloured: false },
  ];
  for (const { name, env, args = [], coloured } of colours) {
    it(`colours: ${name}`, () => {
      const { stderr } = runTsprom(['promql', 'eval', 'up{', ...args], { env });
      assert.equal(stderr.includes(escapeStart), coloured, JSON.stringify(stderr));
    });
  }

  it('ends quietly with 0 when the reader closes the pipe', async () => {
    const [node, program] = tsprom;
    const range = ['--start', '0', '--end', '200000', '--step', '1'];
    const child = spawn(node, [program, 'promql', 'eval', 'time()', ...range, '-o', 'csv']);
    const exited = once(child, 'exit');
    let stderr = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
    });
    const [first] = (await once(child.stdout, 'data')) as [Buffer];
    child.stdout.destroy();
    const [status] = await exited;
    assert.match(first.toString(), /^timestamp,value\n/);
    assert.deepEqual({ status, stderr }, { status: 0, stderr: '' });
  });
});
