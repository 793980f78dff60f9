import assert from 'node:assert/strict';
import type { WalSync } from '../../src/tsdb/wal/index.js';
import { failNth, scenarios } from '../simulation/fail-nth.js';

describe('every disk call fails or is the last', () => {
  for (const sync of ['commit', 'interval', 'none'] satisfies WalSync[])
    for (const scenario of scenarios) {
      it(`${scenario.name}, wal-sync=${sync}`, async function () {
        this.timeout(0);
        const { calls, runs, fired } = await failNth(scenario, 1, sync);
        assert.ok(fired > 0, 'no fault fired');
        process.stdout.write(
          `${scenario.name}, ${sync}: ${calls} calls, ${runs} runs, ${fired} faults fired\n`,
        );
      });
    }
});
