import assert from 'node:assert/strict';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { serverFlags } from '../../src/server/index.js';
import { freePort, Program, tsprom } from '../support/programs.js';
import { temporaryDirectory } from './sample-directory.js';

interface UpstreamFlag {
  readonly name: string;
  readonly kind: string;
  readonly mode: string;
  readonly isHidden: boolean;
  readonly defaultText: string;
}

const upstream: readonly UpstreamFlag[] = readFileSync('fixtures/cli/prometheus-flags.txt', 'utf8')
  .split('\n')
  .filter((line) => line !== '' && !line.startsWith('#'))
  .map((line) => {
    const [name = '', kind = '', mode = '', shown = '', defaultText = ''] = line.split('\t');
    return { name, kind, mode, isHidden: shown === 'hidden', defaultText };
  });

/** Flags that mean something else than the others, so that their default is the absence. */
const absentByDefault = new Set(['write-documentation']);

describe('commands: flags of prometheus 3.14', () => {
  it('are all there, of the same kind, and few but these', () => {
    const own = new Map(serverFlags.map((flag) => [flag.name, flag]));
    for (const { name, kind, mode } of upstream) {
      const flag = own.get(name);
      assert.ok(flag, `--${name} is missing`);
      assert.equal(flag.kind === 'boolean' ? 'boolean' : 'value', kind, `--${name}`);
      assert.equal(flag.effect === 'agent', mode === 'agent', `--${name}`);
      own.delete(name);
    }
    const ours = [
      'query.max-memory',
      'storage.head.max-memory',
      'storage.tsdb.read-only',
      'storage.tsdb.wal-sync',
    ];
    assert.deepEqual([...own.keys()].sort(), ours);
  });

  it('may all be set to their defaults: the server starts and names those without effect once', async () => {
    const directory = temporaryDirectory();
    const port = await freePort();
    writeFileSync(path.join(directory, 'prometheus.yml'), 'scrape_configs: []\n');
    const given = upstream
      .filter(({ name, mode }) => mode !== 'agent' && !absentByDefault.has(name))
      .flatMap(({ name, kind, defaultText }, i): string[] => {
        if (name === 'web.listen-address') return [`--${name}=127.0.0.1:${port}`];
        if (kind === 'boolean') return [defaultText === 'true' ? `--${name}` : `--no-${name}`];
        return i % 2 === 0 ? [`--${name}=${defaultText}`] : [`--${name}`, defaultText];
      });
    const server = new Program([...tsprom, 'server', ...given], { cwd: directory });
    try {
      await server.ready(`http://127.0.0.1:${port}/-/ready`);
      const lines = server.output.split('\n').filter((line) => line.includes('Flags without effect'));
      assert.equal(lines.length, 1, server.output);
      for (const { name, effect } of serverFlags) {
        const isNamed = new RegExp(`--${name.replaceAll('.', '\\.')}[ "]`).test(lines[0] ?? '');
        const isWithout =
          (effect === 'pending' || effect === 'meaningless') && name !== 'storage.tsdb.wal-sync';
        assert.equal(isNamed, isWithout, `--${name}`);
      }
    } finally {
      assert.equal(await server.stop(), 0, server.output);
      rmSync(directory, { recursive: true, force: true });
    }
  });

  it('show the given values, and the defaults of the others, at /api/v1/status/flags', async () => {
    const directory = temporaryDirectory();
    const port = await freePort();
    writeFileSync(path.join(directory, 'p.yml'), 'scrape_configs: []\n');
    const flags = [`--web.listen-address=127.0.0.1:${port}`, '--config.file', 'p.yml', '--query.timeout=30s'];
    const server = new Program([...tsprom, 'server', ...flags], { cwd: directory });
    try {
      await server.ready(`http://127.0.0.1:${port}/-/ready`);
      const response = await fetch(`http://127.0.0.1:${port}/api/v1/status/flags`);
      const { data } = (await response.json()) as { data: Record<string, string> };
      assert.equal(data['query.timeout'], '30s');
      assert.equal(data['config.file'], 'p.yml');
      assert.equal(data['query.lookback-delta'], '5m');
    } finally {
      await server.stop();
      rmSync(directory, { recursive: true, force: true });
    }
  });
});
