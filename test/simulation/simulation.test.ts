import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { WalSync } from '../../src/tsdb/wal/index.js';
import { runScript } from './run-script.js';
import { simulate } from './simulate.js';
import type { Script } from './steps.js';

const seeds = 500;

/** Scripts, shortened, in which a promise was broken once. */
const onceBroken = path.resolve('fixtures', 'simulation');

describe('a database on a disk that fails, loses power and decays', () => {
  for (const name of readdirSync(onceBroken))
    it(`keeps its promises where it once did not: ${path.basename(name, '.json')}`, async () => {
      const outcome = await runScript(
        JSON.parse(readFileSync(path.join(onceBroken, name), 'utf8')) as Script,
      );
      assert.ok(outcome.told > 0);
    });

  for (const [sync, count] of [
    ['commit', seeds],
    ['interval', seeds / 5],
    ['none', seeds / 5],
  ] as const satisfies readonly (readonly [WalSync, number])[]) {
    it(`keeps its promises with wal-sync=${sync} (${count} seeds)`, async function () {
      this.timeout(300_000);
      const report = await simulate({ sync, first: 1, count });
      if (report.seeds !== count) return;
      assert.ok(report.medianSteps >= 200, `${report.medianSteps} steps at the median`);
      assert.ok(report.told > 100 * count, `${report.told} samples told`);
      for (const fault of ['power loss', 'process killed', 'file not synced', 'write failed', 'sync failed'])
        assert.ok((report.fired.get(fault) ?? 0) > 0, `no ${fault} in ${count} seeds`);
    });
  }
});
