/** All recorded queries of the corpus through the running server, on the servers that their recordings name. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, cpSync, mkdtempSync, openSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { freePort, nodePath, Program, tsprom } from '../support/programs.js';
import { sharedPath } from '../support/shared.js';

interface Difference {
  readonly id: string;
  readonly set: string;
  /** Stands in the case's path and query. */
  readonly query: string;
}

const differences = JSON.parse(
  readFileSync('test/differences/recorded-queries.json', 'utf8'),
) as readonly Difference[];

const language = ['experimental-functions', 'extended-range-selectors', 'binop-fill-modifiers'].map(
  (name) => `promql-${name}`,
);
const starts = ['st-storage', 'histograms-st-encoding', 'use-start-timestamps'];

interface Server {
  readonly set: string;
  readonly features: readonly string[];
  readonly config?: string;
  /** Below the corpus, in place of the set's own. */
  readonly queries?: string;
}

const servers: readonly Server[] = [
  ...['capture-main', 'capture-ooo', 'awkward-block'].flatMap((set) => [
    { set, features: language },
    { set, features: [...language, 'promql-delayed-name-removal'] },
    { set, features: [] },
  ]),
  { set: 'capture-v3', features: ['exemplar-storage', ...language] },
  {
    set: 'capture-v3',
    features: ['exemplar-storage', ...language, ...starts],
    config: 'replay-prometheus-st.yml',
  },
  { set: 'capture-v3', features: ['exemplar-storage', ...language, 'promql-delayed-name-removal'] },
  { set: 'capture-v3', features: ['exemplar-storage'] },
  {
    set: 'capture-v3-snapshot',
    features: [
      ...['exemplar-storage', 'memory-snapshot-on-shutdown', 'promql-experimental-functions'],
      ...starts,
    ],
  },
  {
    set: 'capture-main',
    features: ['promql-experimental-functions'],
    queries: 'promql-compliance/recorded-on-capture-main.jsonl.gz',
  },
];

function filesOf({ set, queries }: Server): string[] {
  if (queries !== undefined) return [sharedPath('corpus', queries) as string];
  const directory = sharedPath('corpus', 'tsdb', set, 'queries') as string;
  return readdirSync(directory)
    .filter((name) => name.endsWith('.gz'))
    .map((name) => path.join(directory, name));
}

/** What the corpus' runner prints: a line each failure, then the sums. Into a file: it ends before a pipe is read. */
async function replayed(into: string, url: string, server: Server): Promise<string> {
  const runner = sharedPath('corpus', 'replay.mjs') as string;
  const args = ['--url', url, '--features', server.features.join() || 'none', '--fails', '100000'];
  const output = openSync(into, 'w');
  const child = spawn(nodePath, [runner, ...args, ...filesOf(server)], { stdio: ['ignore', output, output] });
  const [code] = (await once(child, 'exit')) as [number | null];
  closeSync(output);
  const text = readFileSync(into, 'utf8');
  // 1 where a case failed, or none is for this server.
  assert.ok(code === 0 || code === 1, text.slice(-2000));
  return text;
}

describe('recorded queries', function () {
  this.timeout(600_000);
  let root = '';
  before(function () {
    if (sharedPath('corpus', 'replay.mjs') === undefined) this.skip();
  });
  beforeEach(() => {
    root = mkdtempSync(path.join(tmpdir(), 'recorded-'));
  });
  afterEach(() => rmSync(root, { recursive: true, force: true }));

  for (const server of servers) {
    const { set, features, config = 'replay-prometheus.yml', queries } = server;
    it(`${queries ?? set} with ${features.join(', ') || 'no feature'}`, async () => {
      const from = sharedPath('corpus', 'tsdb', set) as string;
      const data = path.join(root, 'data');
      cpSync(path.join(from, 'data'), data, { recursive: true });
      const address = `127.0.0.1:${await freePort()}`;
      const program = new Program([
        ...tsprom,
        'server',
        `--config.file=${path.join(from, config)}`,
        `--storage.tsdb.path=${data}`,
        `--web.listen-address=${address}`,
        '--storage.tsdb.retention.time=100y',
        ...(features.length === 0 ? [] : [`--enable-feature=${features.join()}`]),
      ]);
      try {
        await program.ready(`http://${address}/-/ready`, 60_000);
        const output = await replayed(path.join(root, 'output'), `http://${address}`, server);
        const known = differences.filter((each) => each.set === set);
        const failures = output.split('\n').filter((line) => line.startsWith('FAIL'));
        const unknown = failures.filter((line) => !known.some(({ query }) => line.includes(query)));
        assert.deepEqual(unknown.slice(0, 20), []);
        const [sums = ''] = /^\d+ passed.*$/m.exec(output) ?? [];
        assert.notEqual(sums, '', output.slice(-1000));
        process.stdout.write(`      ${sums}, of these known as differences: ${failures.length}\n`);
      } finally {
        await program.stop('SIGTERM');
      }
    });
  }
});
