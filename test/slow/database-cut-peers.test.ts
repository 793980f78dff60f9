import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { cp, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { systemClock, systemDisk } from '../../src/base/index.js';
import { Labels } from '../../src/model/index.js';
import { type Queryable, SymbolTable } from '../../src/storage/index.js';
import { type Database, openDatabase, openReadOnly } from '../../src/tsdb/index.js';
import {
  decodeRecord,
  lastCheckpoint,
  listSegments,
  SampleColumns,
  SegmentReader,
} from '../../src/tsdb/wal/index.js';
import { always, appendRows, integerHistogram, request } from '../storage/storage-samples.js';
import { kernelModule } from '../support/kernels.js';
import { peerPath } from '../support/peers.js';
import { freePort, Program } from '../support/programs.js';
import { sharedPath } from '../support/shared.js';

const run = promisify(execFile);
const rangeMs = 7_200_000;
const startMs = Math.floor(1_700_000_000_000 / rangeMs) * rangeMs + 12_345;
const stepMs = 15_000;
const hours = 9;
const seriesCount = 40;
const steps = (hours * 3_600_000) / stepMs;

async function open(directory: string): Promise<Database> {
  return openDatabase({
    directory,
    disk: systemDisk,
    clock: systemClock,
    kernelModule: await kernelModule(),
    headMaxBytes: 256 << 20,
    walSync: 'none',
    segmentSizeBytes: 8 * 32768,
  });
}

/** Counters, some with gaps, and a histogram; the head is cut on the way. */
async function write(database: Database): Promise<void> {
  for (let step = 0; step < steps; step++) {
    const appender = database.appender();
    const timeMs = startMs + step * stepMs;
    for (let i = 0; i < seriesCount; i++) {
      if (i % 7 === 3 && step % 50 > 40) continue;
      const ref = appender.series(Labels.fromPairs('__name__', 'm', 'i', String(i), 'ü', 'ö'));
      appendRows(appender, [ref, timeMs, step * (i + 1)]);
    }
    if (step % 4 === 0) {
      const ref = appender.series(Labels.fromPairs('__name__', 'h'));
      appender.appendHistogram({ ref, timestampMs: timeMs, histogram: integerHistogram({}) });
    }
    await appender.commit('acknowledged');
    // The log is cut back after each cut for which it has grown by some segments.
    if (step % 200 === 199) await database.maybeCut();
  }
  await database.maybeCut();
}

type Samples = Map<string, string[]>;

/** Floats by series: `value time`. */
async function floatsOf(storage: Queryable): Promise<Samples> {
  const found: Samples = new Map();
  const symbols = new SymbolTable();
  const querier = storage.querier(always);
  const set = querier.select(request(['__name__=~.*'], { symbols }));
  while (await set.next()) {
    const { columns } = set;
    const rows: string[] = [];
    for (let i = 0; i < columns.length; i++) {
      if (columns.kinds?.[i] === 1) continue;
      rows.push(`${columns.values[i]} ${columns.timestamps[i]}`);
    }
    if (rows.length > 0) found.set(symbols.labels(set.labels).toString(), rows);
  }
  set.close();
  querier.close();
  return found;
}

async function dumped(directory: string): Promise<Samples> {
  const promtool = peerPath('promtool') as string;
  const { stdout } = await run(promtool, ['tsdb', 'dump', directory], { maxBuffer: 2 ** 29 });
  const found: Samples = new Map();
  for (const line of stdout.split('\n')) {
    const match = /^(\{.*\}) (\S+) (-?\d+)$/.exec(line);
    if (match === null) continue;
    const [, series = '', value = '', time = ''] = match;
    const rows = found.get(series) ?? [];
    rows.push(`${value === '+Inf' ? 'Infinity' : value === '-Inf' ? '-Infinity' : Number(value)} ${time}`);
    found.set(series, rows);
  }
  return found;
}

function assertEqual(found: Samples, expected: Samples): void {
  assert.deepEqual([...found.keys()].sort(), [...expected.keys()].sort());
  for (const [series, rows] of expected) assert.deepEqual(found.get(series), rows, series);
}

/** Every sample of `m`, as a real Prometheus answers them. */
async function served(program: string, directory: string): Promise<{ samples: Samples; log: string }> {
  const config = path.join(directory, '..', 'prometheus.yml');
  await writeFile(config, 'global: {}\n');
  const port = await freePort();
  const prometheus = new Program([
    program,
    `--config.file=${config}`,
    `--storage.tsdb.path=${directory}`,
    '--storage.tsdb.retention.time=100y',
    `--web.listen-address=127.0.0.1:${port}`,
  ]);
  try {
    const url = `http://127.0.0.1:${port}`;
    for (let attempt = 0; ; attempt++) {
      const isReady = await fetch(`${url}/-/ready`).then(
        (response) => response.ok,
        () => false,
      );
      if (isReady) break;
      assert.ok(attempt < 150, prometheus.output);
      await systemClock.sleep(100);
    }
    const query = new URLSearchParams({
      query: `m[${hours + 1}h]`,
      time: String((startMs + steps * stepMs) / 1000),
    });
    const body = (await (await fetch(`${url}/api/v1/query?${query}`)).json()) as {
      data: { result: { metric: Record<string, string>; values: [number, string][] }[] };
    };
    const samples: Samples = new Map();
    for (const { metric, values } of body.data.result) {
      const labels = Labels.fromPairs(...Object.entries(metric).flat());
      samples.set(
        labels.toString(),
        values.map(([seconds, value]) => `${Number(value)} ${Math.round(seconds * 1000)}`),
      );
    }
    return { samples, log: prometheus.output };
  } finally {
    prometheus.child.kill('SIGTERM');
    await new Promise((resolve) => prometheus.child.once('exit', resolve));
  }
}

describe('a data directory after several cuts', function () {
  this.timeout(120_000);
  let root = '';
  let data = '';
  let own: Samples = new Map();

  before(async () => {
    root = await mkdtemp(path.join(tmpdir(), 'tsprom-cuts-'));
    data = path.join(root, 'data');
    const database = await open(data);
    await write(database);
    assert.ok(database.blockCount >= 3, `${database.blockCount} blocks`);
    assert.ok(database.stats.checkpoints > 0);
    own = await floatsOf(database);
    await database.close();
  });
  after(() => rm(root, { recursive: true, force: true }));

  it('has the same samples when it is opened again, and offline', async () => {
    const again = await open(data);
    assertEqual(await floatsOf(again), own);
    await again.close();
    const files = await openReadOnly({ directory: data, disk: systemDisk });
    assertEqual(await floatsOf(files), own);
    await files.close();
  });

  it('is listed, analyzed and dumped by promtool', async function () {
    const promtool = peerPath('promtool');
    if (promtool === undefined) this.skip();
    const { stdout } = await run(promtool, ['tsdb', 'list', data]);
    assert.ok(stdout.trim().split('\n').length >= 4, stdout);
    for (const name of await readdir(data)) {
      if (/^[0-9A-Z]{26}$/.test(name)) await run(promtool, ['tsdb', 'analyze', data, name]);
    }
    assertEqual(await dumped(data), own);
  });

  for (const name of ['prometheus', 'prometheus-2.42']) {
    it(`is served by ${name}, sample for sample`, async function () {
      const program = peerPath(name);
      if (program === undefined) this.skip();
      const copy = path.join(root, name, 'data');
      await cp(data, copy, { recursive: true, filter: (source) => !source.endsWith('.sock') });
      const { samples, log } = await served(program, copy);
      assertEqual(samples, own);
      assert.ok(!/corrupt|level=error/i.test(log), log);
    });
  }
});

type Deletions = Map<string, { readonly mintMs: number; readonly maxtMs: number }[]>;

/** What the log says is deleted: the database says so at start, and leaves it in. */
async function deletionsIn(log: string): Promise<Deletions> {
  const labels = new Map<number, string>();
  const found: Deletions = new Map();
  const checkpoint = await lastCheckpoint(systemDisk, log);
  for (const directory of checkpoint === undefined ? [log] : [checkpoint.path, log]) {
    for (const segment of await listSegments(systemDisk, directory)) {
      const reader = await SegmentReader.open(systemDisk, segment.path);
      while (await reader.fill()) {
        while (reader.next()) {
          const record = decodeRecord(reader.record, new SampleColumns());
          if (record.kind === 'series') {
            for (const { ref, labels: set } of record.entries) labels.set(ref, set.toString());
          } else if (record.kind === 'tombstones') {
            for (const { ref, mintMs, maxtMs } of record.entries) {
              const series = labels.get(ref) ?? '';
              found.set(series, [...(found.get(series) ?? []), { mintMs, maxtMs }]);
            }
          }
        }
      }
      await reader.close();
    }
  }
  return found;
}

/** Times in the out-of-order log, which is not read: late samples that are nowhere else are not found. */
async function lateTimesIn(log: string): Promise<ReadonlySet<number>> {
  const found = new Set<number>();
  if ((await systemDisk.stat(log)) === undefined) return found;
  for (const segment of await listSegments(systemDisk, log)) {
    const reader = await SegmentReader.open(systemDisk, segment.path);
    while (await reader.fill()) {
      while (reader.next()) {
        const record = decodeRecord(reader.record, new SampleColumns());
        if (record.kind !== 'samples') continue;
        for (let i = 0; i < record.batch.length; i++) found.add(record.batch.timestamps[i] as number);
      }
    }
    await reader.close();
  }
  return found;
}

function withoutUnread(expected: Samples, found: Samples, late: ReadonlySet<number>): Samples {
  const left: Samples = new Map();
  for (const [series, rows] of expected) {
    const own = new Set(found.get(series));
    left.set(
      series,
      rows.filter((row) => own.has(row) || !late.has(Number(row.split(' ')[1]))),
    );
  }
  return left;
}

/** All that is expected is there, and nothing else but what the log says is deleted. */
function assertEqualButDeleted(
  found: Samples,
  dump: Samples,
  { deletions, late }: { deletions: Deletions; late: ReadonlySet<number> },
): void {
  const expected = withoutUnread(dump, found, late);
  const left: Samples = new Map();
  for (const [series, rows] of found) {
    const wanted = new Set(expected.get(series));
    const kept = rows.filter((row) => {
      const timeMs = Number(row.split(' ')[1]);
      const isDeleted = deletions
        .get(series)
        ?.some(({ mintMs, maxtMs }) => timeMs >= mintMs && timeMs <= maxtMs);
      return wanted.has(row) || isDeleted !== true;
    });
    if (kept.length > 0) left.set(series, kept);
  }
  assertEqual(left, expected);
}

describe('a data directory of Prometheus', function () {
  this.timeout(120_000);

  // In capture-v3 series of the head went to a block of stale series by deletions in the log.
  for (const set of ['capture-main', 'capture-ooo']) {
    it(`${set}: gives the floats that promtool dumps but for deletions in the log, offline and to a server`, async function () {
      const source = sharedPath('corpus', 'tsdb', set, 'data');
      if (source === undefined || peerPath('promtool') === undefined) this.skip();
      const root = await mkdtemp(path.join(tmpdir(), 'tsprom-capture-'));
      try {
        const data = path.join(root, 'data');
        await cp(source, data, { recursive: true });
        await run('chmod', ['-R', 'u+w', data]);
        const expected = await dumped(data);
        const deletions = await deletionsIn(path.join(data, 'wal'));
        const known = { deletions, late: await lateTimesIn(path.join(data, 'wbl')) };
        const files = await openReadOnly({ directory: data, disk: systemDisk });
        assertEqualButDeleted(await floatsOf(files), expected, known);
        await files.close();
        const database = await open(data);
        assertEqualButDeleted(await floatsOf(database), expected, known);
        await database.close();
      } finally {
        await rm(root, { recursive: true, force: true });
      }
    });
  }
});
