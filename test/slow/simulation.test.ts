import assert from 'node:assert/strict';
import type { WalSync } from '../../src/tsdb/wal/index.js';
import { simulate } from '../simulation/simulate.js';

/** `TSPROM_SEEDS=20000` is the whole run; `TSPROM_FIRST_SEED` shifts it. */
const seeds = Number(process.env.TSPROM_SEEDS ?? 2000);
const first = Number(process.env.TSPROM_FIRST_SEED ?? 1000);
const shares = { commit: 0.6, interval: 0.2, none: 0.2 } satisfies Record<WalSync, number>;

describe(`simulation (${seeds} seeds from ${first})`, () => {
  for (const [sync, share] of Object.entries(shares)) {
    it(`wal-sync=${sync}`, async function () {
      this.timeout(0);
      const report = await simulate({ sync: sync as WalSync, first, count: Math.ceil(seeds * share) });
      assert.ok(report.medianSteps >= 200);
      const { fired, ...sums } = report;
      process.stdout.write(
        `${sync}: ${JSON.stringify(sums)}\n${[...fired]
          .sort()
          .map(([fault, times]) => `  ${fault.padEnd(24)} ${times}\n`)
          .join('')}`,
      );
    });
  }
});
