/** Random queries in the whole grammar against Prometheus 3.14 on the same data. SEED, COUNT and SHOW steer it. */
import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { seededRandom, systemClock, systemDisk } from '../../src/base/index.js';
import { openDatabase } from '../../src/tsdb/index.js';
import { kernelModule, sharedKernels } from '../support/kernels.js';
import { peerPath } from '../support/peers.js';
import { freePort, Program, tsprom } from '../support/programs.js';
import { type ApiAnswer, differenceOf } from '../support/queries/compare-answers.js';
import { dataEndMs, dataStartMs, writeQueryData } from '../support/queries/query-data.js';
import { TypedQueries } from '../support/queries/typed-queries.js';
import { type RunningPrometheus, runPrometheus } from '../support/run-prometheus.js';

const seed = Number(process.env.SEED ?? 20_261_123);
const count = Number(process.env.COUNT ?? 20_000);
const shown = Number(process.env.SHOW ?? 20);
const features = [
  'experimental-functions',
  'duration-expr',
  'extended-range-selectors',
  'binop-fill-modifiers',
];
const featureFlag = `--enable-feature=${features.map((name) => `promql-${name}`).join()}`;

interface Difference {
  readonly id: string;
  /** Regular expressions: of the query, and of what is told to differ. */
  readonly query: string;
  readonly told: string;
}

const known = JSON.parse(
  readFileSync('test/differences/generated-queries.json', 'utf8'),
) as readonly Difference[];

interface Question {
  readonly path: string;
  readonly form: Readonly<Record<string, string>>;
}

async function ask(url: string, { path: endpoint, form }: Question): Promise<ApiAnswer> {
  const answer = await fetch(`${url}/api/v1/${endpoint}`, {
    method: 'POST',
    body: new URLSearchParams(form),
  });
  return (await answer.json()) as ApiAnswer;
}

describe(`generated queries (seed ${seed}, ${count})`, function () {
  this.timeout(0);
  const prometheus = peerPath('prometheus');
  let root = '';
  let peer: RunningPrometheus | undefined;
  let server: Program | undefined;
  let url = '';

  before(async function () {
    if (prometheus === undefined) {
      process.stdout.write('      no prometheus 3.14 found\n');
      this.skip();
    }
    root = mkdtempSync(path.join(tmpdir(), 'queries-'));
    const directory = path.join(root, 'ours');
    const database = await openDatabase({
      directory,
      disk: systemDisk,
      clock: systemClock,
      kernelModule: await kernelModule(),
      readerKernels: await sharedKernels(),
      minBlockDurationMs: 24 * 3_600_000,
      maxBlockDurationMs: 24 * 3_600_000,
    });
    await writeQueryData(database, seed);
    await database.close();
    cpSync(directory, path.join(root, 'theirs'), { recursive: true });
    peer = await runPrometheus(prometheus, path.join(root, 'theirs'), [featureFlag]);
    const version = (await (await fetch(`${peer.url}/api/v1/status/buildinfo`)).json()) as {
      data: { version: string };
    };
    process.stdout.write(`      against Prometheus ${version.data.version}\n`);
    assert.match(version.data.version, /^3\.14\./);
    const config = path.join(root, 'empty.yml');
    writeFileSync(config, '');
    const address = `127.0.0.1:${await freePort()}`;
    url = `http://${address}`;
    server = await new Program([
      ...tsprom,
      'server',
      `--config.file=${config}`,
      `--storage.tsdb.path=${directory}`,
      `--web.listen-address=${address}`,
      '--storage.tsdb.retention.time=100y',
      '--enable-feature=promql-experimental-functions,promql-extended-range-selectors,promql-binop-fill-modifiers',
    ]).ready(`${url}/-/ready`);
  });
  after(async () => {
    await peer?.stop();
    await server?.stop('SIGTERM');
    rmSync(root, { recursive: true, force: true });
  });

  it('are answered as Prometheus answers them', async () => {
    const random = seededRandom(seed);
    const [floats, histograms] = [new TypedQueries(random, false), new TypedQueries(random, true)];
    let errors = 0;
    let empty = 0;
    let differences = 0;
    const matched = new Map<string, number>();
    for (let i = 0; i < count; i++) {
      const question = questionOf((i % 2 === 0 ? floats : histograms).query(), random.float(), i);
      const [want, got] = await Promise.all([
        ask((peer as RunningPrometheus).url, question),
        ask(url, question),
      ]);
      if (want.status === 'error') errors++;
      else if (Array.isArray(want.data?.result) && want.data.result.length === 0) empty++;
      const { query = '' } = question.form;
      const told = differenceOf(want, got, question.path === 'query' && /^sort/.test(query));
      if (told === undefined) continue;
      const id = known.find(
        (each) => new RegExp(each.query).test(query) && new RegExp(each.told).test(told),
      )?.id;
      if (id !== undefined) matched.set(id, (matched.get(id) ?? 0) + 1);
      else if (++differences <= shown) {
        process.stdout.write(
          `      ${i} ${question.path} ${JSON.stringify(question.form)}\n        ${told.slice(0, 600)}\n`,
        );
      }
    }
    const list = [...matched].map(([id, times]) => `${id} ${times}`).join(', ');
    process.stdout.write(
      `      ${count} queries, ${errors} errors, ${empty} empty, ${differences} differ; known: ${list || 'none'}\n`,
    );
    assert.equal(differences, 0);
    assert.ok(errors <= 0.05 * count, `${errors} errors`);
  });
});

function questionOf(query: string, place: number, i: number): Question {
  const at = Math.round(dataStartMs + place * (dataEndMs - dataStartMs));
  if (i % 4 < 2) return { path: 'query', form: { query, time: String(at / 1000) } };
  const step = [15, 60, 47, 300][(i >> 2) % 4] as number;
  const end = Math.min(dataEndMs, at + 20 * step * 1000);
  return {
    path: 'query_range',
    form: { query, start: String(at / 1000), end: String(end / 1000), step: String(step) },
  };
}
