import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { type CommandResult, freePort, Program, tsprom } from '../support/programs.js';
import { temporaryDirectory, writeDataDirectory, writeSampleBlock } from './sample-directory.js';

interface Example {
  readonly description: string;
  readonly command: string;
}

const manifest = JSON.parse(readFileSync('oclif.manifest.json', 'utf8')) as {
  readonly commands: Readonly<Record<string, { readonly examples: readonly Example[] }>>;
};

/** What a user types. */
function lineOf(command: string, id: string, port: number): string {
  return command
    .replaceAll('<%= config.bin %>', 'tsprom')
    .replaceAll('<%= command.id %>', id.replaceAll(':', ' '))
    .replaceAll(/\b(localhost|127\.0\.0\.1):9090\b/g, `$1:${port}`);
}

/** The line's words after `tsprom`, as a shell splits them. */
function wordsOf(line: string): string[] {
  const words = line.match(/"[^"]*"|'[^']*'|\S+/g) ?? [];
  assert.equal(words[0], 'tsprom');
  return words.slice(1).map((word) => word.replace(/^(["'])(.*)\1$/, '$2'));
}

/** Runs a line as a shell does that finds `tsprom`. */
function runLine(line: string, cwd: string): CommandResult {
  const found = `tsprom() { ${tsprom.map((word) => `'${word}'`).join(' ')} "$@"; }`;
  const { status, stdout, stderr } = spawnSync('sh', ['-c', `${found}\n${line}`], {
    cwd,
    encoding: 'utf8',
    timeout: 60_000,
    env: { ...process.env, NO_COLOR: '1', FORCE_COLOR: undefined },
  });
  return { code: status, stdout, stderr };
}

/** Files that examples name. */
const files: Readonly<Record<string, string>> = {
  'prometheus.yml': 'scrape_configs:\n- job_name: a\n  static_configs: [{targets: ["a:1"]}]\n',
  'rules.test': 'load 1m\n  a 0+1x10\n\neval instant at 10m rate(a[5m])\n  {} 0.016666666666666666\n',
  'queries.test': 'eval instant at 0 1 + 1\n  2\n',
  'query.promql': '# Requests by job.\nsum by (job) (rate(http_requests_total[5m]))\n',
};

/** What README.md shows of files looked at offline. */
function offlineCommands(): string[] {
  const section = readFileSync('README.md', 'utf8').split('\n## Look into files offline\n')[1] ?? '';
  const lines = (section.split('\n## ')[0] ?? '').split('\n').filter((line) => line.startsWith('tsprom '));
  assert.ok(lines.length > 0);
  return lines;
}

describe('commands: the examples of their help', () => {
  const directory = temporaryDirectory();
  let port = 0;
  let server: Program;

  before(async () => {
    const now = Date.now();
    const points = Array.from({ length: 60 }, (_, i) => [now - (60 - i) * 15_000, i] as const);
    await writeDataDirectory(path.join(directory, 'data'), [
      { labels: { __name__: 'up', instance: 'localhost:9090', job: 'tsprom' }, points },
      { labels: { __name__: 'node_cpu_seconds_total', cpu: '0', mode: 'user' }, points },
    ]);
    for (const [name, text] of Object.entries(files)) writeFileSync(path.join(directory, name), text);
    await writeSampleBlock(path.join(directory, 'data'), now - 4 * 3_600_000);
    port = await freePort();
    server = new Program([...tsprom, 'server', `--web.listen-address=0.0.0.0:${port}`], { cwd: directory });
    await server.ready(`http://127.0.0.1:${port}/-/ready`);
  });

  after(async () => {
    await server.stop();
    rmSync(directory, { recursive: true, force: true });
  });

  /** In the server's directory, or in a copy for what wants a directory that no server has. */
  function succeeds(line: string): void {
    let cwd = directory;
    const words = wordsOf(line);
    if (words[0] === 'tsdb' && (words[1] === 'snapshot' || words.includes('--in-place'))) {
      cwd = mkdtempSync(path.join(directory, 'copy-'));
      cpSync(path.join(directory, 'data'), path.join(cwd, 'data'), { recursive: true });
    }
    const { code, stdout, stderr } = runLine(line, cwd);
    assert.equal(code, 0, stderr);
    assert.notEqual(stdout.trim(), '', stderr);
  }

  for (const command of offlineCommands())
    it(`README, offline: ${command}`, () => succeeds(lineOf(command, '', port)));

  for (const [id, { examples }] of Object.entries(manifest.commands)) {
    for (const { command, description } of examples) {
      it(`${id}: ${description}`, async () => {
        const line = lineOf(command, id, port);
        if (id === 'server') await startsAndStops(wordsOf(line));
        else succeeds(line);
      });
    }
  }
});

/** A server's example runs until it is stopped. */
async function startsAndStops(words: readonly string[]): Promise<void> {
  const directory = temporaryDirectory();
  const port = await freePort();
  const own = words.map((word) => word.replace(/^(--web\.listen-address=).*/, `$1127.0.0.1:${port}`));
  if (own.every((word) => !word.startsWith('--web.listen-address'))) {
    own.push(`--web.listen-address=127.0.0.1:${port}`);
  }
  if (own.some((word) => word.startsWith('--config.file'))) {
    writeFileSync(path.join(directory, 'prometheus.yml'), 'scrape_configs: []\n');
  }
  const server = new Program([...tsprom, ...own], { cwd: directory });
  try {
    await server.ready(`http://127.0.0.1:${port}/-/ready`);
    assert.equal(await server.stop(), 0, server.output);
    assert.notEqual(server.output, '');
  } finally {
    await server.stop('SIGKILL');
    rmSync(directory, { recursive: true, force: true });
  }
}
