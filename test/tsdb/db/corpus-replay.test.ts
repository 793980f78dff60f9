import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { formatFloatShortest, systemDisk } from '../../../src/base/index.js';
import { SymbolTable } from '../../../src/storage/index.js';
import { openReadOnly, type ReadOnlyDatabase } from '../../../src/tsdb/index.js';
import { always, request } from '../../storage/storage-samples.js';
import { sharedPath } from '../../support/shared.js';

interface Digest {
  readonly series: string;
  readonly samples: number;
  readonly histograms?: number;
  readonly first: number;
  readonly last: number;
  readonly sha256: string;
}

function expectedDigests(file: string): Map<string, Digest> {
  const lines = gunzipSync(readFileSync(file)).toString('utf8').trim().split('\n');
  return new Map(lines.map((line) => JSON.parse(line) as Digest).map((digest) => [digest.series, digest]));
}

/** As the expectation has it; of series with histograms the samples are counted and not hashed. */
async function digests(database: ReadOnlyDatabase): Promise<Map<string, Digest>> {
  const found = new Map<string, Digest>();
  const symbols = new SymbolTable();
  const querier = database.querier(always);
  const set = querier.select(request(['__name__=~.+'], { symbols }));
  while (await set.next()) {
    const { columns } = set;
    if (columns.length === 0) continue;
    const hash = createHash('sha256');
    for (let i = 0; i < columns.length; i++) {
      hash.update(`${columns.timestamps[i]} ${formatFloatShortest(columns.values[i] as number)}\n`);
    }
    const series = symbols.labels(set.labels).toString();
    found.set(series, {
      series,
      samples: columns.length,
      first: columns.timestamps[0] as number,
      last: columns.timestamps[columns.length - 1] as number,
      sha256: columns.kinds === undefined ? hash.digest('hex') : '',
    });
  }
  querier.close();
  return found;
}

describe('a log of Prometheus 3.14 opened read-only', () => {
  it('gives every series the samples that promtool dumps', async function () {
    const folder = sharedPath('corpus', 'tsdb', 'capture-v3-snapshot');
    if (folder === undefined) this.skip();
    const directory = path.join(folder, 'data');
    const database = await openReadOnly({ directory, disk: systemDisk });
    const found = await digests(database);
    const expected = expectedDigests(path.join(folder, 'expected', 'dump-digest.jsonl.gz'));
    assert.deepEqual([...found.keys()].sort(), [...expected.keys()].sort());
    for (const [series, digest] of expected) {
      const own = found.get(series) as Digest;
      assert.deepEqual(
        [own.samples, own.first, own.last],
        [digest.samples, digest.first, digest.last],
        series,
      );
      if (own.sha256 !== '') assert.equal(own.sha256, digest.sha256, series);
    }
    assert.equal(database.stats.unknownRefs.series, 0);
    await database.close();
  });

  // The series of capture-v3's unknown references are gone from its checkpoint, since their samples lie in blocks.
  const sets: [set: string, unknownSamples: number, unknownHistograms: number][] = [
    ['capture-main', 0, 0],
    ['capture-ooo', 0, 0],
    ['capture-v3', 571, 42],
  ];
  for (const [set, unknownSamples, unknownHistograms] of sets) {
    it(`${set}: finds a series for every sample of the head`, async function () {
      const directory = sharedPath('corpus', 'tsdb', set, 'data');
      if (directory === undefined) this.skip();
      const seen: number[] = [];
      const database = await openReadOnly({
        directory,
        disk: systemDisk,
        onReplayProgress: ({ segment, last }) => {
          assert.ok(segment <= last);
          seen.push(segment);
        },
      });
      const { samples, histograms } = database.stats.unknownRefs;
      assert.deepEqual([samples, histograms], [unknownSamples, unknownHistograms]);
      assert.equal(database.stats.corruptions + database.stats.tornTails, 0);
      assert.ok(database.stats.samples > 0 && seen.length === database.stats.segments);
      await database.close();
    });
  }
});
