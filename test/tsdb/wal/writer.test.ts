import assert from 'node:assert/strict';
import { ByteWriter, type Disk, type Random, seededRandom } from '../../../src/base/index.js';
import type { Kernels } from '../../../src/kernels/index.js';
import { Labels } from '../../../src/model/index.js';
import type { CommitKind, FloatBatch, SeriesRef } from '../../../src/storage/index.js';
import {
  decodeRecord,
  encodeSamples,
  maxRecordRows,
  SampleColumns,
  type SampleRows,
  SegmentReader,
  type SeriesEntry,
  SeriesLedger,
  type WalSync,
  WalWriter,
} from '../../../src/tsdb/wal/index.js';
import { FaultDisk } from '../../support/fault-disk.js';
import { createTestKernels } from '../../support/kernels.js';
import { ManualClock } from '../db/manual-clock.js';

interface Opened {
  readonly writer: WalWriter;
  readonly clock: ManualClock;
  readonly disk: FaultDisk;
  readonly kernels: Kernels;
  readonly ledger: SeriesLedger;
}

async function opened(
  sync: WalSync,
  segmentBytes = 65536,
  seriesLabels: (ref: SeriesRef) => Labels | undefined = labelsOf,
  carried: readonly number[] = [],
  disk = new FaultDisk(seededRandom(1)),
): Promise<Opened> {
  await disk.makeDirectory('/wal');
  const clock = new ManualClock();
  const kernels = await createTestKernels();
  const ledger = new SeriesLedger();
  const options = { disk, clock, directory: '/wal', firstSegment: 3, ledger, kernels, seriesLabels };
  const writer = new WalWriter({ ...options, carried, sync, segmentBytes });
  await writer.open();
  return { writer, clock, disk, kernels, ledger };
}

const commit = (writer: WalWriter, kind: CommitKind, length = 100): Promise<unknown> =>
  writer.log({ kind, series: [], records: [new Uint8Array(length).fill(77)] });
const settled = async (): Promise<void> => {
  for (let i = 0; i < 50; i++) await Promise.resolve();
};

