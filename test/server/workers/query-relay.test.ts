import assert from 'node:assert/strict';
import { queryParser } from '../../../src/server/query-engine.js';
import { CostModel } from '../../../src/server/workers/query-cost.js';
import type { PoolRequest } from '../../../src/server/workers/query-pool.js';
import { QueryRelay } from '../../../src/server/workers/query-relay.js';
import { Form } from '../../../src/web/form.js';
import type { WebRequest } from '../../../src/web/index.js';

const usage = { memoryBytes: 0, evalSeconds: 0.0005, answerSeconds: 0.001, samplesTotal: 1, samplesRead: 1 };

/** A relay whose store has blocks up to now, and a pool that only notes what it is given. */
function createSite() {
  const asked: PoolRequest[] = [];
  const time = { nowMs: 1_700_000_000_000 };
  const figures = {
    seriesCount: 10,
    memoryFromMs: time.nowMs - 60_000,
    seriesBound: () => 10,
    blockCount: () => 12,
    blockSeriesBound: (): number => assert.fail('so many blocks are not looked into'),
  };
  const relay = new QueryRelay({
    pool: {
      run(request) {
        asked.push(request);
        return new Promise(() => undefined);
      },
    },
    costs: new CostModel({ parser: queryParser(new Set()), lookbackDeltaMs: 300_000 }),
    store: () => figures,
    clock: {
      nowMs: () => time.nowMs,
      monotonicMs: () => time.nowMs,
      after: () => ({ cancel: () => undefined }),
      sleep: () => Promise.resolve(),
    },
    timeoutMs: 120_000,
  });
  const request = (rawQuery: string): WebRequest => {
    const query = Form.parse(rawQuery);
    const { signal } = new AbortController();
    return { query, form: query, body: Form.empty, rawQuery, parameter: 'job', accept: '', signal };
  };
  /** The request where it is answered here, else what the pool was given. */
  const ask = (route: string, rawQuery: string): WebRequest | PoolRequest => {
    const made = request(rawQuery);
    const before = asked.length;
    void relay.answer(route, made);
    return asked[before] ?? made;
  };
  return { relay, time, figures, ask };
}

const isHere = (answered: WebRequest | PoolRequest): answered is WebRequest => 'rawQuery' in answered;

function atPool(answered: WebRequest | PoolRequest): PoolRequest {
  assert.ok(!isHere(answered), 'the request goes to a worker');
  return answered;
}

function atHome(answered: WebRequest | PoolRequest): WebRequest {
  assert.ok(isHere(answered), 'the request is answered here');
  return answered;
}

describe('a request that reads files', () => {
  const cases: readonly [route: string, rawQuery: string][] = [
    ['/api/v1/query', 'query=up'],
    ['/api/v1/label/:name/values', ''],
    ['/api/v1/series', 'match[]=up'],
  ];
  for (const [route, rawQuery] of cases) {
    it(`${route} comes back once a worker has answered it in a moment, until it takes longer`, () => {
      const { relay, ask } = createSite();
      atPool(ask(route, rawQuery)).onEnd?.(usage);
      for (let i = 0; i < 3; i++) relay.answered(atHome(ask(route, rawQuery)), 0.001);
      relay.answered(atHome(ask(route, rawQuery)), 0.003);
      atPool(ask(route, rawQuery));
    });
  }

  it('stays with the workers when one takes longer, fails, or answered long ago', () => {
    const { time, figures, ask } = createSite();
    atPool(ask('/api/v1/query', 'query=up')).onEnd?.({ ...usage, evalSeconds: 0.004, answerSeconds: 0.004 });
    atPool(ask('/api/v1/query', 'query=up')).onEnd?.({ ...usage, evalSeconds: 0, answerSeconds: 0 });
    atPool(ask('/api/v1/query', 'query=up')).onEnd?.(usage);
    atHome(ask('/api/v1/query', 'query=up'));
    time.nowMs += 600_000;
    figures.memoryFromMs += 600_000;
    atPool(ask('/api/v1/query', 'query=up'));
  });

  it('goes to a worker when it has become large meanwhile, and another does by its own times', () => {
    const { figures, ask } = createSite();
    atPool(ask('/api/v1/query', 'query=up')).onEnd?.(usage);
    atPool(ask('/api/v1/query', 'query=down'));
    atPool(ask('/api/v1/series', 'match[]=up'));
    atHome(ask('/api/v1/query', 'query=up'));
    figures.seriesBound = () => 10_000;
    atPool(ask('/api/v1/query', 'query=up'));
  });
});

describe('a request that reads files a few times', () => {
  it('is answered here at once, unless its blocks have many series or it took too long', () => {
    const { relay, figures, ask } = createSite();
    figures.blockCount = () => 1;
    figures.blockSeriesBound = () => 100;
    relay.answered(atHome(ask('/api/v1/query', 'query=up')), 0.006);
    atPool(ask('/api/v1/query', 'query=up'));
    atHome(ask('/api/v1/query', 'query=down'));
    figures.blockSeriesBound = () => 1000;
    atPool(ask('/api/v1/query', 'query=down'));
  });
});

describe('a request that reads memory alone', () => {
  it('is answered here, unless it took too long', () => {
    const { relay, figures, ask } = createSite();
    figures.memoryFromMs = Number.NEGATIVE_INFINITY;
    relay.answered(atHome(ask('/api/v1/query', 'query=up')), 0.004);
    relay.answered(atHome(ask('/api/v1/query', 'query=up')), 0.006);
    atPool(ask('/api/v1/query', 'query=up'));
  });
});
