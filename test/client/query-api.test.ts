import assert from 'node:assert/strict';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { UserError } from '../../src/base/index.js';
import { askQueryApi } from '../../src/client/index.js';

const success = (resultType: string, result: unknown, more: object = {}): string =>
  JSON.stringify({ status: 'success', data: { resultType, result }, ...more });

describe('client: the query API from outside', () => {
  let server: Server;
  let url = '';
  let answer = { status: 200, body: '' };
  const seen: { path: string; body: string; type: string }[] = [];

  before((done) => {
    server = createServer((request, response) => {
      let body = '';
      request.setEncoding('utf8').on('data', (text: string) => {
        body += text;
      });
      request.on('end', () => {
        const type = request.headers['content-type'] ?? '';
        seen.push({ path: `${request.method} ${request.url}`, body, type });
        response.writeHead(answer.status, { 'content-type': 'application/json' }).end(answer.body);
      });
    }).listen(0, '127.0.0.1', () => {
      url = `127.0.0.1:${(server.address() as AddressInfo).port}`;
      done();
    });
  });
  after((done) => {
    server.close(done);
  });

  const ask = (body: string, options: { status?: number; base?: string } = {}) => {
    answer = { status: options.status ?? 200, body };
    return askQueryApi({ url: options.base ?? url, endpoint: 'query', form: { query: 'a+b&c' } });
  };

  it('sends a form to the path below the URL', async () => {
    await ask(success('vector', []), { base: `http://${url}/prefix` });
    assert.deepEqual(seen.at(-1), {
      path: 'POST /prefix/api/v1/query',
      body: 'query=a%2Bb%26c',
      type: 'application/x-www-form-urlencoded',
    });
  });

  it('reads a vector, with warnings, infos and values that JSON numbers can not hold', async () => {
    const result = [
      { metric: { __name__: 'up', job: 'a' }, value: [1.5, '+Inf'] },
      { metric: Object.fromEntries([['constructor', 'b']]), value: [2, 'NaN'] },
    ];
    const read = await ask(success('vector', result, { warnings: ['w'], infos: ['i'] }));
    assert.deepEqual([read.kind, read.warnings, read.infos], ['vector', ['w'], ['i']]);
    assert.deepEqual(
      read.series.map(({ labels }) => [...labels]),
      [
        [
          ['__name__', 'up'],
          ['job', 'a'],
        ],
        [['constructor', 'b']],
      ],
    );
    assert.deepEqual([...(read.series[0]?.timestamps ?? [])], [1500]);
    assert.deepEqual(
      read.series.map(({ texts }) => texts[0]),
      ['+Inf', 'NaN'],
    );
    assert.equal(read.series[0]?.values[0], Number.POSITIVE_INFINITY);
  });

  it('reads a matrix, a scalar, a string and histograms', async () => {
    const matrix = await ask(
      success('matrix', [
        {
          metric: {},
          values: [
            [1, '1'],
            [2, '2'],
          ],
        },
      ]),
    );
    assert.deepEqual([...(matrix.series[0]?.values ?? [])], [1, 2]);
    const scalar = await ask(success('scalar', [3, '4']));
    assert.deepEqual([scalar.kind, scalar.series[0]?.texts], ['scalar', ['4']]);
    const string = await ask(success('string', [3, 'text']));
    assert.deepEqual([string.kind, string.series[0]?.texts], ['string', ['text']]);
    const histogram = { count: '2', sum: '3', buckets: [[0, '1', '2', '2']] };
    const native = await ask(success('vector', [{ metric: {}, histogram: [1, histogram] }]));
    assert.deepEqual(JSON.parse(native.series[0]?.texts[0] ?? ''), histogram);
  });

  const refused: readonly { name: string; body: string; status?: number; message: RegExp }[] = [
    {
      name: 'an error of the API',
      body: JSON.stringify({ status: 'error', errorType: 'bad_data', error: '1:1: parse error: x' }),
      status: 400,
      message: /answered 400: 1:1: parse error: x$/,
    },
    { name: 'something that is no JSON', body: '<html>', status: 502, message: /^cannot query http:/ },
    { name: 'JSON that is no envelope', body: '{}', message: /no Prometheus API answer/ },
    { name: 'JSON that is null', body: 'null', message: /no Prometheus API answer/ },
    { name: 'a result of another type', body: success('streams', []), message: /result of type "streams"/ },
    { name: 'a list of something else', body: success('vector', [null, 1]), message: /of another shape/ },
    { name: 'a result that is no list', body: success('vector', {}), message: /result of type "vector"/ },
  ];
  for (const { name, body, status, message } of refused) {
    it(`says what is wrong with ${name}`, async () => {
      await assert.rejects(ask(body, status === undefined ? {} : { status }), (error) => {
        assert.ok(error instanceof UserError, String(error));
        assert.match(error.message, message);
        return true;
      });
    });
  }

  it('says which URL is none, and where nobody listens', async () => {
    await assert.rejects(ask('', { base: 'http://a b' }), /"http:\/\/a b" is no URL/);
    await assert.rejects(
      ask('', { base: '127.0.0.1:1' }),
      /cannot query http:\/\/127\.0\.0\.1:1\/: .*ECONNREFUSED/,
    );
  });
});
