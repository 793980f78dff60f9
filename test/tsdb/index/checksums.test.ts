import assert from 'node:assert/strict';
import { CorruptionError, seededRandom } from '../../../src/base/index.js';
import { Labels, Matcher } from '../../../src/model/index.js';
import { matchSeries, writeBlock } from '../../../src/tsdb/block/index.js';
import { openIndex } from '../../../src/tsdb/index/index.js';
import { FaultDisk } from '../../support/fault-disk.js';

const file = '/data/block/index';
const tocBytes = 52;
const pairs = Array.from({ length: 12 }, (_, i) => ['n', `v${i}`] as const);
const others = ['a', 'b', 'c'];

async function written(): Promise<FaultDisk> {
  const disk = new FaultDisk(seededRandom(1));
  const chunk = { encoding: 1, mintMs: 1, maxtMs: 1, samples: 1, bytes: new Uint8Array(20) };
  const series = pairs
    .flatMap(([name, value]) => others.map((other) => Labels.fromPairs(name, value, 'other', other)))
    .sort((a, b) => a.compare(b));
  await writeBlock({
    ...{ disk, directory: '/data', ulid: 'block', mintMs: 0, endMs: 10 },
    series: series.map((labels) => ({ labels, chunks: [chunk] })),
  });
  return disk;
}

describe('checksums of an index', () => {
  it('find any bit that is turned in the table of contents', async () => {
    const disk = await written();
    const start = disk.sizeOf(file) - tocBytes;
    for (let bit = 0; bit < tocBytes * 8; bit++) {
      disk.flip(file, start + (bit >> 3), 1 << (bit & 7));
      await assert.rejects(openIndex(disk, file), CorruptionError, `bit ${bit}`);
      disk.flip(file, start + (bit >> 3), 1 << (bit & 7));
    }
    await (await openIndex(disk, file)).close();
  });

  it('find any bit that is turned in a list of postings', async () => {
    const disk = await written();
    const bytes = await disk.readFile(file);
    const view = new DataView(bytes.buffer, bytes.byteOffset);
    const offsetOf = (entry: number): number =>
      Number(view.getBigUint64(bytes.length - tocBytes + 8 * entry));
    const [start, end] = [offsetOf(4), offsetOf(5)];
    const readAll = async (): Promise<number> => {
      const index = await openIndex(disk, file);
      try {
        let count = 0;
        for (const [name, value] of [...pairs, ...others.map((other) => ['other', other] as const)])
          count += [...matchSeries(index, [new Matcher('=', name, value)])].length;
        return count + [...matchSeries(index, [])].length;
      } finally {
        await index.close();
      }
    };
    const whole = await readAll();
    assert.equal(whole, 3 * 36);
    let found = 0;
    for (let at = start; at < end; at++) {
      disk.flip(file, at, 1 << (at & 7));
      const outcome = await readAll().catch((error: unknown) => {
        if (!(error instanceof CorruptionError)) throw error;
        return undefined;
      });
      // Between two lists there may be zeros that nobody reads.
      if (outcome === undefined) found++;
      else assert.equal(outcome, whole, `byte ${at}`);
      disk.flip(file, at, 1 << (at & 7));
    }
    assert.ok(found > (end - start) * 0.9, `${found} of ${end - start}`);
  });
});
