import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { systemClock, systemDisk } from '../../src/base/index.js';
import { Labels } from '../../src/model/index.js';
import { type Database, openDatabase } from '../../src/tsdb/index.js';
import { appendRows, integerHistogram, readAll } from '../storage/storage-samples.js';
import { kernelModule } from '../support/kernels.js';
import { peerPath } from '../support/peers.js';

const run = promisify(execFile);
const startMs = 1_700_000_000_000;
const commits = 3000;
const series = 20;

async function open(directory: string): Promise<Database> {
  return openDatabase({
    directory,
    disk: systemDisk,
    clock: systemClock,
    kernelModule: await kernelModule(),
    headMaxBytes: 128 << 20,
    maxExemplars: 1000,
    segmentSizeBytes: 4 * 32768,
  });
}

/** Floats in several segments, every series in all of them, and one of each kind of histogram. */
async function write(database: Database): Promise<void> {
  for (let commit = 0; commit < commits; commit++) {
    const appender = database.appender();
    for (let i = 0; i < series; i++) {
      const ref = appender.series(Labels.fromPairs('__name__', 'm', 'i', String(i), 'ü', 'ö'));
      appendRows(appender, [ref, startMs + commit * 1000, commit + i / 10]);
    }
    await appender.commit('scraped');
  }
  const appender = database.appender();
  const last = startMs + commits * 1000;
  const ref = appender.series(Labels.fromPairs('__name__', 'm', 'i', '0', 'ü', 'ö'));
  appendRows(appender, [ref, last, 'stale']);
  const kinds = [
    integerHistogram(),
    integerHistogram({ integer: false, count: 12.5, zeroCount: 2.5, counterResetHint: 'gauge' }),
    integerHistogram({
      schema: -53,
      zeroThreshold: 0,
      zeroCount: 0,
      positiveSpans: [{ offset: 0, length: 2 }],
      positiveBuckets: Float64Array.of(7, 5),
      customValues: Float64Array.of(0.5, 1),
    }),
  ];
  kinds.forEach((histogram, i) => {
    const histogramRef = appender.series(Labels.fromPairs('__name__', 'h', 'kind', String(i)));
    assert.equal(appender.appendHistogram({ ref: histogramRef, timestampMs: last, histogram }), 0);
  });
  appender.setMetadata(ref, { type: 'gauge', unit: '', help: 'A gauge.' });
  appender.appendExemplar(ref, {
    labels: Labels.fromPairs('trace_id', 'x'),
    value: 1,
    timestampMs: last,
    hasTimestamp: true,
  });
  await appender.commit('acknowledged');
}

async function dump(directory: string): Promise<string[]> {
  const promtool = peerPath('promtool') as string;
  const { stdout } = await run(promtool, ['tsdb', 'dump', directory], { maxBuffer: 2 ** 28 });
  return stdout.split('\n').filter((line) => line !== '');
}

async function countFloats(database: Database): Promise<number> {
  const found = await readAll(database, ['__name__=m']);
  return found.reduce((sum, [, rows]) => sum + rows.length, 0);
}

async function countDumped(directory: string): Promise<number> {
  return (await dump(directory)).filter((line) => line.startsWith('{__name__="m"')).length;
}

/** Prometheus 2 knows no histograms with custom buckets, and its promtool dumps none at all. */
async function isVersion2(): Promise<boolean> {
  const { stdout, stderr } = await run(peerPath('promtool') as string, ['--version']);
  return /version 2\./.test(stdout + stderr);
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address !== null ? address.port : 0;
}

/** Runs `use` against a real Prometheus on the directory; answers what it logged. */
async function withPrometheus(directory: string, use: (url: string) => Promise<void>): Promise<string> {
  const config = path.join(directory, '..', 'prometheus.yml');
  await writeFile(config, 'global: {}\n');
  const port = await freePort();
  const child = spawn(peerPath('prometheus') as string, [
    `--config.file=${config}`,
    `--storage.tsdb.path=${directory}`,
    '--storage.tsdb.retention.time=100y',
    `--web.listen-address=127.0.0.1:${port}`,
  ]);
  let log = '';
  child.stderr.on('data', (data) => {
    log += String(data);
  });
  const exited = once(child, 'exit');
  try {
    const url = `http://127.0.0.1:${port}`;
    for (let attempt = 0; ; attempt++) {
      const ready = await fetch(`${url}/-/ready`).then(
        (response) => response.ok,
        () => false,
      );
      if (ready) break;
      assert.ok(attempt < 150 && child.exitCode === null, log);
      await systemClock.sleep(100);
    }
    await use(url);
  } finally {
    child.kill('SIGTERM');
    await exited;
  }
  return log;
}

