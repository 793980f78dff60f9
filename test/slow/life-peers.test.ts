import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { systemClock, systemDisk } from '../../src/base/index.js';
import { Labels } from '../../src/model/index.js';
import { compactBlocks } from '../../src/tsdb/compact/index.js';
import { type Database, type DatabaseOptions, openDatabase } from '../../src/tsdb/index.js';
import { appendRows, integerHistogram, matchers } from '../storage/storage-samples.js';
import { createTestKernels, kernelModule } from '../support/kernels.js';
import { peerPath } from '../support/peers.js';
import { type RunningPrometheus, runPrometheus } from '../support/run-prometheus.js';

const rangeMs = 7_200_000;
const stepMs = 60_000;
const startMs = Math.ceil(1_700_000_000_000 / (9 * rangeMs)) * 9 * rangeMs;
const seriesCount = 60;

async function open(directory: string, options: Partial<DatabaseOptions> = {}): Promise<Database> {
  return openDatabase({
    directory,
    disk: systemDisk,
    clock: systemClock,
    kernelModule: await kernelModule(),
    headMaxBytes: 128 << 20,
    walSync: 'none',
    ...options,
  });
}

/** Floats, some with gaps, and histograms; blocks are cut on the way. */
async function write(database: Database, hours: number): Promise<void> {
  for (let step = 0; step * stepMs < hours * 3_600_000; step++) {
    const appender = database.appender();
    const timeMs = startMs + step * stepMs;
    for (let i = 0; i < seriesCount; i++) {
      if (i % 7 === 3 && step % 50 > 40) continue;
      const ref = appender.series(Labels.fromPairs('__name__', 'm', 'i', String(i), 'ü', 'ö'));
      appendRows(appender, [ref, timeMs, step * (i + 1) + (i % 3) / 7]);
    }
    if (step % 4 === 0) {
      const ref = appender.series(Labels.fromPairs('__name__', 'h'));
      appender.appendHistogram({ ref, timestampMs: timeMs, histogram: integerHistogram({}) });
    }
    await appender.commit('acknowledged');
    if (step % 60 === 59) await database.maybeCut();
  }
}

const blocksIn = (directory: string): string[] =>
  readdirSync(directory).filter((name) => /^[0-9A-Z]{26}$/.test(name));

function dumpBy(program: string, directory: string): string {
  const text = execFileSync(program, ['tsdb', 'dump', directory], { encoding: 'utf8', maxBuffer: 1 << 28 });
  return text.split('\n').sort().join('\n');
}

describe('the life of blocks, beside Prometheus', function () {
  this.timeout(300_000);
  const directory = mkdtempSync(path.join(tmpdir(), 'tsprom-life-'));
  after(() => rmSync(directory, { recursive: true, force: true }));

  it('Prometheus reads what was compacted and deleted, and the log of what is deleted of the head', async function () {
    const promtool = peerPath('promtool');
    if (promtool === undefined) this.skip();
    const data = path.join(directory, 'data');
    const database = await open(data);
    await write(database, 24);
    await database.compact();
    await database.deleteSamples({
      matcherSets: [matchers('i=~[1-4]')],
      mintMs: startMs + 3_600_000,
      maxtMs: startMs + 30 * 3_600_000,
    });
    await database.deleteSamples({
      matcherSets: [matchers('i=7')],
      mintMs: startMs,
      maxtMs: startMs + 2 * 3_600_000,
    });
    await database.close();
    const levels = blocksIn(data).map(
      (name) =>
        JSON.parse(readFileSync(path.join(data, name, 'meta.json'), 'utf8')).compaction.level as number,
    );
    assert.deepEqual(levels.sort(), [1, 1, 3], 'one of nine, and the newest by themselves');
    const own = execFileSync(process.execPath, ['bin/run.js', 'tsdb', 'dump', data], {
      encoding: 'utf8',
      maxBuffer: 1 << 28,
    });
    const wanted = own.split('\n').sort().join('\n');
    assert.ok(wanted.length > 1_000_000);
    assert.equal(dumpBy(promtool, data), wanted);
  });

  it('merges blocks as Prometheus does, to the byte', async function () {
    const prometheus = peerPath('prometheus');
    if (prometheus === undefined) this.skip();
    const theirs = path.join(directory, 'theirs');
    const before = path.join(directory, 'before');
    const database = await open(theirs, { maxBlockDurationMs: rangeMs });
    await write(database, 11.5);
    await database.deleteSamples({
      matcherSets: [matchers('i=~1[0-3]')],
      mintMs: startMs + 1_000_000,
      maxtMs: startMs + 3_600_000,
    });
    await database.close();
    cpSync(theirs, before, { recursive: true });
    let running: RunningPrometheus | undefined;
    const levelOf = (name: string): number =>
      JSON.parse(readFileSync(path.join(theirs, name, 'meta.json'), 'utf8')).compaction.level;
    const merged = (): string[] => blocksIn(theirs).filter((name) => levelOf(name) > 1);
    try {
      running = await runPrometheus(prometheus, theirs);
      // It looks for blocks to merge a minute after it began.
      for (let second = 0; second < 120 && merged().length === 0; second++) await systemClock.sleep(1000);
    } finally {
      await running?.stop();
    }
    const [ulid, ...others]: string[] = merged();
    assert.ok(ulid !== undefined && others.length === 0);
    const meta = JSON.parse(readFileSync(path.join(theirs, ulid, 'meta.json'), 'utf8'));
    const sources = (meta.compaction.parents as { ulid: string }[]).map((parent) =>
      path.join(before, parent.ulid),
    );
    assert.equal(sources.length, 3);
    const ours = path.join(directory, 'ours');
    const kernels = await createTestKernels();
    await compactBlocks({ kind: 'compact', directory: ours, sources, ulid }, { disk: systemDisk, kernels });
    const name = ulid;
    for (const file of ['index', 'meta.json', 'tombstones', 'chunks/000001']) {
      const [wanted, found] = [theirs, ours].map((where) => readFileSync(path.join(where, name, file)));
      assert.deepEqual(found, wanted, file);
    }
  });
});
