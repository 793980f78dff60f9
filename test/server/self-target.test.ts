import assert from 'node:assert/strict';
import { hostname } from 'node:os';
import { decodeUtf8 } from '../../src/base/index.js';
import { selfTarget } from '../../src/server/self-target.js';

const page = async () => [
  { name: 'a', help: '', unit: '', type: 'gauge' as const, metrics: [{ labels: [], value: 1 }] },
];
const at = (...addresses: string[]) =>
  selfTarget({ addresses: () => addresses, pages: new Map([['/metrics', page]]) });

describe('server: its own pages as targets', () => {
  const cases: readonly (readonly [bound: string, url: string, isSelf: boolean])[] = [
    ['127.0.0.1:9090', 'http://127.0.0.1:9090/metrics', true],
    ['127.0.0.1:9090', 'http://localhost:9090/metrics', true],
    ['127.0.0.1:9090', 'http://127.0.0.1:9091/metrics', false],
    ['127.0.0.1:9090', 'http://127.0.0.2:9090/metrics', false],
    ['127.0.0.1:9090', 'http://[::1]:9090/metrics', false],
    ['127.0.0.1:9090', 'https://127.0.0.1:9090/metrics', false],
    ['127.0.0.1:9090', 'http://127.0.0.1:9090/federate', false],
    ['127.0.0.1:9090', 'http://127.0.0.1:9090/metrics?x=1', false],
    ['127.0.0.1:80', 'http://127.0.0.1/metrics', true],
    ['0.0.0.0:9090', 'http://localhost:9090/metrics', true],
    ['0.0.0.0:9090', 'http://127.1.2.3:9090/metrics', true],
    ['0.0.0.0:9090', `http://${hostname()}:9090/metrics`, true],
    ['0.0.0.0:9090', 'http://[::1]:9090/metrics', false],
    ['0.0.0.0:9090', 'http://example.org:9090/metrics', false],
    ['0.0.0.0:9090', 'http://127.0.0.1.example.org:9090/metrics', false],
    ['[::]:9090', 'http://[::1]:9090/metrics', true],
    ['[::]:9090', 'http://127.0.0.1:9090/metrics', true],
    ['[::1]:9090', 'http://[::1]:9090/metrics', true],
    ['[::1]:9090', 'http://localhost:9090/metrics', true],
    ['[::1]:9090', 'http://127.0.0.1:9090/metrics', false],
    ['192.0.2.1:9090', 'http://192.0.2.1:9090/metrics', true],
    ['192.0.2.1:9090', 'http://localhost:9090/metrics', false],
  ];
  for (const [bound, url, isSelf] of cases) {
    it(`${url} is ${isSelf ? '' : 'not '}reached at ${bound}`, () => {
      const name = hostname();
      // A machine may be called localhost.
      if (url.includes(name) && name === 'localhost') return;
      assert.equal(at(bound).matches(url), isSelf);
    });
  }

  it('looks at every address the server listens on', () => {
    assert.ok(at('192.0.2.1:1', '127.0.0.1:2').matches('http://127.0.0.1:2/metrics'));
    assert.ok(!at().matches('http://127.0.0.1:2/metrics'));
  });

  it('writes the text format, whatever is asked for, as upstream does for its own metrics', async () => {
    const self = at('127.0.0.1:9090');
    for (const accept of ['text/plain;version=0.0.4', 'application/openmetrics-text;version=1.0.0', '*/*']) {
      const { bytes, contentType } = await self.render('http://127.0.0.1:9090/metrics', accept);
      assert.match(contentType, /^text\/plain; version=0\.0\.4/);
      assert.match(decodeUtf8(bytes), /^a 1$/m);
    }
  });
});
