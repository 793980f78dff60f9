import assert from 'node:assert/strict';
import { Kernels, reserveMemory } from '../../../src/kernels/index.js';
import { Labels, type Matcher } from '../../../src/model/index.js';
import { parseMetricSelector } from '../../../src/promql/index.js';
import { createHead } from '../../../src/tsdb/head/index.js';
import { kernelModule } from '../../support/kernels.js';

const reservedBytes = 32 << 20;

describe('tsdb head: how many series may match', () => {
  it('is told from counts, and never too low', async () => {
    const memory = reserveMemory({ maxBytes: reservedBytes, initialBytes: reservedBytes });
    const head = createHead({ kernels: new Kernels(await kernelModule(), memory), chunkRangeMs: 7_200_000 });
    const appender = head.appender();
    for (let i = 0; i < 300; i++) {
      appender.series(
        Labels.fromPairs('__name__', i % 3 === 0 ? 'up' : 'down', 'host', `h${i}`, 'zone', `z${i % 2}`),
      );
    }
    const cases: readonly [selector: string, bound: number][] = [
      ['up', 100],
      ['down', 200],
      ['{__name__="up",host="h3"}', 1],
      ['up{zone="z0"}', 100],
      ['{__name__=~"up|down",zone="z0"}', 150],
      ['{__name__=~"up|nothing"}', 100],
      ['nothing', 0],
      ['{nothing="a",__name__="up"}', 0],
      ['{__name__=~"u.+"}', 300],
      ['up{host!="h3"}', 100],
    ];
    for (const [selector, bound] of cases) {
      const matchers: readonly Matcher[] = parseMetricSelector(selector);
      assert.equal(head.seriesBound?.(matchers), bound, selector);
    }
    appender.rollback();
  });
});
