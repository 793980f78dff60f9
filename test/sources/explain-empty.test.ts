import assert from 'node:assert/strict';
import { Labels } from '../../src/model/index.js';
import { parseExpr } from '../../src/promql/index.js';
import { explainEmpty } from '../../src/sources/explain-empty.js';
import { createMemoryStore } from '../../src/storage/index.js';

const hourMs = 3_600_000;

async function storeOf(series: readonly Readonly<Record<string, string>>[]) {
  const store = createMemoryStore();
  const appender = store.appender();
  for (const labels of series) {
    const ref = appender.series(Labels.fromObject(labels));
    const batch = {
      length: 1,
      refs: Float64Array.of(ref),
      timestamps: Float64Array.of(hourMs),
      values: Float64Array.of(1),
    };
    appender.appendFloats(batch, new Uint8Array(1));
  }
  await appender.commit('acknowledged');
  return store;
}

const series = [
  { __name__: 'up', job: 'node', instance: 'a' },
  { __name__: 'up', job: 'api', instance: 'b' },
  ...Array.from({ length: 9 }, (_, i) => ({ __name__: 'many', shard: `s${i}` })),
];

describe('sources: why an answer is empty', () => {
  const cases: readonly (readonly [query: string, sentences: readonly string[]])[] = [
    ['upp', ['there is no metric "upp"; did you mean "up"?']],
    ['man', ['there is no metric "man"; did you mean "many"?']],
    ['zzz', ['there is no metric "zzz"; there are 2 others']],
    [
      'up{job="x"}',
      ['the metric "up" exists, but no series of it has job="x"; its values are "api", "node"'],
    ],
    [
      'up{job="nod"}',
      ['the metric "up" exists, but no series of it has job="nod"; its values are "node", "api"'],
    ],
    [
      'up{constructor="x"}',
      ['the metric "up" exists, but no series of it has constructor="x"; none has a label "constructor"'],
    ],
    ['up{job=""}', ['the metric "up" exists, but no series of it has job=""; its values are "api", "node"']],
    [
      'many{shard="t"}',
      [
        'the metric "many" exists, but no series of it has shard="t"; its values are "s0", "s1", "s2", "s3", "s4" and 4 more',
      ],
    ],
    ['up{job="api",instance="a"}', ['no series of "up" has all of job="api", instance="a" together']],
    ['{job="x"}', ['no series has job="x"; its values are "api", "node"']],
    [
      'sum(rate(upp[5m])) / zzz',
      ['there is no metric "upp"; did you mean "up"?', 'there is no metric "zzz"; there are 2 others'],
    ],
    ['up > 5', ['every selector has samples; what filters or joins them left none']],
    ['up offset 1d', ['up has samples from 1970-01-01T01:00:00Z to 1970-01-01T01:00:00Z']],
    ['up{job="api"} @ 0', ['up{job="api"} has samples from 1970-01-01T01:00:00Z to 1970-01-01T01:00:00Z']],
    ['max_over_time(upp[1h:1m])', ['there is no metric "upp"; did you mean "up"?']],
  ];
  for (const [query, sentences] of cases) {
    it(query, async () => {
      const queryable = await storeOf(series);
      const expr = parseExpr(query);
      assert.deepEqual(await explainEmpty({ expr, queryable, startMs: hourMs, endMs: hourMs }), sentences);
    });
  }

  it('says when samples were, for a time without any', async () => {
    const queryable = await storeOf(series);
    const explained = await explainEmpty({ expr: parseExpr('up'), queryable, startMs: 0, endMs: 0 });
    assert.deepEqual(explained, ['up has samples from 1970-01-01T01:00:00Z to 1970-01-01T01:00:00Z']);
  });

  it('says that there are no samples at all', async () => {
    const queryable = await storeOf([]);
    const explained = await explainEmpty({ expr: parseExpr('up'), queryable, startMs: 0, endMs: 0 });
    assert.deepEqual(explained, ['there are no samples at all']);
  });
});
