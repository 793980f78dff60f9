import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { UserError } from '../../src/base/index.js';
import { Labels } from '../../src/model/index.js';
import { SymbolTable } from '../../src/storage/index.js';
import { createWebServer, defaultWebOptions, type WebPorts } from '../../src/web/index.js';
import { ask, form, withServer } from './http-client.js';
import { emptyQuerier, scalarResult, stubClock, stubPorts } from './stub-ports.js';

/** A matrix of about 40 MB of JSON. */
function largePorts(): WebPorts {
  const symbols = new SymbolTable();
  const length = 11_000;
  const columns = {
    length,
    timestamps: Float64Array.from({ length }, (_, i) => 1.7e12 + i * 15_000),
    values: Float64Array.from({ length }, (_, i) => i * 1.0000001),
  };
  const series = Array.from({ length: 100 }, (_, i) => ({
    labels: symbols.internLabels(Labels.fromPairs('__name__', 'm', 'i', String(i))),
    columns,
  }));
  return stubPorts({
    engine: {
      instant: async () => scalarResult(1),
      async range() {
        return { value: { kind: 'matrix', symbols, series }, warnings: [], infos: [] };
      },
    },
  });
}

const range = '/api/v1/query_range?query=m&start=0&end=100&step=10';

describe('web: hostile and unlucky clients', () => {
  it('streams a large result whole, plain and compressed', async () => {
    await withServer(largePorts(), {}, async (address) => {
      const plain = await ask(address, { path: range });
      assert.ok(plain.bytes.length > 20e6);
      assert.equal(plain.headers['transfer-encoding'], 'chunked');
      const packed = await ask(address, { path: range, headers: { 'accept-encoding': 'gzip' } });
      assert.ok(packed.bytes.length < plain.bytes.length / 2);
      assert.equal(packed.body, plain.body);
    });
  });

  it('cancels the query of a client that is gone', async () => {
    const aborted = Promise.withResolvers<void>();
    const ports = stubPorts({
      engine: {
        range: async () => scalarResult(1),
        instant: ({ signal }) =>
          new Promise((_, reject) => {
            signal?.addEventListener('abort', () => {
              aborted.resolve();
              reject(signal?.reason);
            });
          }),
      },
    });
    await withServer(ports, {}, async (address) => {
      const [host = '', port = ''] = address.split(':');
      const socket = connect(Number(port), host);
      socket.on('error', () => {});
      socket.write('GET /api/v1/query?query=up HTTP/1.1\r\nHost: x\r\n\r\n');
      await sleep(50);
      socket.destroy();
      await aborted.promise;
    });
  });

  it('cuts off a client that takes nothing', async () => {
    await withServer(largePorts(), { writeStallMs: 100 }, async (address) => {
      const [host = '', port = ''] = address.split(':');
      const socket = connect(Number(port), host);
      socket.pause();
      const closed = new Promise((resolve) => {
        socket.on('error', resolve);
        socket.on('close', resolve);
      });
      socket.write(`GET ${range} HTTP/1.1\r\nHost: x\r\n\r\n`);
      await sleep(600);
      socket.resume();
      await closed;
      assert.ok(socket.bytesRead < 20e6, `${socket.bytesRead} bytes arrived`);
    });
  });

  it('refuses forms that are too large, with or without a length, and heads that are', async () => {
    await withServer(stubPorts(), { maxFormBytes: 1000, maxHeaderBytes: 4096 }, async (address) => {
      const body = `query=${'a'.repeat(2000)}`;
      for (const extra of [{ 'content-length': String(body.length) }, { 'transfer-encoding': 'chunked' }]) {
        const headers = { ...form, ...extra };
        const reply = await ask(address, { method: 'POST', path: '/api/v1/query', headers, body });
        assert.equal(reply.status, 400);
        assert.match(reply.body, /"error":"error parsing form values: http: POST too large"/);
        assert.equal(reply.headers.connection, 'close');
      }
      const long = await ask(address, { path: `/api/v1/query?query=${'a'.repeat(5000)}` });
      assert.equal(long.status, 431);
    });
  });

  it('gives a client that dribbles its head 408 after a while', async () => {
    await withServer(stubPorts(), { headersTimeoutMs: 100 }, async (address) => {
      const [host = '', port = ''] = address.split(':');
      const socket = connect(Number(port), host);
      let text = '';
      socket.on('data', (chunk) => {
        text += chunk.toString();
      });
      const closed = new Promise((resolve) => socket.on('close', resolve));
      socket.write('GET / HTTP/1.1\r\nX: ');
      await closed;
      assert.match(text, /^HTTP\/1\.1 408 Request Timeout\r\n/);
    });
  });

  it('answers what is not HTTP with 400 and closes', async () => {
    await withServer(stubPorts(), {}, async (address) => {
      const [host = '', port = ''] = address.split(':');
      const socket = connect(Number(port), host);
      let text = '';
      socket.on('data', (chunk) => {
        text += chunk.toString();
      });
      const closed = new Promise((resolve) => socket.on('close', resolve));
      socket.write('nonsense\r\n\r\n');
      await closed;
      assert.match(text, /^HTTP\/1\.1 400 Bad Request\r\n/);
    });
  });

  it('drops connections above the limit and takes new ones once others are gone', async () => {
    await withServer(stubPorts(), { maxConnections: 2 }, async (address) => {
      const [host = '', port = ''] = address.split(':');
      const held = [connect(Number(port), host), connect(Number(port), host)];
      await Promise.all(held.map((socket) => new Promise((resolve) => socket.on('connect', resolve))));
      await sleep(20);
      await assert.rejects(ask(address, { path: '/-/healthy' }));
      for (const socket of held) socket.destroy();
      await sleep(50);
      assert.equal((await ask(address, { path: '/-/healthy' })).status, 200);
    });
  });

  it('answers 500 for a bug and keeps serving', async () => {
    const ports = stubPorts({
      queryable: {
        querier: () => ({
          ...emptyQuerier,
          labelNames: () => Promise.reject(new TypeError('x is not a function')),
        }),
      },
    });
    await withServer(ports, {}, async (address) => {
      const reply = await ask(address, { path: '/api/v1/labels' });
      assert.equal(reply.status, 500);
      assert.match(reply.body, /"errorType":"internal"/);
      assert.equal((await ask(address, { path: '/-/healthy' })).status, 200);
    });
  });

  it('names the address that is in use, in upstream words', async () => {
    await withServer(stubPorts(), {}, async (address) => {
      const second = await createWebServer(stubPorts({ clock: stubClock }), defaultWebOptions);
      await assert.rejects(second.listen(['127.0.0.1:0', address]), (error) => {
        assert.ok(error instanceof UserError);
        assert.equal(error.code, 'port-in-use');
        assert.equal(error.message, `listen tcp ${address}: bind: address already in use`);
        return true;
      });
      await assert.rejects(second.listen(['nonsense']), /listen address "nonsense" is not host:port/);
      await second.close();
    });
  });
});