describe('the writer of the log', () => {
  const promises: [sync: WalSync, kind: CommitKind, fsyncsBefore: number, fsyncsWithinASecond: number][] = [
    ['commit', 'acknowledged', 1, 1],
    ['commit', 'scraped', 0, 1],
    ['interval', 'acknowledged', 0, 1],
    ['interval', 'scraped', 0, 1],
    ['none', 'acknowledged', 0, 0],
    ['none', 'scraped', 0, 0],
  ];
  for (const [sync, kind, before, within] of promises) {
    it(`${sync}: a commit that is ${kind} resolves after ${before} fsyncs, ${within} within a second`, async () => {
      const { writer, clock, disk } = await opened(sync);
      await commit(writer, kind);
      assert.equal(writer.stats.fsyncs, before);
      assert.ok(((await disk.stat('/wal/00000003'))?.sizeBytes ?? 0) > 0);
      clock.advance(1000);
      await settled();
      assert.equal(writer.stats.fsyncs, within);
      await writer.close();
    });
  }

  it('lets scrapes that end within the gathering time share a write, which ends with whoever cannot wait', async () => {
    const disk = new FaultDisk(seededRandom(1));
    await disk.makeDirectory('/wal');
    const clock = new ManualClock();
    const kernels = await createTestKernels();
    const options = { disk, clock, directory: '/wal', firstSegment: 3, ledger: new SeriesLedger(), kernels };
    const writer = new WalWriter({ ...options, seriesLabels: labelsOf, gatherMs: 25 });
    await writer.open();
    const scrape = (): Promise<unknown> =>
      writer.log({ kind: 'scraped', series: [], records: [new Uint8Array(100).fill(77)], mayWait: true });
    const first = scrape();
    clock.advance(24);
    const second = scrape();
    await settled();
    assert.equal(writer.stats.writes, 0);
    clock.advance(1);
    await Promise.all([first, second]);
    assert.deepEqual([writer.stats.writes, writer.stats.recordsWritten], [1, 2]);
    await Promise.all([scrape(), commit(writer, 'acknowledged')]);
    assert.deepEqual([writer.stats.writes, writer.stats.recordsWritten], [2, 4]);
    const last = scrape();
    await writer.close();
    await last;
    assert.equal(writer.stats.recordsWritten, 5);
  });

  it('puts commits of the same moment into one write and one fsync', async () => {
    const { writer } = await opened('commit');
    await Promise.all(Array.from({ length: 50 }, () => commit(writer, 'acknowledged')));
    assert.deepEqual([writer.stats.writes, writer.stats.fsyncs, writer.stats.recordsWritten], [1, 1, 50]);
    await writer.close();
  });

  it('ends a segment on stable storage and on a whole page before it begins the next', async () => {
    const { writer, disk } = await opened('none', 32768);
    for (let i = 0; i < 10; i++) {
      await writer.log({ kind: 'scraped', series: [], records: [seededRandom(i).bytes(10_000)] });
    }
    await writer.close();
    assert.deepEqual(disk.fileNames(), ['/wal/00000003', '/wal/00000004', '/wal/00000005', '/wal/00000006']);
    assert.equal(writer.stats.fsyncs, 4);
    for (const name of disk.fileNames()) assert.equal((await disk.stat(name))?.sizeBytes, 32768);
  });

  it('writes a commit bigger than a segment to one segment', async () => {
    const { writer, disk } = await opened('commit', 32768);
    await commit(writer, 'acknowledged');
    await writer.log({ kind: 'acknowledged', series: [], records: [seededRandom(1).bytes(100_000)] });
    await commit(writer, 'acknowledged');
    await writer.close();
    assert.equal(disk.fileNames().length, 3);
    assert.equal((await disk.stat('/wal/00000004'))?.sizeBytes, 4 * 32768);
  });

  it('after a failed fsync goes on in another segment with what was not yet safe, and nothing else', async () => {
    for (let seed = 1; seed <= 50; seed++) {
      const disk = new FaultDisk(seededRandom(seed));
      const { writer } = await opened('commit', undefined, undefined, undefined, disk);
      await commit(writer, 'acknowledged', 10);
      await commit(writer, 'scraped', 20);
      disk.rates = { sync: 1 };
      await assert.rejects(commit(writer, 'acknowledged', 30), { code: 'wal-write-failed' });
      disk.rates = {};
      await commit(writer, 'acknowledged', 40);
      assert.ok(writer.stats.abandonedSegments >= 1);
      const after = disk.crash();
      const sizes = new Set<number>();
      for (const name of after.fileNames()) {
        const reader = await SegmentReader.open(after, name);
        while (await reader.fill()) while (reader.next()) sizes.add(reader.record.length);
      }
      assert.deepEqual([...sizes], [10, 20, 40], `seed ${seed}`);
    }
  });

  it('rests while the disk takes nothing of what is owed and of copies', async () => {
    const { writer, disk } = await opened('none');
    await commit(writer, 'acknowledged', 10);
    let opens = 0;
    const open = disk.open.bind(disk);
    disk.open = (file, mode) => {
      opens++;
      return open(file, mode);
    };
    disk.rates = { write: 1, create: 1, truncate: 1 };
    writer.copySeries([1, 2]);
    writer.owe([new Uint8Array(5).fill(77)]);
    await assert.rejects(commit(writer, 'acknowledged', 10), { code: 'wal-write-failed' });
    for (let i = 0; i < 100; i++) await settled();
    disk.rates = {};
    assert.ok((await writer.close()) !== undefined);
    assert.ok(opens < 100, `${opens} files opened`);
  });

  it('takes nothing behind what was refused until that is cut off for good', async () => {
    let wasted = 0;
    for (let seed = 1; seed <= 50; seed++) {
      const disk = new FaultDisk(seededRandom(seed));
      const { writer } = await opened('commit', undefined, undefined, undefined, disk);
      await commit(writer, 'acknowledged', 10);
      const good = disk.sizeOf('/wal/00000003');
      disk.rates = { write: 1, truncate: 1 };
      await assert.rejects(commit(writer, 'acknowledged', 20), { code: 'wal-write-failed' });
      if (disk.sizeOf('/wal/00000003') === good) continue;
      wasted++;
      disk.rates = { truncate: 1 };
      await assert.rejects(commit(writer, 'acknowledged', 30), { code: 'wal-write-failed' });
      disk.rates = {};
      await commit(writer, 'acknowledged', 40);
      const after = disk.crash();
      const [first = ''] = after.fileNames();
      const reader = await SegmentReader.open(after, first);
      const sizes: number[] = [];
      while (await reader.fill()) while (reader.next()) sizes.push(reader.record.length);
      assert.deepEqual(sizes, [10], `seed ${seed}`);
    }
    assert.ok(wasted > 20);
  });

  it('refuses what no disk takes and answers everyone at its end', async () => {
    const { writer, disk } = await opened('commit');
    disk.rates = { write: 1 };
    await assert.rejects(commit(writer, 'acknowledged'), { code: 'wal-write-failed' });
    await assert.rejects(commit(writer, 'scraped'), { code: 'wal-write-failed' });
    disk.rates = {};
    const last = commit(writer, 'acknowledged');
    await writer.close();
    await last;
  });

  for (const rates of [{ write: 1 }, { create: 1, write: 1 }])
    it(`puts what is owed in front of all that comes, after ${Object.keys(rates).join(' and ')} failed`, async () => {
      const { writer, disk } = await opened('commit');
      disk.rates = rates;
      writer.owe([new Uint8Array(5).fill(77)]);
      const refused = [1, 2, 3].map(() => commit(writer, 'acknowledged', 10));
      for (const each of refused) await assert.rejects(each, { code: 'wal-write-failed' });
      await assert.rejects(commit(writer, 'scraped', 10), { code: 'wal-write-failed' });
      writer.owe([new Uint8Array(6).fill(77)]);
      await settled();
      disk.rates = {};
      const taken = [commit(writer, 'acknowledged', 20), commit(writer, 'acknowledged', 21)];
      await Promise.all(taken);
      assert.ok((await writer.close()) !== undefined);
      const after = disk.crash();
      const lengths: number[] = [];
      for (const name of after.fileNames())
        for (const record of await recordsOf(after, name)) lengths.push(record.length);
      assert.deepEqual(lengths, [5, 6, 20, 21]);
    });

  it("makes of rows in the kernels' memory the record that plain code makes", async () => {
    const random = seededRandom(5);
    const lengths = [1, 2, 1000, maxRecordRows, maxRecordRows + 1];
    for (const length of lengths) {
      const columns = randomRows(random, length);
      const { writer, disk, kernels } = await opened('commit', 1 << 28);
      await writer.log({ kind: 'acknowledged', series: [], records: [rowsOf(kernels, columns)] });
      await writer.close();
      const expected: Uint8Array[] = [];
      for (let start = 0; start < length; start += maxRecordRows) {
        const bytes = new ByteWriter();
        encodeSamples(bytes, partOf(columns, start));
        expected.push(bytes.take());
      }
      const records = await recordsOf(disk, '/wal/00000003');
      assert.equal(records.length, expected.length);
      for (const [i, record] of records.entries()) {
        assert.equal(Buffer.compare(record, expected[i] as Uint8Array), 0, `${length} rows, record ${i}`);
      }
    }
  });

  it('keeps the order of the records of a commit, and gives its scratch back at the end', async () => {
    const { writer, disk, kernels, ledger } = await opened('commit');
    const before = kernels.exports.arenaUsed(0);
    const rows = rowsOf(kernels, randomRows(seededRandom(6), 3));
    ledger.add(1);
    const own = kernels.exports.arenaUsed(0) - before;
    const [head, tail] = [Uint8Array.of(77, 1), Uint8Array.of(77, 2)];
    await writer.log({ kind: 'scraped', series: seriesOf(1), records: [head, rows, tail] });
    await writer.close();
    const types = (await recordsOf(disk, '/wal/00000003')).map((record) => record[0]);
    assert.deepEqual(types, [1, 77, 2, 77]);
    assert.equal(writer.stats.recordsWritten, 4);
    assert.ok(kernels.exports.arenaUsed(0) - before <= own);
  });

  it('says each series once more in the next segment, in slices, with the labels it has then', async () => {
    const count = 2500;
    const refs = Array.from({ length: count }, (_, i) => i + 1);
    const { writer, disk, ledger } = await opened('commit', 1 << 28, (ref) =>
      ref === 7 ? undefined : labelsOf(ref),
    );
    for (const ref of refs) ledger.add(ref);
    await writer.log({ kind: 'acknowledged', series: seriesOf(...refs), records: [] });
    assert.equal(ledger.size, 0);
    // Known by then: not recorded again.
    await writer.log({ kind: 'acknowledged', series: seriesOf(1), records: [Uint8Array.of(77)] });
    await writer.nextSegment();
    await writer.log({ kind: 'acknowledged', series: [], records: [Uint8Array.of(77)] });
    await writer.close();
    const first = (await recordsOf(disk, '/wal/00000003')).map((record) => record[0]);
    assert.deepEqual(first, [1, 77]);
    const second = await recordsOf(disk, '/wal/00000004');
    const copies = second.filter((record) => record[0] === 129);
    assert.equal(second.length - copies.length, 1);
    assert.equal(copies.length, 3);
    const copied = copies.flatMap((record) => {
      const decoded = decodeRecord(record, new SampleColumns());
      assert.ok(decoded.kind === 'series' && decoded.copy);
      for (const { ref, labels } of decoded.entries) assert.deepEqual(labels, labelsOf(ref));
      return decoded.entries.map(({ ref }) => ref as number);
    });
    assert.deepEqual(
      copied,
      refs.filter((ref) => ref !== 7),
    );
  });

  it('writes copies without a commit, and again after they failed', async () => {
    const { writer, disk, ledger } = await opened('none');
    ledger.add(1);
    await writer.log({ kind: 'scraped', series: seriesOf(1), records: [] });
    disk.rates = { write: 1 };
    await writer.nextSegment();
    await settled();
    assert.deepEqual(await recordsOf(disk, '/wal/00000004'), []);
    disk.rates = {};
    await commit(writer, 'scraped');
    await settled();
    const types = (await recordsOf(disk, '/wal/00000004')).map((record) => record[0]);
    assert.deepEqual(types, [129, 77]);
    await writer.close();
  });

  it('comes to rest when neither lost commits nor copies can be written, and goes on later', async () => {
    const { writer, disk, ledger } = await opened('commit');
    ledger.add(1);
    await writer.log({ kind: 'scraped', series: seriesOf(1), records: [Uint8Array.of(78)] });
    disk.rates = { sync: 1, create: 1 };
    await assert.rejects(commit(writer, 'acknowledged'), { code: 'wal-write-failed' });
    await assert.rejects(writer.nextSegment(), { code: 'wal-write-failed' });
    disk.rates = {};
    await commit(writer, 'acknowledged');
    await writer.close();
    const types: (number | undefined)[] = [];
    for (const name of disk.fileNames().slice(1)) {
      types.push(...(await recordsOf(disk, name)).map((record) => record[0]));
    }
    assert.deepEqual(
      types.filter((type) => type !== 129),
      [1, 78, 77],
    );
  });

  it('begins the first segment with the series that are carried', async () => {
    const { writer, disk } = await opened('commit', 65536, labelsOf, [5, 6]);
    await writer.nextSegment();
    await writer.close();
    assert.equal((await recordsOf(disk, '/wal/00000003')).length, 1);
    assert.deepEqual(disk.fileNames(), ['/wal/00000003', '/wal/00000004']);
    assert.deepEqual(await recordsOf(disk, '/wal/00000004'), []);
  });

  it('writes rows again that a failed fsync lost, though their memory has changed by then', async () => {
    const { writer, disk, kernels, ledger } = await opened('commit');
    ledger.add(1);
    const columns = randomRows(seededRandom(8), 20);
    const rows = rowsOf(kernels, columns);
    await writer.log({ kind: 'scraped', series: seriesOf(1), records: [rows] });
    kernels.bytes.fill(0xee, rows.refs, rows.refs + 20 * 24);
    disk.rates = { sync: 1 };
    await assert.rejects(commit(writer, 'acknowledged'), { code: 'wal-write-failed' });
    disk.rates = {};
    await commit(writer, 'acknowledged', 5);
    const after = disk.crash();
    const expected = new ByteWriter();
    encodeSamples(expected, columns);
    const records: Uint8Array[] = [];
    for (const name of after.fileNames()) records.push(...(await recordsOf(after, name)));
    assert.ok(records.some((record) => Buffer.compare(record, expected.take()) === 0));
    assert.ok(records.some((record) => record[0] === 1));
  });
});

