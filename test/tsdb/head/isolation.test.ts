import assert from 'node:assert/strict';
import { seededRandom } from '../../../src/base/index.js';
import { Labels } from '../../../src/model/index.js';
import { type Querier, SymbolTable } from '../../../src/storage/index.js';
import { always, appendRows, request } from '../../storage/storage-samples.js';
import { HeadStorage } from './head-storage.js';

const seriesCount = 4;
const commits = 1500;
const mostHeld = 9;

interface Held {
  readonly querier: Querier;
  /** Samples of each series when it was opened. */
  readonly counts: readonly number[];
}

async function countsOf(querier: Querier): Promise<number[]> {
  const counts = new Array<number>(seriesCount).fill(0);
  const symbols = new SymbolTable();
  const set = querier.select(request(['__name__=m'], { symbols }));
  while (await set.next()) {
    const { columns } = set;
    const index = Number(symbols.labels(set.labels).get('i'));
    counts[index] = columns.length;
    for (let row = 0; row < columns.length; row++) {
      assert.equal(columns.values[row], row, `series ${index} has each value once, in order`);
    }
  }
  set.close();
  return counts;
}

describe('the head, read by many who began at different commits', () => {
  for (const seed of [1, 2, 3]) {
    it(`shows each of them what it saw first, over ${commits} commits (seed ${seed})`, async () => {
      const storage = await HeadStorage.open();
      const random = seededRandom(seed);
      const counts = new Array<number>(seriesCount).fill(0);
      const held: Held[] = [];
      let checks = 0;
      for (let commit = 1; commit <= commits; commit++) {
        const appender = storage.appender();
        for (let i = 0; i < seriesCount; i++) {
          if (random.float() < 0.3) continue;
          const ref = appender.series(Labels.fromPairs('__name__', 'm', 'i', String(i)));
          const rows = 1 + Math.floor(random.float() ** 4 * 4);
          for (let row = 0; row < rows; row++) {
            appendRows(appender, [ref, commit * 10_000 + row, counts[i] as number]);
            counts[i] = (counts[i] as number) + 1;
          }
        }
        await appender.commit('scraped');
        if (held.length < mostHeld && random.float() < 0.4) {
          held.push({ querier: storage.querier(always), counts: [...counts] });
        } else if (held.length > 0 && random.float() < 0.25) {
          const [gone] = held.splice(Math.floor(random.float() ** 2 * held.length), 1);
          gone?.querier.close();
        }
        const [first] = held;
        const other = held[Math.floor(random.float() * held.length)];
        for (const one of commit % 7 === 0 ? [first, other] : []) {
          if (one === undefined) continue;
          assert.deepEqual(await countsOf(one.querier), one.counts, `commit ${commit}`);
          checks++;
        }
      }
      assert.ok(checks > 100);
      for (const { querier } of held) querier.close();
    });
  }

  it('keeps no more for a reader that stays long than for one that does not', async () => {
    const used = async (isLong: boolean): Promise<number> => {
      const storage = await HeadStorage.open();
      const first = storage.querier(always);
      for (let commit = 1; commit <= 400; commit++) {
        const short = storage.querier(always);
        const appender = storage.appender();
        const ref = appender.series(Labels.fromPairs('__name__', 'm', 'i', '0'));
        appendRows(appender, [ref, commit * 10_000, commit]);
        await appender.commit('scraped');
        short.close();
        if (commit === 3 && !isLong) first.close();
      }
      first.close();
      for (let commit = 401; commit <= 410; commit++) {
        const appender = storage.appender();
        const ref = appender.series(Labels.fromPairs('__name__', 'm', 'i', '0'));
        appendRows(appender, [ref, commit * 10_000, commit]);
        await appender.commit('scraped');
      }
      return storage.head.usedBytes;
    };
    assert.equal(await used(true), await used(false));
  });
});
