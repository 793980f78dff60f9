import assert from 'node:assert/strict';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { systemClock, systemDisk } from '../../src/base/index.js';
import {
  Cancellation,
  createBodyMemory,
  createHttpClient,
  defaultHttpClientOptions,
  Secret,
} from '../../src/http/index.js';
import type { HttpClientOptions } from '../../src/http/options.js';

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

async function serve(handler: Handler): Promise<{ server: Server; url: string }> {
  const server = createServer(handler);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

const memory = createBodyMemory(8 * 2 ** 20);
const ports = { disk: systemDisk, clock: systemClock, ...memory };

async function fetchFrom(
  handler: Handler,
  options: { client?: Partial<HttpClientOptions>; path?: string; limit?: number; timeoutMs?: number } = {},
) {
  const { server, url } = await serve(handler);
  const client = createHttpClient({ ...defaultHttpClientOptions(), ...options.client }, ports);
  try {
    const answer = await client.get({
      url: url + (options.path ?? '/metrics'),
      headers: [['Accept-Encoding', 'gzip']],
      timeoutMs: options.timeoutMs ?? 5000,
      bodyLimitBytes: options.limit ?? 0,
    });
    if (!answer.ok)
      return { ...answer, error: answer.error.replaceAll(url, 'URL'), text: '', statusText: '' };
    const text = Buffer.from(answer.body.bytes()).toString('latin1');
    answer.body.release();
    return { ...answer, text, error: '', kind: '' };
  } finally {
    await client.close();
    server.closeAllConnections();
    server.close();
  }
}

describe('http client', () => {
  afterEach(() => assert.equal(memory.budget.takenBytes, 0, 'a body was not given back'));

  it('reads a body', async () => {
    const answer = await fetchFrom((_, response) => response.end('m 1\n'));
    assert.equal(answer.text, 'm 1\n');
    assert.equal(answer.statusText, '200 OK');
  });

  it('inflates gzip, also where it inflates far', async () => {
    const large = 'x'.repeat(3_000_000);
    for (const body of ['m 1\n', large]) {
      const answer = await fetchFrom((_, response) => {
        response.writeHead(200, { 'content-encoding': 'gzip' });
        response.end(gzipSync(body));
      });
      assert.equal(answer.text.length, body.length);
    }
  });

  const broken: readonly [name: string, body: Buffer, error: string][] = [
    ['no gzip', Buffer.from('garbage'), 'gzip: invalid header'],
    ['cut gzip', gzipSync('m 1\n'.repeat(100)).subarray(0, -4), 'unexpected EOF'],
  ];
  for (const [name, body, error] of broken) {
    it(`says what is wrong with ${name}`, async () => {
      const answer = await fetchFrom((_, response) => {
        response.writeHead(200, { 'content-encoding': 'gzip' });
        response.end(body);
      });
      assert.equal(answer.error, error);
    });
  }

  it('refuses a body of its limit or more, inflated too', async () => {
    const plain = await fetchFrom((_, response) => response.end('x'.repeat(100)), { limit: 100 });
    assert.equal(plain.error, 'body size limit exceeded');
    const zipped = await fetchFrom(
      (_, response) => {
        response.writeHead(200, { 'content-encoding': 'gzip' });
        response.end(gzipSync('x'.repeat(1_000_000)));
      },
      { limit: 500_000 },
    );
    assert.equal(zipped.error, 'body size limit exceeded');
    const under = await fetchFrom((_, response) => response.end('x'.repeat(99)), { limit: 100 });
    assert.equal(under.text.length, 99);
  });

  it('refuses what does not fit the memory of all bodies, and says so', async () => {
    const bomb = gzipSync(Buffer.alloc(64 * 2 ** 20));
    const answer = await fetchFrom((_, response) => {
      response.writeHead(200, { 'content-encoding': 'gzip' });
      response.end(bomb);
    });
    assert.equal(answer.kind, 'budget');
    assert.match(answer.error, /^bodies in flight exceed 8 MiB/);
  });

  it('ends an endless body and a silent server at the deadline', async () => {
    const endless = await fetchFrom(
      (_, response) => {
        const more = (): void => {
          if (!response.destroyed) response.write('m 1\n', () => setImmediate(more));
        };
        more();
      },
      { timeoutMs: 100 },
    );
    assert.equal(endless.error, 'context deadline exceeded');
    const silent = await fetchFrom(() => undefined, { timeoutMs: 100 });
    assert.equal(silent.error, 'Get "URL/metrics": context deadline exceeded');
  });

  it('gives a request up when it is cancelled: before, while it waits, and while the body comes', async () => {
    const answered = Promise.withResolvers<void>();
    const { server, url } = await serve((request, response) => {
      if (request.url === '/body') response.write('m 1\n');
      answered.resolve();
    });
    const client = createHttpClient(defaultHttpClientOptions(), ports);
    const cancelled = async (path: string, when: (cancellation: Cancellation) => void): Promise<string> => {
      const cancellation = new Cancellation();
      const request = { url: url + path, headers: [], timeoutMs: 5000, bodyLimitBytes: 0, cancellation };
      const answer = client.get(request);
      when(cancellation);
      const failure = await answer;
      return failure.ok ? '' : `${failure.kind}: ${failure.error.replace(url, 'URL')}`;
    };
    try {
      const waiting = 'aborted: Get "URL/head": context canceled';
      assert.equal(await cancelled('/head', (cancellation) => cancellation.cancel('aborted')), waiting);
      const later = (cancellation: Cancellation): void => {
        void answered.promise.then(() => setTimeout(() => cancellation.cancel('aborted'), 20));
      };
      assert.equal(await cancelled('/head', later), waiting);
      assert.equal(await cancelled('/body', later), 'aborted: context canceled');
    } finally {
      await client.close();
      server.closeAllConnections();
      server.close();
    }
  });

  it('keeps connections, and replaces one that the target closed meanwhile', async () => {
    const sockets = new Set<unknown>();
    const { server, url } = await serve((request, response) => {
      sockets.add(request.socket);
      response.end('m 1\n');
    });
    const client = createHttpClient(defaultHttpClientOptions(), ports);
    const get = async (from: string): Promise<string> => {
      const answer = await client.get({ url: from, headers: [], timeoutMs: 5000, bodyLimitBytes: 0 });
      if (!answer.ok) return answer.error;
      const text = Buffer.from(answer.body.bytes()).toString();
      answer.body.release();
      return text;
    };
    try {
      for (let i = 0; i < 3; i++) assert.equal(await get(`${url}/a?b=${i}`), 'm 1\n');
      assert.equal(sockets.size, 1);
      server.closeIdleConnections();
      assert.equal(await get(url), 'm 1\n');
      assert.equal(sockets.size, 2);
      assert.equal(await get(url.replace('127.0.0.1', 'localhost')), 'm 1\n');
    } finally {
      await client.close();
      server.closeAllConnections();
      server.close();
    }
  });

  it('gives the status line of a failure and none of its body', async () => {
    const answer = await fetchFrom((_, response) => {
      response.statusCode = 404;
      response.end('no');
    });
    assert.equal(answer.statusText, '404 Not Found');
    assert.equal(answer.text, '');
  });

  it('says what a refused connection and a cut body are', async () => {
    const cut = await fetchFrom((_, response) => {
      response.writeHead(200, { 'content-length': '100' });
      response.write('m 1\n');
      setImmediate(() => response.destroy());
    });
    assert.equal(cut.error, 'unexpected EOF');
    const client = createHttpClient(defaultHttpClientOptions(), ports);
    const answer = await client.get({
      url: 'http://127.0.0.1:1/metrics',
      headers: [],
      timeoutMs: 2000,
      bodyLimitBytes: 0,
    });
    await client.close();
    assert.equal(
      answer.ok ? '' : answer.error,
      'Get "http://127.0.0.1:1/metrics": dial tcp 127.0.0.1:1: connect: connection refused',
    );
  });

  it('follows redirects, up to ten, unless told not to', async () => {
    const redirect: Handler = (request, response) => {
      const count = Number(request.url?.slice(1));
      if (count === 0) response.end('done');
      else response.writeHead(302, { location: `/${count - 1}` }).end();
    };
    assert.equal((await fetchFrom(redirect, { path: '/3' })).text, 'done');
    assert.match((await fetchFrom(redirect, { path: '/11' })).error, /stopped after 10 redirects$/);
    const stays = await fetchFrom(redirect, { path: '/3', client: { followRedirects: false } });
    assert.equal(stays.statusText, '302 Found');
  });

  it('sends credentials to the host that they are for, and to no other', async () => {
    const seen: (string | undefined)[] = [];
    const other = await serve((request, response) => {
      seen.push(request.headers.authorization, request.headers['x-key'] as string | undefined);
      response.end('other');
    });
    const client: Partial<HttpClientOptions> = {
      basicAuth: {
        username: 'u',
        usernameFile: '',
        usernameRef: '',
        password: new Secret('p'),
        passwordFile: '',
        passwordRef: '',
      },
      httpHeaders: new Map([['X-Key', { values: [], secrets: [new Secret('s')], files: [] }]]),
    };
    const answer = await fetchFrom(
      (request, response) => {
        seen.push(request.headers.authorization, request.headers['x-key'] as string | undefined);
        response.writeHead(302, { location: `${other.url}/x` }).end();
      },
      { client },
    );
    other.server.closeAllConnections();
    other.server.close();
    assert.equal(answer.text, 'other');
    assert.deepEqual(seen, ['Basic dTpw', 's', undefined, undefined]);
  });
});

describe('Secret', () => {
  it('prints as nothing that it holds', () => {
    const secret = new Secret('hunter2');
    assert.equal(`${secret} ${JSON.stringify({ secret })}`, '<secret> {"secret":"<secret>"}');
    assert.equal(secret.reveal(), 'hunter2');
  });
});
