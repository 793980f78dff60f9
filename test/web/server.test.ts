import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { Labels } from '../../src/model/index.js';
import { SymbolTable } from '../../src/storage/index.js';
import { type MetricFamily, MetricRegistry } from '../../src/telemetry/index.js';
import { ask, withServer } from './http-client.js';
import { scalarResult, stubPorts, stubTarget } from './stub-ports.js';

describe('web: server', () => {
  it('answers what upstream answers around the API', async () => {
    const cases: [method: string, path: string, status: number, body: string | RegExp, headers?: object][] = [
      ['GET', '/', 302, '<a href="/query">Found</a>.\n\n', { location: '/query' }],
      ['GET', '/graph?g0.expr=a&b', 302, '<a href="/query?g0.expr=a&amp;b">Found</a>.\n\n'],
      ['OPTIONS', '/', 200, '', { allow: 'GET, OPTIONS', 'content-length': '0' }],
      ['OPTIONS', '/api/v1/nope', 204, '', { vary: 'Accept-Encoding, Origin' }],
      ['DELETE', '/-/reload', 405, 'Method Not Allowed\n', { allow: 'GET, OPTIONS, POST, PUT' }],
      ['HEAD', '/metrics', 405, '', { 'content-length': '19', allow: 'GET, OPTIONS' }],
      ['GET', '/api/v1', 404, '404 page not found\n'],
      ['GET', '/api/v1/label/a%2Fb/values', 404, '404 page not found\n'],
      ['GET', '/api/v1/label/a/b/values', 404, '404 page not found\n'],
      ['GET', '/api/v1/label/%ff/values', 400, /"error":"invalid label name: \\"\\\\xff\\""\}$/],
      ['GET', '/api/v1/%zz', 400, /./],
      [
        'GET',
        '/version',
        200,
        /^\{"version":"3\.14\.0".*\}\n$/,
        { 'content-type': 'text/plain; charset=utf-8' },
      ],
      [
        'GET',
        '/metrics',
        200,
        /^prometheus_http_requests_total\{code="200",handler="\/-\/ready"\} 0$/m,
        { 'content-type': 'text/plain; version=0.0.4; charset=utf-8; escaping=underscores' },
      ],
      ['GET', '/metrics/host', 404, '404 page not found\n'],
      ['POST', '/-/quit', 403, 'Lifecycle API is not enabled.'],
      [
        'GET',
        '/api/v1/query?query=1&timeout=-1',
        400,
        /invalid parameter \\"query\\": context deadline exceeded/,
      ],
      ['GET', '/api/v1/query?query=1&timeout=0', 503, /"query timed out in query execution"/],
      ['GET', '/api/v1/query_range?query=1&start=1&end=2&step=0.0005', 422, /integer divide by zero/],
    ];
    await withServer(stubPorts(), {}, async (address) => {
      for (const [method, path, status, body, headers = {}] of cases) {
        const reply = await ask(address, { method, path });
        assert.equal(reply.status, status, `${method} ${path}`);
        if (typeof body === 'string') assert.equal(reply.body, body, path);
        else assert.match(reply.body, body, path);
        for (const [name, value] of Object.entries(headers)) {
          assert.equal(reply.headers[name]?.toString(), value, `${path}: ${name}`);
        }
      }
    });
  });

  it('serves under a prefix and links with the path of the external URL', async () => {
    const options = { routePrefix: '/prom', externalUrl: 'https://example.org/outside/' };
    await withServer(stubPorts(), options, async (address) => {
      const cases: [path: string, status: number, location?: string][] = [
        ['/', 302, '/prom'],
        ['/prom', 301, '/prom/'],
        ['/prom/', 302, '/outside/query'],
        ['/prom/-/healthy', 200],
        ['/-/healthy', 404],
        ['/prom/api/v1/labels', 200],
        ['/api/v1/labels', 404],
        ['/prom/assets/app.js', 200],
      ];
      for (const [path, status, location] of cases) {
        const reply = await ask(address, { path });
        assert.equal(reply.status, status, path);
        assert.equal(reply.headers.location, location, path);
      }
      const page = await ask(address, { path: '/prom/query' });
      assert.match(page.body, /src="\/outside\/assets\/app\.js"/);
    });
  });

  it('says so while it is not ready, save where upstream answers all the same', async () => {
    for (const [readiness, stopping] of [
      ['starting', 'false'],
      ['stopping', 'true'],
    ] as const) {
      await withServer(stubPorts({}, readiness), {}, async (address) => {
        for (const path of ['/-/ready', '/api/v1/query?query=1', '/api/v1/targets']) {
          const reply = await ask(address, { path });
          assert.equal(reply.status, 503, path);
          assert.equal(reply.body, 'Service Unavailable');
          assert.equal(reply.headers['x-prometheus-stopping'], stopping);
        }
        for (const path of ['/-/healthy', '/api/v1/status/walreplay', '/api/v1/notifications', '/metrics']) {
          assert.equal((await ask(address, { path })).status, 200, path);
        }
      });
    }
  });

  it('reloads and quits when the lifecycle is on', async () => {
    let error: string | undefined;
    let quits = 0;
    const ports = stubPorts({ lifecycle: { reload: async () => error, quit: () => quits++ === 0 } });
    await withServer(ports, { enableLifecycle: true }, async (address) => {
      const reload = () => ask(address, { method: 'PUT', path: '/-/reload' });
      assert.deepEqual([(await reload()).status, (await reload()).body], [200, '']);
      error = 'one or more errors occurred';
      const failed = await reload();
      assert.equal(failed.status, 500);
      assert.equal(failed.body, 'failed to reload config: one or more errors occurred\n');
      const quit = () => ask(address, { method: 'POST', path: '/-/quit' });
      assert.equal((await quit()).body, 'Requesting termination... Goodbye!');
      assert.equal((await quit()).body, 'Termination already in progress.');
    });
  });

  it('compresses with the first coding it knows and sets CORS headers for origins that match', async () => {
    const options = { corsOrigin: 'https?://(good|fine)\\.org' };
    await withServer(stubPorts(), options, async (address) => {
      const codings: [string, string | undefined][] = [
        ['gzip, deflate', 'gzip'],
        ['br, deflate, gzip', 'deflate'],
        ['gzip;q=1', undefined],
        ['identity', undefined],
      ];
      for (const [accept, coding] of codings) {
        const reply = await ask(address, { path: '/api/v1/labels', headers: { 'accept-encoding': accept } });
        assert.equal(reply.headers['content-encoding'], coding, accept);
        assert.equal(reply.body, '{"status":"success","data":[]}');
      }
      const plain = await ask(address, {
        path: '/api/v1/status/walreplay',
        headers: { 'accept-encoding': 'gzip' },
      });
      assert.equal(plain.headers['content-encoding'], undefined);
      assert.equal(plain.headers.vary, 'Origin');
      for (const [origin, allowed] of [
        ['http://good.org', true],
        ['http://good.org.evil', false],
      ] as const) {
        const reply = await ask(address, { path: '/api/v1/labels', headers: { origin } });
        assert.equal(reply.headers['access-control-allow-origin'], allowed ? origin : undefined);
        assert.equal(reply.headers['access-control-expose-headers'], 'Date');
      }
    });
  });

  it('shows targets, whose label sets are not escaped for HTML though their errors are', async () => {
    const ports = stubPorts({
      targets: {
        pools: () => ['b', 'a'],
        active: () =>
          new Map([
            ['b', [stubTarget]],
            ['a', []],
          ]),
        dropped: () => new Map([['a', [{ discoveredLabels: Labels.fromPairs('x', 'y') }]]]),
        droppedCounts: () =>
          new Map([
            ['b', 0],
            ['a', 1],
          ]),
        poolConfig: (pool) => (pool === 'a' ? 'job_name: a\n' : undefined),
      },
    });
    const options = { externalUrl: 'https://example.org/prom' };
    const active =
      '{"discoveredLabels":{"__address__":"localhost:9090","job":"a<b"},' +
      '"labels":{"instance":"localhost:9090","job":"a<b"},"scrapePool":"b","scrapeUrl":"http://localhost:9090/metrics",' +
      '"globalUrl":"https://example.org/metrics","lastError":"Get \\"http://localhost:9090/metrics\\": ' +
      '\\u003ctimeout\\u003e","lastScrape":"2026-11-22T11:38:50.1Z","lastScrapeDuration":5e-07,"health":"down",' +
      '"scrapeInterval":"15s","scrapeTimeout":"10s"}';
    const counts = '"droppedTargetCounts":{"a":1,"b":0}';
    const dropped = '{"discoveredLabels":{"x":"y"},"scrapePool":"a"}';
    const cases: [path: string, data: string][] = [
      ['targets', `{"activeTargets":[${active}],"droppedTargets":[${dropped}],${counts}}`],
      ['targets?state=DROPPED', `{"activeTargets":[],"droppedTargets":[${dropped}],${counts}}`],
      [
        'targets?state=active&scrapePool=a',
        '{"activeTargets":[],"droppedTargets":[],"droppedTargetCounts":null}',
      ],
      ['scrape_pools', '{"scrapePools":["a","b"]}'],
      ['scrape_pools/config?scrapePool=a', '{"yaml":"job_name: a\\n"}'],
      ['metadata', '{"up":[{"type":"gauge","unit":"","help":"Whether \\u003cit\\u003e is up."}]}'],
      [
        'targets/metadata?metric=up',
        '[{"target":{"instance":"localhost:9090","job":"a<b"},"type":"gauge",' +
          '"help":"Whether \\u003cit\\u003e is up.","unit":""}]',
      ],
    ];
    await withServer(ports, options, async (address) => {
      for (const [path, data] of cases) {
        const reply = await ask(address, { path: `/api/v1/${path}` });
        assert.equal(reply.body, `{"status":"success","data":${data}}`, path);
      }
    });
  });

  it('limits warnings and infos to ten each and cuts results to the limit', async () => {
    const symbols = new SymbolTable();
    const ports = stubPorts({
      engine: {
        range: async () => scalarResult(1),
        instant: async ({ timeMs }) => ({
          value: {
            kind: 'vector',
            symbols,
            timestampMs: timeMs,
            labels: [new Uint32Array(0), new Uint32Array(0)],
            values: Float64Array.of(1, 2),
          },
          warnings: Array.from({ length: 12 }, (_, i) => `PromQL warning: ${i}`),
          infos: Array.from({ length: 11 }, (_, i) => `PromQL info: ${i}`),
        }),
      },
    });
    await withServer(ports, {}, async (address) => {
      const reply = await ask(address, { path: '/api/v1/query?query=x&limit=1&time=1&stats=all' });
      const answer = JSON.parse(reply.body) as {
        data: { stats: object };
        warnings: string[];
        infos: string[];
      };
      assert.deepEqual(Object.keys(answer), ['status', 'data', 'warnings', 'infos']);
      assert.deepEqual(Object.keys(answer.data), ['resultType', 'result', 'stats']);
      assert.equal(answer.warnings.length, 11);
      assert.equal(answer.warnings[10], '3 more warning annotations omitted');
      assert.equal(answer.infos[10], '1 more info annotations omitted');
      assert.match(reply.body, /"result":\[\{"metric":\{\},"value":\[1,"1"\]\}\]/);
    });
  });

  it('counts requests by handler and code', async () => {
    const registry = new MetricRegistry();
    await withServer(stubPorts({ registry }), {}, async (address) => {
      await ask(address, { path: '/api/v1/query?query=1' });
      await ask(address, { path: '/api/v1/label/a/values' });
      await ask(address, { path: '/-/healthy' });
      await ask(address, { path: '/api/v1/series' });
      await ask(address, { path: '/nope' });
      await sleep(20);
    });
    const family = (name: string) => registry.collect().find((found) => found.name === name) as MetricFamily;
    const counts = new Map(
      family('prometheus_http_requests_total').metrics.map(({ labels, value }) => [labels.join(), value]),
    );
    assert.equal(counts.get('code,200,handler,/api/v1/query'), 1);
    assert.equal(counts.get('code,200,handler,/api/v1/label/:name/values'), 1);
    assert.equal(counts.get('code,200,handler,/-/healthy'), 1);
    assert.equal(counts.get('code,400,handler,/api/v1/series'), 1);
    assert.equal(counts.get('code,200,handler,/api/v1/query_range'), 0);
    assert.equal(family('prometheus_ready').metrics[0]?.value, 1);
    const sizes = family('prometheus_http_response_size_bytes').metrics;
    assert.equal(sizes.find(({ labels }) => labels[1] === '/-/healthy')?.sum, 30);
  });

  it('serves the page without anything from outside and with a strict policy', async () => {
    await withServer(stubPorts(), { pageTitle: '<i>"&' }, async (address) => {
      const page = await ask(address, { path: '/query' });
      assert.equal(page.headers['content-type'], 'text/html; charset=utf-8');
      assert.equal(page.headers['x-content-type-options'], 'nosniff');
      assert.match(
        String(page.headers['content-security-policy']),
        /^default-src 'none'; script-src 'self';/,
      );
      assert.match(page.body, /<title>&lt;i&gt;&#34;&amp;<\/title>/);
      assert.doesNotMatch(page.body, /https?:\/\/|<script>|style=| on[a-z]+=/);
      const script = await ask(address, { path: '/assets/app.js' });
      assert.equal(script.headers['content-type'], 'text/javascript; charset=utf-8');
      assert.doesNotMatch(script.body, /innerHTML|insertAdjacentHTML|document\.write|eval\(/);
      assert.doesNotThrow(() => new Function(script.body));
      assert.equal(
        (await ask(address, { path: '/assets/app.css' })).headers['content-type'],
        'text/css; charset=utf-8',
      );
      assert.equal((await ask(address, { path: '/favicon.svg' })).status, 200);
    });
  });
});