async function countOver(url: string, metric: string): Promise<number> {
  const query = new URLSearchParams({
    query: `sum(count_over_time(${metric}[2h]))`,
    time: String(startMs / 1000 + commits + 10),
  });
  const response = await fetch(`${url}/api/v1/query?${query}`);
  const body = (await response.json()) as { data: { result: { value: [number, string] }[] } };
  return Number(body.data.result[0]?.value[1] ?? 0);
}

describe('data directories shared with Prometheus', function () {
  this.timeout(60_000);
  let root = '';
  let directory = '';

  before(function () {
    if (peerPath('promtool') === undefined || peerPath('prometheus') === undefined) this.skip();
  });
  beforeEach(async () => {
    root = await mkdtemp(path.join(tmpdir(), 'tsprom-peers-'));
    directory = path.join(root, 'data');
  });
  afterEach(() => rm(root, { recursive: true }));

  it('promtool dumps every sample of a log that tsprom wrote', async () => {
    const database = await open(directory);
    await write(database);
    await database.close();
    assert.ok((await readdir(path.join(directory, 'wal'))).length > 3);
    const lines = await dump(directory);
    assert.equal(await countDumped(directory), commits * series + 1);
    const histograms = lines.filter((line) => line.includes('count:12')).length;
    assert.equal(histograms, (await isVersion2()) ? 0 : 3);
    assert.ok(lines.some((line) => line.includes('i="7"') && line.endsWith(` 41.7 ${startMs + 41_000}`)));
  });

  it('Prometheus starts on it without a complaint, adds to it, and tsprom reads what both wrote', async () => {
    const database = await open(directory);
    await write(database);
    await database.close();
    const log = await withPrometheus(directory, async (url) => {
      assert.equal(await countOver(url, 'm'), commits * series);
      assert.equal(await countOver(url, 'h'), (await isVersion2()) ? 2 : 3);
    });
    assert.doesNotMatch(log, /corrupt|repair|Unknown series|level=(WARN|ERROR) .*(wal|WAL)/);
    const again = await open(directory);
    assert.equal(again.stats.replay.corruptions + again.stats.replay.tornTails, 0);
    await again.close();
  });

  for (const [name, cutBytes] of [
    ['cut back after a crash', 700],
    ['crashed in the first page', 100_000],
  ] as const) {
    it(`Prometheus reads a log that tsprom has ${name}`, async () => {
      const database = await open(directory);
      await write(database);
      await database.close();
      const names = (await readdir(path.join(directory, 'wal'))).sort();
      const last = path.join(directory, 'wal', names.at(-1) as string);
      const size = (await systemDisk.stat(last))?.sizeBytes ?? 0;
      await systemDisk.truncate(last, Math.max(3, size - cutBytes));
      const mended = await open(directory);
      const rows = await countFloats(mended);
      await mended.close();
      assert.equal(await countDumped(directory), rows);
      const log = await withPrometheus(directory, async (url) => {
        assert.ok((await countOver(url, 'm')) > 0);
      });
      assert.doesNotMatch(log, /corrupt|repair/);
    });
  }

  it('Prometheus reads all segments of a log in whose middle tsprom has mended a flipped byte', async () => {
    const database = await open(directory);
    await write(database);
    await database.close();
    const names = (await readdir(path.join(directory, 'wal'))).sort();
    const target = path.join(directory, 'wal', names[1] as string);
    const file = await systemDisk.open(target, 'write');
    const byte = new Uint8Array(1);
    await file.read(byte, 40_000);
    byte[0] = (byte[0] as number) ^ 0xff;
    await file.write(byte, 40_000);
    await file.close();
    const mended = await open(directory);
    assert.equal(mended.stats.replay.corruptions, 1);
    const rows = await countFloats(mended);
    assert.ok(rows > commits * series * 0.9);
    await mended.close();
    assert.equal(await countDumped(directory), rows);
  });

  it('tsprom does not start where a Prometheus runs', async function () {
    if (process.platform !== 'linux') this.skip();
    const first = await open(directory);
    await first.close();
    let seesLocks = false;
    await withPrometheus(directory, async () => {
      const locks = new TextDecoder().decode(await systemDisk.readFile('/proc/locks'));
      seesLocks = locks.includes('FLOCK');
      if (seesLocks) {
        await assert.rejects(open(directory), {
          message: 'lock DB directory: resource temporarily unavailable',
        });
      }
    });
    if (!seesLocks) this.skip();
  });
});
