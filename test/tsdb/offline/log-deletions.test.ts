import assert from 'node:assert/strict';
import { seededRandom } from '../../../src/base/index.js';
import { Labels } from '../../../src/model/index.js';
import { openReadOnly } from '../../../src/tsdb/index.js';
import {
  encodeMmapMarkers,
  encodeSamples,
  encodeSeries,
  encodeTombstones,
} from '../../../src/tsdb/wal/index.js';
import { batchOf } from '../../storage/storage-samples.js';
import { FaultDisk } from '../../support/fault-disk.js';
import { kernelModule } from '../../support/kernels.js';
import { upstreamCases } from '../../support/upstream-tables.js';
import { eachSeries } from './digests.js';
import { type EncodeRecord, logSegment } from './log-segment.js';

const series =
  (ref: number, name: string): EncodeRecord =>
  (writer) =>
    encodeSeries(writer, [{ ref: ref as never, labels: Labels.fromPairs('__name__', name) }]);
const samples =
  (ref: number, ...times: number[]): EncodeRecord =>
  (writer) =>
    encodeSamples(writer, batchOf(...times.map((t): [number, number, number] => [ref, t, t])));
const deleted =
  (ref: number, mintMs = Number.NEGATIVE_INFINITY, maxtMs = Number.POSITIVE_INFINITY): EncodeRecord =>
  (writer) =>
    encodeTombstones(writer, [{ ref: ref as never, mintMs, maxtMs }]);
const marker =
  (ref: number, fileIndex: number, offset: number): EncodeRecord =>
  (writer) =>
    encodeMmapMarkers(writer, [{ ref: ref as never, fileIndex, offset }]);

async function read(wal: EncodeRecord[], wbl?: EncodeRecord[]): Promise<{ found: unknown; unknown: number }> {
  const disk = new FaultDisk(seededRandom(1));
  for (const [name, records] of Object.entries({ wal, wbl })) {
    if (records === undefined) continue;
    await disk.makeDirectory(`/data/${name}`);
    await (await disk.open(`/data/${name}/00000000`, 'create')).write(logSegment(records), 0);
  }
  const database = await openReadOnly({ directory: '/data', disk, kernelModule: await kernelModule() });
  const found: Record<string, number[]> = {};
  await eachSeries(database, (text, { timestamps, length }) => {
    if (length > 0) found[text.slice(11, -2)] = [...timestamps.subarray(0, length)];
  });
  const { tombstones, samples: unknownSamples } = database.stats.unknownRefs;
  await database.close();
  return { found, unknown: tombstones + unknownSamples + database.lateLog.unknownRefs };
}

describe('deletions and late samples of logs read offline', () => {
  const cases: [
    what: string,
    wal: EncodeRecord[],
    wbl: EncodeRecord[] | undefined,
    expected: object,
    unknown?: number,
  ][] = [
    [
      'a span is left out, of samples that come later too',
      [
        series(1, 'a'),
        series(2, 'b'),
        samples(1, 1, 2, 3),
        deleted(1, 2, 5),
        samples(1, 4, 6),
        samples(2, 3),
      ],
      undefined,
      { a: [1, 6], b: [3] },
    ],
    [
      'spans of one series under two references are joined',
      [
        series(1, 'a'),
        samples(1, 1, 2),
        series(7, 'a'),
        samples(7, 3, 4),
        deleted(1, 2, 2),
        deleted(7, 3, 3),
      ],
      undefined,
      { a: [1, 4] },
    ],
    [
      'a series that was dropped as a whole comes back with what is later',
      [series(1, 'a'), samples(1, 1, 2), deleted(1), series(9, 'a'), samples(9, 3, 4)],
      undefined,
      { a: [3, 4] },
    ],
    ['a series that was dropped is gone', [series(1, 'a'), samples(1, 1, 2), deleted(1)], undefined, {}],
    [
      'a series that nobody knows is counted',
      [series(1, 'a'), samples(1, 1), deleted(5, 0, 9)],
      undefined,
      { a: [1] },
      1,
    ],
    [
      'late samples stand between the others, and are deleted as those are',
      [series(1, 'a'), samples(1, 10, 20, 30), deleted(1, 14, 16)],
      [samples(1, 25, 15, 5), samples(1, 5, 26)],
      { a: [5, 10, 20, 25, 26, 30] },
    ],
    [
      'late samples of a chunk that is on disk are passed over, those of one that was not found are kept',
      [series(1, 'a'), series(2, 'b'), samples(1, 50), samples(2, 50)],
      [samples(1, 5), samples(2, 5), marker(1, 0, 0), marker(2, 3, 8), samples(1, 6), samples(2, 6)],
      { a: [6, 50], b: [5, 6, 50] },
    ],
    [
      'a series with late samples alone is there; one that no log names is counted',
      [series(1, 'a')],
      [samples(1, ...Array.from({ length: 100 }, (_, i) => 100 - i)), samples(4, 1, 2)],
      { a: Array.from({ length: 100 }, (_, i) => i + 1) },
      2,
    ],
  ];
  for (const [what, wal, wbl, expected, unknown = 0] of cases) {
    it(what, async () => assert.deepEqual(await read(wal, wbl), { found: expected, unknown }));
  }

  it("what is left is that of upstream's table TestDeleteSimple", async function () {
    type Case = { Intervals: { values: { Mint: number; Maxt: number }[] }; remaint: number[] };
    const cases = upstreamCases<Case>('TestDeleteSimple');
    if (cases === undefined) this.skip();
    assert.equal(cases.length, 5);
    for (const { Intervals, remaint } of cases) {
      const deletions = Intervals.values.map(({ Mint, Maxt }) => deleted(1, Mint, Maxt));
      const { found } = await read([series(1, 'a'), samples(1, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9), ...deletions]);
      assert.deepEqual(found, remaint.length === 0 ? {} : { a: remaint });
    }
  });
});
