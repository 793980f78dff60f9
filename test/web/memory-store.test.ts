/** The HTTP API over the real parser and engine and the plain memory store. */
import assert from 'node:assert/strict';
import { Labels } from '../../src/model/index.js';
import { createEngine, parseExpr, parseMetricSelector, prettyExpr } from '../../src/promql/index.js';
import { createMemoryStore } from '../../src/storage/index.js';
import type { WebPorts } from '../../src/web/index.js';
import { createTestKernels } from '../support/kernels.js';
import { ask, form, withServer } from './http-client.js';
import { stubClock, stubPorts } from './stub-ports.js';

async function filledPorts(): Promise<WebPorts> {
  const store = createMemoryStore();
  const appender = store.appender();
  const sets = [
    Labels.fromPairs('__name__', 'up', 'job', 'a'),
    Labels.fromPairs('__name__', 'up', 'job', 'b<c'),
    Labels.fromPairs('__name__', 'odd.name', 'a b', 'ü'),
  ];
  const refs = sets.map((labels) => appender.series(labels));
  for (let i = 0; i < 4; i++) {
    const timestamps = Float64Array.from(refs, () => 1_700_000_000_000 + i * 15_000);
    const values = Float64Array.from(refs, (_, series) => i + series / 4);
    const outcomes = new Uint8Array(refs.length);
    appender.appendFloats(
      { length: refs.length, refs: Float64Array.from(refs), timestamps, values },
      outcomes,
    );
  }
  await appender.commit('acknowledged');
  return stubPorts({
    queryable: store,
    cardinality: (limit) => store.cardinality(limit),
    parser: {
      parse: (query) => parseExpr(query),
      parseSelector: (text) => parseMetricSelector(text),
      pretty: (expr) => prettyExpr(expr),
    },
    engine: createEngine({
      kernels: await createTestKernels(),
      clock: stubClock,
      lookbackDeltaMs: 300_000,
      timeoutMs: 10_000,
      maxSamples: 1_000_000,
      defaultStepMs: () => 60_000,
    }),
  });
}

const at = 'time=1700000045';
const steps = 'start=1700000000&end=1700000045.5&step=15';
const cases: [path: string, status: number, body: string][] = [
  [
    `query?query=up&${at}`,
    200,
    '{"status":"success","data":{"resultType":"vector","result":[{"metric":{"__name__":"up","job":"a"},' +
      '"value":[1700000045,"3"]},{"metric":{"__name__":"up","job":"b<c"},"value":[1700000045,"3.25"]}]}}',
  ],
  [
    `query_range?query=${encodeURIComponent('{"odd.name"}')}&${steps}`,
    200,
    '{"status":"success","data":{"resultType":"matrix","result":[{"metric":{"__name__":"odd.name","a b":"ü"},' +
      '"values":[[1700000000,"0.5"],[1700000015,"1.5"],[1700000030,"2.5"],[1700000045,"3.5"]]}]}}',
  ],
  [
    `query?query=${encodeURIComponent('up{job="a"}[20s]')}&${at}`,
    200,
    '{"status":"success","data":{"resultType":"matrix","result":[{"metric":{"__name__":"up","job":"a"},' +
      '"values":[[1700000030,"2"],[1700000045,"3"]]}]}}',
  ],
  [
    `query?query=sum(up)&${at}&limit=1`,
    200,
    '{"status":"success","data":{"resultType":"vector","result":[{"metric":{},"value":[1700000045,"6.25"]}]}}',
  ],
  [
    `query?query=1/3&time=1700000045.25`,
    200,
    '{"status":"success","data":{"resultType":"scalar","result":[1700000045.25,"0.3333333333333333"]}}',
  ],
  [
    `query?query=%22s%22&${at}`,
    200,
    '{"status":"success","data":{"resultType":"string","result":[1700000045,"s"]}}',
  ],
  [
    `query?query=${encodeURIComponent('sum(')}`,
    400,
    '{"status":"error","errorType":"bad_data","error":"invalid parameter \\"query\\": 1:5: parse error: ' +
      'unclosed left parenthesis"}',
  ],
  [
    `query_range?query=${encodeURIComponent('up[5m]')}&${steps}`,
    400,
    '{"status":"error","errorType":"bad_data","error":"invalid parameter \\"query\\": invalid expression type ' +
      '\\"range vector\\" for range query, must be Scalar or instant Vector"}',
  ],
  [
    `query?query=${encodeURIComponent('up + on() up')}&${at}`,
    422,
    '{"status":"error","errorType":"execution","error":"found duplicate series for the match group {} on the ' +
      'right hand-side of the operation: [{__name__=\\"up\\", job=\\"a\\"}, {__name__=\\"up\\", ' +
      'job=\\"b\\u003cc\\"}];many-to-many matching not allowed: matching labels must be unique on one side"}',
  ],
  ['labels', 200, '{"status":"success","data":["__name__","a b","job"]}'],
  [
    'labels?match[]=up&limit=1',
    200,
    '{"status":"success","data":["__name__"],"warnings":["results truncated due to limit"]}',
  ],
  ['label/job/values', 200, '{"status":"success","data":["a","b\\u003cc"]}'],
  ['label/U__a_20_b/values', 200, '{"status":"success","data":["ü"]}'],
  ['label/a%20b/values', 200, '{"status":"success","data":["ü"]}'],
  [
    'series?match[]=up&match[]=up{job="a"}',
    200,
    '{"status":"success","data":[{"__name__":"up","job":"a"},{"__name__":"up","job":"b<c"}]}',
  ],
  [
    'series?match[]=up&limit=1',
    200,
    '{"status":"success","data":[{"__name__":"up","job":"a"}],"warnings":["results truncated due to limit"]}',
  ],
  ['series?match[]=up&start=1&end=2', 200, '{"status":"success","data":[]}'],
  ['query_exemplars?query=up', 200, '{"status":"success","data":[]}'],
  ['query_exemplars?query=1', 204, ''],
  ['format_query?query=sum(up)by(job)', 200, '{"status":"success","data":"sum by (job) (up)"}'],
];

