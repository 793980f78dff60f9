import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { ByteWriter, systemClock, systemDisk } from '../../src/base/index.js';
import { Labels } from '../../src/model/index.js';
import type { SeriesRef } from '../../src/storage/index.js';
import {
  decodeRecord,
  encodeSamples,
  lastCheckpoint,
  listSegments,
  planCheckpoint,
  removeCheckpointed,
  SampleColumns,
  SegmentReader,
  SeriesLedger,
  WalWriter,
  writeCheckpoint,
} from '../../src/tsdb/wal/index.js';
import { createTestKernels } from '../support/kernels.js';
import { peerPath } from '../support/peers.js';
import { sharedPath } from '../support/shared.js';

const run = promisify(execFile);
const startMs = 1_700_000_000_000;
const segments = 9;
const scrapes = 40;
const series = 50;

async function dump(directory: string): Promise<string[]> {
  const promtool = peerPath('promtool') as string;
  const { stdout } = await run(promtool, ['tsdb', 'dump', directory], { maxBuffer: 2 ** 28 });
  return stdout
    .split('\n')
    .filter((line) => line !== '')
    .sort();
}

/** Every series of the log, from its records. */
async function refsIn(directory: string): Promise<Float64Array> {
  const refs = new Set<number>();
  const checkpoint = await lastCheckpoint(systemDisk, directory);
  const files = checkpoint === undefined ? [] : await listSegments(systemDisk, checkpoint.path);
  for (const file of [...files, ...(await listSegments(systemDisk, directory))]) {
    const reader = await SegmentReader.open(systemDisk, file.path);
    while (await reader.fill()) {
      while (reader.next()) {
        const record = decodeRecord(reader.record, new SampleColumns());
        if (record.kind === 'series') for (const { ref } of record.entries) refs.add(ref);
      }
    }
    await reader.close();
  }
  return Float64Array.from(refs).sort();
}

/** Segments in which each series has samples; those of the segment's own number begin there. */
async function writeLog(directory: string): Promise<void> {
  const ledger = new SeriesLedger();
  const labelsOf = (ref: number): Labels => Labels.fromPairs('__name__', 'm', 'i', String(ref));
  const writer = new WalWriter({
    disk: systemDisk,
    clock: systemClock,
    directory,
    firstSegment: 0,
    ledger,
    kernels: await createTestKernels(),
    seriesLabels: labelsOf,
    sync: 'none',
  });
  await writer.open();
  const columns = new SampleColumns();
  const bytes = new ByteWriter();
  for (let segment = 0; segment < segments; segment++) {
    for (let scrape = 0; scrape < scrapes; scrape++) {
      columns.reset();
      columns.length = series * (segment + 1);
      columns.reserve(columns.length);
      const entries = [];
      for (let row = 0; row < columns.length; row++) {
        columns.refs[row] = row + 1;
        columns.timestamps[row] = startMs + (segment * scrapes + scrape) * 15_000;
        columns.values[row] = row + scrape / 7;
        const isNew = scrape === 0 && row >= series * segment;
        if (!isNew) continue;
        ledger.add(row + 1);
        entries.push({ ref: (row + 1) as SeriesRef, labels: labelsOf(row + 1) });
      }
      bytes.reset();
      encodeSamples(bytes, columns);
      await writer.log({ kind: 'scraped', series: entries, records: [bytes.take()] });
    }
    await writer.nextSegment();
  }
  await writer.close();
}

describe('checkpoints that Prometheus reads', function () {
  this.timeout(120_000);
  let folder = '';
  beforeEach(async function () {
    if (peerPath('promtool') === undefined) this.skip();
    folder = await mkdtemp(path.join(tmpdir(), 'tsprom-checkpoint-peers-'));
  });
  afterEach(async () => {
    if (folder !== '') await rm(folder, { recursive: true });
  });

  async function checkpoint(mintMs: number): Promise<void> {
    const directory = path.join(folder, 'wal');
    const last = await lastCheckpoint(systemDisk, directory);
    const plan = planCheckpoint(await listSegments(systemDisk, directory), last?.index);
    assert.ok(plan !== undefined);
    const job = { directory, ...plan, mintMs, keptRefs: await refsIn(directory) };
    await writeCheckpoint(job, { disk: systemDisk, clock: systemClock, kernels: await createTestKernels() });
    await removeCheckpointed(systemDisk, directory);
  }

  it('of a log of ours, one after another: what is dumped is what is newer than their edge', async () => {
    await mkdir(path.join(folder, 'wal'));
    await writeLog(path.join(folder, 'wal'));
    const before = await dump(folder);
    assert.equal(before.length, (scrapes * series * segments * (segments + 1)) / 2);
    await checkpoint(Number.NEGATIVE_INFINITY);
    assert.deepEqual(await dump(folder), before);
    const mintMs = startMs + 2 * scrapes * 15_000 + 5;
    await checkpoint(mintMs);
    const timeOf = (line: string): number => Number(line.split(' ').at(-1));
    const wanted = before.filter((line) => timeOf(line) >= mintMs);
    assert.ok(wanted.length < before.length);
    const after = await dump(folder);
    assert.deepEqual(
      after.filter((line) => timeOf(line) >= mintMs),
      wanted,
    );
    // The second checkpoint has passed over the older samples of the segments that it stands for.
    assert.ok(after.length < before.length);
  });

  for (const set of ['capture-main', 'capture-v3']) {
    it(`of ${set}: nothing is lost of what Prometheus reads`, async function () {
      const origin = sharedPath('corpus', 'tsdb', set, 'data');
      if (origin === undefined) this.skip();
      await cp(path.join(origin, 'wal'), path.join(folder, 'wal'), { recursive: true });
      const before = await dump(folder);
      assert.ok(before.length > 1000);
      const directory = path.join(folder, 'wal');
      const from = (await listSegments(systemDisk, directory))[0]?.index as number;
      const job = { directory, from, to: from + 1, mintMs: Number.NEGATIVE_INFINITY };
      const parts = { disk: systemDisk, clock: systemClock, kernels: await createTestKernels() };
      await writeCheckpoint({ ...job, keptRefs: await refsIn(directory) }, parts);
      await removeCheckpointed(systemDisk, directory);
      assert.deepEqual(await dump(folder), before);
    });
  }
});
