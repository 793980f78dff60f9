import assert from 'node:assert/strict';
import { failNth, scenarios } from './fail-nth.js';

const stride = 11;

describe(`every ${stride}th disk call fails or is the last`, () => {
  for (const scenario of scenarios) {
    it(scenario.name, async function () {
      this.timeout(60_000);
      const { fired } = await failNth(scenario, stride);
      assert.ok(fired > 0, 'no fault fired');
    });
  }
});
