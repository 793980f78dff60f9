import assert from 'node:assert/strict';
import { seededRandom } from '../../../src/base/index.js';
import { encodeXor } from '../../../src/chunkenc/index.js';
import { Labels } from '../../../src/model/index.js';
import { cutChunks, type SeriesRef, SeriesRows } from '../../../src/storage/index.js';
import {
  lastSnapshot,
  readSnapshot,
  type SnapshotRecord,
  type SnapshotSeries,
  writeSnapshot,
} from '../../../src/tsdb/snapshot/index.js';
import type { WalCompression } from '../../../src/tsdb/wal/index.js';
import { integerHistogram } from '../../storage/storage-samples.js';
import { FaultDisk } from '../../support/fault-disk.js';
import { sharedKernels } from '../../support/kernels.js';

const ref = (n: number): SeriesRef => n as SeriesRef;

function series(): SnapshotSeries[] {
  const rows = new SeriesRows();
  for (let i = 0; i < 20; i++) rows.appendHistogram(1000 * i, integerHistogram(), 0);
  const bytes = encodeXor(Float64Array.of(1, 2, 9), Float64Array.of(1, -0, Number.NaN), 0, 3);
  return [
    {
      ref: ref(1),
      labels: Labels.fromPairs('__name__', 'f'),
      chunk: { encoding: 1, mintMs: 1, maxtMs: 9, bytes },
    },
    { ref: ref(7), labels: Labels.fromPairs('ü', '"'), chunk: cutChunks(rows.columns(0, 20))[0] },
    { ref: ref(2 ** 40), labels: Labels.fromPairs('__name__', 'none') },
  ];
}

const tombstones = new Map([
  [1, [{ mintMs: 1, maxtMs: 2 }]],
  [7, [{ mintMs: Number.NEGATIVE_INFINITY, maxtMs: 5 }]],
]);
const exemplars = Array.from({ length: 10_001 }, (_, i) => ({
  ref: ref(1),
  exemplar: { labels: Labels.fromPairs('t', String(i)), value: i, timestampMs: i, hasTimestamp: true },
}));

async function written(disk: FaultDisk, compression: WalCompression): Promise<string> {
  await disk.makeDirectory('/data');
  const job = {
    directory: '/data',
    segment: 3,
    offset: 4096,
    series: series(),
    tombstones,
    exemplars,
    compression,
  };
  return writeSnapshot(job, { disk, kernels: await sharedKernels() });
}

describe('a chunk snapshot', () => {
  for (const compression of ['none', 'snappy', 'zstd'] as const)
    it(`that was written is read, ${compression}`, async () => {
      const disk = new FaultDisk(seededRandom(1));
      const place = await written(disk, compression);
      assert.equal(place, '/data/chunk_snapshot.000003.0000004096');
      const after = disk.crash();
      assert.deepEqual(await lastSnapshot(after, '/data'), { path: place, segment: 3, offset: 4096 });
      let count = 0;
      const { unreadable } = await readSnapshot(after, place, () => void count++);
      assert.deepEqual([count, unreadable], [6, 0]);
    });

  it('holds its series, deletions and exemplars', async () => {
    const disk = new FaultDisk(seededRandom(2));
    const place = await written(disk, 'snappy');
    const records: SnapshotRecord[] = [];
    const walk = await readSnapshot(disk, place, (record) => {
      const { chunk } = record.kind === 'series' ? record : { chunk: undefined };
      if (record.kind !== 'series' || chunk === undefined) records.push(record);
      else records.push({ ...record, chunk: { ...chunk, bytes: chunk.bytes.slice() } });
    });
    assert.equal(walk.unreadable, 0);
    const [float, histogram, none, deletions, first, second] = records;
    const wanted = series();
    for (const [i, record] of [float, histogram, none].entries()) {
      assert.ok(record?.kind === 'series');
      assert.equal(record.ref, wanted[i]?.ref);
      assert.equal(record.labels.toString(), wanted[i]?.labels.toString());
      assert.deepEqual(record.chunk?.bytes, wanted[i]?.chunk?.bytes);
      assert.equal(record.chunk?.maxtMs, wanted[i]?.chunk?.maxtMs);
    }
    assert.deepEqual(deletions, { kind: 'tombstones', tombstones });
    assert.ok(first?.kind === 'exemplars' && second?.kind === 'exemplars');
    assert.deepEqual([first.entries.length, second.entries.length, records.length], [10_000, 1, 6]);
  });

  it('leaves nothing behind where the disk is full', async () => {
    const disk = new FaultDisk(seededRandom(3));
    disk.capacityBytes = 100_000;
    await assert.rejects(written(disk, 'none'), /ENOSPC/);
    assert.deepEqual(disk.fileNames(), []);
  });
});