describe('web: the API over the memory store', () => {
  it('answers to the byte', async () => {
    await withServer(await filledPorts(), {}, async (address) => {
      for (const [path, status, body] of cases) {
        const reply = await ask(address, { path: `/api/v1/${path}` });
        assert.equal(reply.body, body, path);
        assert.equal(reply.status, status, path);
      }
    });
  });

  it('takes parameters from a form, before those of the URL', async () => {
    await withServer(await filledPorts(), {}, async (address) => {
      const body = new URLSearchParams({ query: 'up{job="a"}', time: '1700000000' }).toString();
      const path = '/api/v1/query?query=nope';
      for (const contentType of [
        'application/x-www-form-urlencoded',
        'application/x-www-form-urlencoded;charset=UTF-8',
        'Application/X-WWW-Form-Urlencoded',
      ]) {
        const headers = { 'content-type': contentType };
        const reply = await ask(address, { method: 'POST', path, headers, body });
        assert.match(reply.body, /"value":\[1700000000,"0"\]/, contentType);
      }
      for (const contentType of ['application/json', 'nonsense', 'text/plain', '']) {
        const headers = { 'content-type': contentType };
        const reply = await ask(address, { method: 'POST', path, headers, body });
        assert.match(reply.body, /"result":\[\]/, contentType);
      }
    });
  });

  it('survives queries that nest deep or are wide, on every route that reads them', async () => {
    const queries = [
      `${'('.repeat(100_000)}1${')'.repeat(100_000)}`,
      `${'-'.repeat(100_000)}1`,
      `1${'+1'.repeat(100_000)}`,
      `label_join(up,"a",""${',"b"'.repeat(20_000)})`,
      `up{${'a="b",'.repeat(100_000)}}`,
    ];
    await withServer(await filledPorts(), {}, async (address) => {
      for (const query of queries) {
        for (const route of ['query', 'query_exemplars', 'format_query', 'parse_query']) {
          const body = `query=${encodeURIComponent(query)}`;
          const reply = await ask(address, { method: 'POST', path: `/api/v1/${route}`, headers: form, body });
          const text = `${route} ${query.slice(0, 20)}: ${reply.status} ${reply.body.slice(0, 200)}`;
          assert.ok([200, 204, 400, 422].includes(reply.status), text);
        }
      }
    });
  });
});