const labelsOf = (ref: number): Labels => Labels.fromObject({ __name__: 'up', instance: `i${ref}` });
const seriesOf = (...refs: number[]): SeriesEntry[] =>
  refs.map((ref) => ({ ref: ref as SeriesRef, labels: labelsOf(ref) }));

function randomRows(random: Random, length: number): SampleColumns {
  const columns = new SampleColumns();
  columns.reserve(length);
  columns.length = length;
  for (let row = 0; row < length; row++) {
    columns.refs[row] = 1 + Math.floor(random.float() * 2 ** 40);
    columns.timestamps[row] = 1_700_000_000_000 + Math.floor(random.float() * 1e6);
    columns.words[2 * row] = random.uint32();
    columns.words[2 * row + 1] = random.uint32();
  }
  return columns;
}

function partOf(columns: SampleColumns, start: number): FloatBatch {
  const end = Math.min(columns.length, start + maxRecordRows);
  return {
    length: end - start,
    refs: columns.refs.subarray(start, end),
    timestamps: columns.timestamps.subarray(start, end),
    values: columns.values.subarray(start, end),
    startTimestamps: undefined,
  };
}

function rowsOf(kernels: Kernels, columns: SampleColumns): SampleRows {
  const { length } = columns;
  const refs = kernels.alloc(length * 24);
  const rows = { length, refs, timestamps: refs + length * 8, values: refs + length * 16 };
  for (const column of ['refs', 'timestamps', 'values'] as const) {
    kernels.bytes.set(new Uint8Array(columns[column].buffer, 0, length * 8), rows[column]);
  }
  return rows;
}

async function recordsOf(disk: Disk, file: string): Promise<Uint8Array[]> {
  const reader = await SegmentReader.open(disk, file);
  const records: Uint8Array[] = [];
  while (await reader.fill()) while (reader.next()) records.push(Uint8Array.from(reader.record));
  await reader.close();
  return records;
}
