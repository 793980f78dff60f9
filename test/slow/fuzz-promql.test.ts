/** Many inputs to the parser, the engine and regular expressions. SEED and ROUNDS (of each) steer it. */
import assert from 'node:assert/strict';
import { messageOf, seededRandom, systemClock } from '../../src/base/index.js';
import { compileLabelRegexp, RegexpSyntaxError } from '../../src/model/index.js';
import { createEngine, ParseError, QueryError } from '../../src/promql/index.js';
import { createMemoryStore } from '../../src/storage/index.js';
import { createTestKernels } from '../support/kernels.js';
import { hostileRegexp, hostileValue } from '../support/queries/hostile-regexps.js';
import { dataEndMs, dataStartMs, writeQueryData } from '../support/queries/query-data.js';
import { TypedQueries } from '../support/queries/typed-queries.js';

const seed = Number(process.env.SEED ?? 20_261_123);
const rounds = (usual: number): number => Number(process.env.ROUNDS ?? usual);

/** Time of this thread alone: whatever else the machine does is not the query's. */
function threadMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}

describe(`fuzzing PromQL (seed ${seed})`, function () {
  this.timeout(0);

  it('valid queries end in an answer or an error of the query', async () => {
    const random = seededRandom(seed);
    const store = createMemoryStore();
    await writeQueryData(store, seed);
    const kinds = [new TypedQueries(random, false), new TypedQueries(random, true)];
    const kernels = await createTestKernels();
    const engine = createEngine({
      ...{ kernels, clock: systemClock },
      lookbackDeltaMs: 300_000,
      timeoutMs: 10_000,
      maxSamples: 5_000_000,
      defaultStepMs: () => 60_000,
      parserOptions: { experimentalFunctions: true, extendedRangeSelectors: true, fillModifiers: true },
    });
    const count = rounds(100_000);
    let refused = 0;
    let longest = { ms: 0, query: '' };
    for (let i = 0; i < count; i++) {
      const query = (kinds[i % 2] as TypedQueries).query();
      const timeMs = Math.round(dataStartMs + random.float() * (dataEndMs - dataStartMs));
      const startMs = threadMs();
      try {
        const asked = { queryable: store, query };
        if (i % 4 < 2) await engine.instant({ ...asked, timeMs });
        else await engine.range({ ...asked, startMs: timeMs, endMs: timeMs + 600_000, stepMs: 47_000 });
      } catch (error) {
        if (!(error instanceof QueryError || error instanceof ParseError))
          assert.fail(`${query}: ${messageOf(error)}`);
        refused++;
      }
      const ms = threadMs() - startMs;
      if (ms > longest.ms) longest = { ms, query };
    }
    process.stdout.write(
      `      ${count} queries, ${refused} errors, the longest ${longest.ms.toFixed(0)} ms: ${longest.query.slice(0, 200)}\n`,
    );
    assert.ok(refused < count / 10);
  });

  it('hostile regular expressions are matched or refused', () => {
    const random = seededRandom(seed);
    const count = rounds(10_000);
    let refused = 0;
    let matched = 0;
    let longest = { ms: 0, pair: '' };
    for (let i = 0; i < count; i++) {
      const pattern = hostileRegexp(random);
      const value = hostileValue(random);
      const startMs = threadMs();
      try {
        if (compileLabelRegexp(pattern).test(value)) matched++;
      } catch (error) {
        if (!(error instanceof RegexpSyntaxError)) assert.fail(`${pattern}: ${messageOf(error)}`);
        refused++;
      }
      const ms = threadMs() - startMs;
      if (ms > longest.ms) longest = { ms, pair: `${pattern.slice(0, 80)} on ${value.length} characters` };
    }
    process.stdout.write(
      `      ${count} pairs, ${matched} match, ${refused} refused, the longest ${longest.ms.toFixed(1)} ms: ${longest.pair}\n`,
    );
    assert.ok(matched > 0 && refused < count / 2);
  });
});
