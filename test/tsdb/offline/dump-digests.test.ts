import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { systemDisk } from '../../../src/base/index.js';
import { openReadOnly, type ReadOnlyOptions } from '../../../src/tsdb/index.js';
import { sharedPath } from '../../support/shared.js';
import { type Digest, digestsOf, expectedDigests } from './digests.js';

interface Difference {
  readonly id: string;
  readonly matcher: {
    readonly dump: string;
    readonly moreSamples?: Readonly<Record<string, number>>;
    readonly sameTimes?: readonly string[];
  };
}

const differences = JSON.parse(readFileSync('test/differences/offline.json', 'utf8')) as Difference[];

const sets = ['capture-main', 'capture-ooo', 'awkward-block', 'capture-v3', 'capture-v3-snapshot'];

async function read(folder: string, headFrom: ReadOnlyOptions['headFrom']): Promise<Map<string, Digest>> {
  const directory = path.join(folder, 'data');
  const database = await openReadOnly({ directory, disk: systemDisk, ...(headFrom && { headFrom }) });
  const { corruptions, tornTails } = database.stats;
  assert.deepEqual([corruptions, tornTails, database.lateLog.corruptions], [0, 0, 0]);
  assert.deepEqual([...database.brokenBlocks], []);
  const found = await digestsOf(database);
  await database.close();
  return found;
}

/** What a rule says of a series, or undefined. */
function isKnown(set: string, digest: Digest, own: Digest, used: Set<string>): boolean {
  for (const { id, matcher } of differences) {
    if (matcher.dump !== set) continue;
    const more = matcher.moreSamples?.[digest.series];
    const sameTimes = matcher.sameTimes?.includes(digest.series) === true;
    if (more === undefined && !sameTimes) continue;
    assert.deepEqual(
      [own.samples, own.histograms, own.first, own.last],
      [digest.samples + (more ?? 0), digest.histograms, digest.first, digest.last],
      digest.series,
    );
    used.add(`${id} ${digest.series}`);
    return true;
  }
  return false;
}

describe('directories of Prometheus opened offline', () => {
  for (const set of sets) {
    it(`${set}: every series is what promtool dumps of it`, async function () {
      const folder = sharedPath('corpus', 'tsdb', set);
      if (folder === undefined) this.skip();
      const found = await read(folder, 'last-block');
      const expected = expectedDigests(path.join(folder, 'expected', 'dump-digest.jsonl.gz'));
      assert.deepEqual([...found.keys()].sort(), [...expected.keys()].sort());
      const used = new Set<string>();
      for (const [series, digest] of expected) {
        const own = found.get(series) as Digest;
        if (own.sha256 !== digest.sha256 && isKnown(set, digest, own, used)) continue;
        const histograms = set.startsWith('capture-v3') ? digest.histograms : own.histograms;
        assert.deepEqual(own, { ...digest, histograms }, series);
      }
      const rules = differences
        .filter(({ matcher }) => matcher.dump === set)
        .flatMap(({ id, matcher }) =>
          [...Object.keys(matcher.moreSamples ?? {}), ...(matcher.sameTimes ?? [])].map(
            (of) => `${id} ${of}`,
          ),
        );
      assert.deepEqual([...used].sort(), rules.sort(), 'every rule matches something');
    });
  }

  it('capture-v3: a head behind the last block in order holds all that, and what the log alone has', async function () {
    const folder = sharedPath('corpus', 'tsdb', 'capture-v3');
    if (folder === undefined) this.skip();
    const whole = await read(folder, undefined);
    let more = 0;
    for (const [series, { samples }] of await read(folder, 'last-block')) {
      const own = whole.get(series)?.samples ?? 0;
      assert.ok(own >= samples, series);
      more += own - samples;
    }
    assert.ok(more > 0);
  });
});
