import assert from 'node:assert/strict';
import { seededRandom } from '../../../src/base/index.js';
import type { CommitKind } from '../../../src/storage/index.js';
import { SegmentReader, SeriesLedger, type WalSync, WalWriter } from '../../../src/tsdb/wal/index.js';
import { FaultDisk } from '../../support/fault-disk.js';
import { ManualClock } from '../db/manual-clock.js';

async function opened(
  sync: WalSync,
  segmentBytes = 65536,
): Promise<{ writer: WalWriter; clock: ManualClock; disk: FaultDisk }> {
  const disk = new FaultDisk(seededRandom(1));
  await disk.makeDirectory('/wal');
  const clock = new ManualClock();
  const writer = new WalWriter({
    disk,
    clock,
    directory: '/wal',
    firstSegment: 3,
    ledger: new SeriesLedger(),
    sync,
    segmentBytes,
  });
  await writer.open();
  return { writer, clock, disk };
}

const commit = (writer: WalWriter, kind: CommitKind, length = 100): Promise<void> =>
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

  it('after a failed fsync goes on in another segment with what was not yet safe', async () => {
    const { writer, disk } = await opened('commit');
    await commit(writer, 'acknowledged', 10);
    const scraped = commit(writer, 'scraped', 20);
    await scraped;
    disk.rates = { sync: 1 };
    const refused = commit(writer, 'acknowledged', 30);
    await assert.rejects(refused, { code: 'wal-write-failed' });
    disk.rates = {};
    await commit(writer, 'acknowledged', 40);
    assert.ok(writer.stats.abandonedSegments >= 1);
    const after = disk.crash();
    const sizes: number[] = [];
    for (const name of after.fileNames()) {
      const reader = await SegmentReader.open(after, name);
      while (await reader.fill()) while (reader.next()) sizes.push(reader.record.length);
    }
    assert.deepEqual([...new Set(sizes)], [10, 20, 40]);
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
});
