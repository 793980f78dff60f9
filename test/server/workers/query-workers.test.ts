import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { platform } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { ask, form } from '../../web/http-client.js';
import { openSite, type Site, type SiteChanges } from './pool-site.js';
import { intervalMs, startMs } from './seeded-store.js';

const seed = Number(process.env.SEED ?? 20_261_122);
const small = { seed, series: 30, samples: 40 };
const encoded = encodeURIComponent;
const at = `time=${(startMs + 30 * intervalMs) / 1000}`;
const steps = `start=${startMs / 1000}&end=${(startMs + 39 * intervalMs) / 1000}&step=7.5`;

async function withSite(
  changes: SiteChanges,
  use: (site: Site) => Promise<void>,
  source = small,
): Promise<void> {
  const site = await openSite(source, changes);
  try {
    await use(site);
  } finally {
    await site.close();
  }
}

async function until(isTrue: () => boolean): Promise<void> {
  for (let i = 0; i < 2000 && !isTrue(); i++) await sleep(10);
  assert.ok(isTrue(), `not within twenty seconds: ${isTrue}`);
}

/** Sends a request and reads nothing. */
function stalledClient(address: string, path: string): Promise<Socket> {
  const [host, port] = address.split(':');
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), host ?? '', () => {
      socket.write(`GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`);
      socket.pause();
      resolve(socket);
    });
    socket.on('error', reject);
  });
}

const paths: readonly string[] = [
  `query?query=load&${at}`,
  `query?query=${encoded('sum by (zone) (rate(load[2m]))')}&${at}&stats=`,
  `query?query=${encoded('load[10m]')}&${at}`,
  'query?query=1',
  `query?query=${encoded('"text"')}&${at}`,
  `query?query=${encoded('sum(')}`,
  `query?query=${encoded('load + on() load')}&${at}`,
  `query?query=up&${at}&timeout=0`,
  `query_range?query=load&${steps}`,
  `query_range?query=${encoded('topk(3, load)')}&${steps}&limit=2`,
  `query_range?query=load&start=1&end=2&step=0`,
  `query_range?query=load&start=2&end=1&step=1`,
  'series?match[]=load',
  `series?match[]=${encoded('{instance=~"host-1.*"}')}&match[]=up&limit=5`,
  'series',
  'labels',
  'labels?match[]=up',
  'label/instance/values',
  'label/zone/values?match[]=load&limit=3',
  'label/%ff/values',
];

describe('server: query workers', () => {
  it('answer as the thread that asks would, to the byte, compressed and not', async () => {
    await withSite({}, async (site) => {
      for (const path of paths) {
        for (const coding of ['identity', 'gzip']) {
          const request = { path: `/api/v1/${path}`, headers: { 'accept-encoding': coding } };
          if (path === 'query?query=1') request.path += `&${at}`;
          const [plain, relayed] = await Promise.all([ask(site.plain, request), ask(site.relayed, request)]);
          const { date: _, ...headers } = plain.headers;
          const { date: __, ...relayedHeaders } = relayed.headers;
          assert.equal(relayed.body, plain.body, path);
          assert.equal(relayed.status, plain.status, path);
          assert.deepEqual(relayedHeaders, headers, path);
        }
      }
      const body = `query=load&${at}`;
      const posted = { method: 'POST', path: '/api/v1/query', headers: form, body };
      assert.equal((await ask(site.relayed, posted)).body, (await ask(site.plain, posted)).body);
      assert.ok(site.pool.workerCount >= 1);
    });
  });

  it('answer long bodies in pieces that join to the same bytes', async () => {
    const source = { seed, series: 120, samples: 400 };
    await withSite(
      {},
      async (site) => {
        const range = `start=${startMs / 1000}&end=${(startMs + 399 * intervalMs) / 1000}&step=1`;
        for (const coding of ['identity', 'gzip']) {
          const request = {
            path: `/api/v1/query_range?query=load&${range}`,
            headers: { 'accept-encoding': coding },
          };
          const relayed = await ask(site.relayed, request);
          const plain = await ask(site.plain, request);
          assert.ok(relayed.body.length > 10e6, String(relayed.body.length));
          assert.ok(relayed.body === plain.body);
          assert.equal(relayed.headers['transfer-encoding'], 'chunked');
        }
        await until(() => site.pool.busyCount === 0);
      },
      source,
    );
  });

  it('are asked only for what is not small', async () => {
    const figures = { memoryFromMs: startMs - 10 * 60_000, seriesBound: () => 100 };
    await withSite({ figures }, async (site) => {
      const here: readonly string[] = [
        `query?query=up&${at}`,
        `query?query=${encoded('sum(rate(up[5m]))')}&${at}`,
        `query_range?query=up&${steps.replace('7.5', '60')}`,
        `query?query=${encoded('sum(')}`,
        `labels?start=${startMs / 1000}`,
        `series?match[]=up&start=${startMs / 1000}`,
      ];
      for (const path of here) {
        assert.ok([200, 400].includes((await ask(site.relayed, { path: `/api/v1/${path}` })).status), path);
        assert.equal(site.pool.workerCount, 0, path);
      }
      const away: readonly string[] = [
        `query?query=up&time=${startMs / 1000 - 3600}`,
        `query?query=${encoded('up @ 1')}&${at}`,
        `query?query=${encoded('up offset 1h')}&${at}`,
        `query?query=${encoded('max_over_time(up[1h])')}&${at}`,
        `query_range?query=up&${steps.replace('7.5', '1')}`,
        'labels',
      ];
      for (const [i, path] of away.entries()) {
        const before = site.pool.callCount;
        assert.equal((await ask(site.relayed, { path: `/api/v1/${path}` })).status, 200, path);
        assert.equal(site.pool.callCount, before + 1, `${i}: ${path}`);
      }
    });
  });

  it('leave others alone while a client takes nothing of a large answer, and are free once it is cut off', async () => {
    const source = { seed, series: 170, samples: 400 };
    await withSite(
      { web: { writeStallMs: 3500 } },
      async (site) => {
        const range = `start=${startMs / 1000}&end=${startMs / 1000 + 5990}&step=0.6`;
        const socket = await stalledClient(site.relayed, `/api/v1/query_range?query=load&${range}`);
        await until(() => site.pool.busyCount === 1);
        await sleep(700);
        // Nor does whoever changes the store.
        await site.pool.refresh();
        for (let i = 0; i < 20; i++) {
          const reply = await ask(site.relayed, { path: `/api/v1/query?query=up&${at}` });
          assert.equal(reply.status, 200);
        }
        assert.equal(site.pool.busyCount, 1, 'the large answer is still there');
        await until(() => site.pool.busyCount === 0);
        assert.equal(site.pool.workerCount, 2);
        socket.destroy();
      },
      source,
    );
  });

  it('are free once a client has gone, in the middle of an answer or before it', async () => {
    const source = { seed, series: 170, samples: 400 };
    await withSite(
      {},
      async (site) => {
        const range = `start=${startMs / 1000}&end=${startMs / 1000 + 5990}&step=0.6`;
        const reader = await stalledClient(site.relayed, `/api/v1/query_range?query=load&${range}`);
        await until(() => site.pool.busyCount === 1);
        await sleep(800);
        assert.equal(site.pool.busyCount, 1);
        reader.destroy();
        await until(() => site.pool.busyCount === 0);
        assert.equal(site.pool.workerCount, 1, 'the worker went on');
        const waiter = await stalledClient(site.relayed, `/api/v1/query?query=busy&${at}`);
        await until(() => site.pool.busyCount === 1);
        waiter.destroy();
        // It does not hear of it, and is ended.
        await until(() => site.pool.busyCount === 0);
        assert.equal((await ask(site.relayed, { path: `/api/v1/query?query=up&${at}` })).status, 200);
      },
      source,
    );
  });

  const deaths: readonly [name: string, query: string, pattern: RegExp, timeout?: number][] = [
    ['ends itself', 'die', /^query worker ended unexpectedly$/, 18],
    ['fills its heap', 'greedy', /^query worker ended unexpectedly: .*memory/i, 18],
    ['hears nothing', 'busy', /^query worker ended unexpectedly: it did not end after its time-out$/],
  ];
  for (const [name, query, pattern, timeout = 1] of deaths) {
    it(`one that ${name} fails its query alone; another takes its place`, async () => {
      await withSite({ pool: { heapBytes: 48 << 20 } }, async (site) => {
        // The time that a worker takes to start counts too.
        assert.equal((await ask(site.relayed, { path: `/api/v1/query?query=up&${at}` })).status, 200);
        const request = { path: `/api/v1/query?query=${query}&timeout=${timeout}&${at}` };
        const [failed, ...others] = await Promise.all([
          ask(site.relayed, request),
          ask(site.relayed, { path: `/api/v1/query?query=load&${at}` }),
          ask(site.relayed, { path: `/api/v1/query?query=up&${at}` }),
        ]);
        const reply = JSON.parse(failed.body) as { status: string; errorType: string; error: string };
        assert.deepEqual([failed.status, reply.status, reply.errorType], [500, 'error', 'internal']);
        assert.match(reply.error, pattern);
        for (const other of others) assert.equal(other.status, 200);
        await until(() => site.pool.busyCount === 0);
        assert.equal(site.leases.size, site.pool.workerCount, 'the slot of the dead one is closed');
        assert.equal((await ask(site.relayed, { path: `/api/v1/query?query=up&${at}` })).status, 200);
        assert.equal(site.log.length, 1, site.log.join('\n'));
      });
    });
  }

  it('say so when a query takes too long, where it waits and where it runs', async () => {
    await withSite({ pool: { maxWorkers: 1, maxQueries: 1, killAfterMs: 20_000 } }, async (site) => {
      // Waiting for a worker to start counts too.
      assert.equal((await ask(site.relayed, { path: `/api/v1/query?query=up&${at}` })).status, 200);
      const running = ask(site.relayed, { path: `/api/v1/query?query=slow&timeout=0.5&${at}` });
      await until(() => site.pool.busyCount === 1);
      const waiting = await ask(site.relayed, { path: `/api/v1/query?query=up&timeout=0.2&${at}` });
      assert.equal(waiting.status, 503);
      assert.match(waiting.body, /"errorType":"timeout","error":"query timed out in query queue"/);
      const late = await running;
      assert.equal(late.status, 503, late.body);
      assert.match(late.body, /"query timed out in expression evaluation"/);
    });
  });

  it('refuse queries beyond the queue’s end, and keep the last worker for short ones', async () => {
    await withSite({ pool: { maxWorkers: 2, maxWaiting: 2, killAfterMs: 100 } }, async (site) => {
      // Expected to be long by its steps: 11,000 steps of 30 series with a subquery of 3600 steps.
      const long = `/api/v1/query_range?query=${encoded('max_over_time(slow[1h:1s])')}&start=1&end=11000&step=1`;
      const sockets = [await stalledClient(site.relayed, long), await stalledClient(site.relayed, long)];
      await until(() => site.pool.busyCount === 1 && site.pool.waitingCount === 1);
      for (let i = 0; i < 5; i++) {
        const short = await ask(site.relayed, { path: `/api/v1/query?query=${encoded(`up > ${i}`)}&${at}` });
        assert.equal(short.status, 200, 'a short one goes past the long one that waits');
      }
      sockets.push(await stalledClient(site.relayed, long));
      await until(() => site.pool.waitingCount === 2);
      const refused = await ask(site.relayed, { path: `/api/v1/query?query=up&${at}` });
      assert.equal(refused.status, 503);
      assert.match(refused.body, /"query queue is full: 20 queries run and 2 wait, try again later"/);
      for (const socket of sockets) socket.destroy();
      await until(() => site.pool.busyCount === 0 && site.pool.waitingCount === 0);
    });
  });

  it('name the reason when they can not start, and try again', async () => {
    await withSite({}, async (site) => {
      site.source = { ...small, series: -1 };
      const failed = await ask(site.relayed, { path: `/api/v1/query?query=up&${at}` });
      assert.equal(failed.status, 500);
      assert.match(
        failed.body,
        /"unavailable","error":"cannot start a query worker: there is no such store"/,
      );
      site.source = small;
      assert.equal((await ask(site.relayed, { path: `/api/v1/query?query=up&${at}` })).status, 200);
      assert.equal(site.leases.size, 1);
    });
  });

  it('read what changed once they were told', async () => {
    await withSite({}, async (site) => {
      const count = async () => {
        const reply = await ask(site.relayed, { path: `/api/v1/query?query=count(load)&${at}` });
        return JSON.parse(reply.body).data.result[0].value[1];
      };
      assert.equal(await count(), '30');
      site.source = { ...small, series: 12 };
      await site.pool.refresh();
      assert.equal(await count(), '12');
    });
  });

  it('are replaced after a call that left their memory large', async () => {
    await withSite({ pool: { replaceAboveBytes: 1 } }, async (site) => {
      const request = { path: `/api/v1/query?query=load&${at}` };
      for (let slot = 1; slot < 4; slot++) {
        assert.equal((await ask(site.relayed, request)).status, 200);
        await until(() => site.leases.size === 1 && site.leases.has(slot + 1));
      }
      assert.deepEqual(site.log, []);
    });
  });

  it('come to rest whatever clients do', async () => {
    const source = { seed, series: 40, samples: 60 };
    await withSite(
      {},
      async (site) => {
        let state = seed >>> 0;
        const random = (below: number): number => {
          state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
          return (state >>> 8) % below;
        };
        const range = `start=${startMs / 1000}&end=${(startMs + 59 * intervalMs) / 1000}`;
        const steps = [0.5, 5, 60];
        const bodies = new Map<string, string>();
        for (const step of steps) {
          const path = `/api/v1/query_range?query=load&${range}&step=${step}`;
          bodies.set(path, (await ask(site.plain, { path })).body);
        }
        const client = async (): Promise<void> => {
          for (let i = 0; i < 8; i++) {
            const [path, body] = [...bodies][random(bodies.size)] as [string, string];
            const coding = random(2) === 0 ? 'gzip' : 'identity';
            if (random(3) === 0) {
              const socket = await stalledClient(site.relayed, path);
              await sleep(random(30));
              socket.destroy();
            } else {
              const reply = await ask(site.relayed, { path, headers: { 'accept-encoding': coding } });
              assert.equal(reply.status, 200);
              assert.ok(reply.body === body, path);
            }
          }
        };
        await Promise.all(Array.from({ length: 6 }, client));
        await until(() => site.pool.busyCount === 0 && site.pool.waitingCount === 0);
        assert.deepEqual(site.log, []);
        assert.equal(site.leases.size, site.pool.workerCount);
      },
      source,
    );
  });

  it('stop computing when nobody waits for the answer', async () => {
    const source = { seed, series: 170, samples: 400 };
    await withSite(
      { pool: { killAfterMs: 15_000, memoryBytes: 512 << 20 } },
      async (site) => {
        const query = encoded('quantile_over_time(0.9, deriv(load[1h:1s])[1h:1s])');
        const range = `start=${startMs / 1000}&end=${startMs / 1000 + 5000}&step=0.5`;
        const client = await stalledClient(site.relayed, `/api/v1/query_range?query=${query}&${range}`);
        await until(() => site.pool.busyCount === 1);
        await sleep(500);
        assert.equal(site.pool.busyCount, 1);
        client.destroy();
        await until(() => site.pool.busyCount === 0);
        assert.equal((await ask(site.relayed, { path: `/api/v1/query?query=up&${at}` })).status, 200);
        assert.equal(site.pool.workerCount, 1);
        assert.deepEqual(site.log, []);
      },
      source,
    );
  });

  it('refuse a query that needs more memory than its budget, and go on', async () => {
    await withSite({ pool: { memoryBytes: 3 << 20 } }, async (site) => {
      const range = `start=${startMs / 1000}&end=${startMs / 1000 + 10_000}&step=1`;
      const failed = await ask(site.relayed, { path: `/api/v1/query_range?query=sort(load)&${range}` });
      assert.equal(failed.status, 422, failed.body.slice(0, 200));
      assert.match(
        failed.body,
        /"errorType":"execution","error":"query needs too much memory.*--query\.max-memory/,
      );
      const next = await ask(site.relayed, { path: `/api/v1/query?query=up&${at}` });
      assert.equal(next.status, 200, next.body);
      assert.equal(site.pool.workerCount, 1);
    });
  });

  it('end with the server, whatever they do', async () => {
    const site = await openSite(small);
    const running = ask(site.relayed, { path: `/api/v1/query?query=busy&${at}` });
    await until(() => site.pool.busyCount === 1);
    await site.pool.close();
    const reply = await running;
    assert.equal(reply.status, 500);
    assert.match(reply.body, /"errorType":"unavailable","error":"the server stops"/);
    const late = await ask(site.relayed, { path: `/api/v1/query?query=up&${at}` });
    assert.match(late.body, /"the server stops"/);
    assert.equal(site.leases.size, 0);
    await site.close();
  });

  it('end when they are idle, save one', async () => {
    await withSite({ pool: { idleMs: 150 } }, async (site) => {
      const request = { path: `/api/v1/query?query=load&${at}` };
      await Promise.all(Array.from({ length: 12 }, () => ask(site.relayed, request)));
      await until(() => site.pool.workerCount === 1 && site.leases.size === 1);
    });
  });

  it('leave the processor to the thread that asks', async function () {
    if (platform() !== 'linux') this.skip();
    const niceOf = (thread: string): number => {
      const file = `/proc/self/task/${thread}/stat`;
      // A thread may have ended since it was listed.
      if (!existsSync(file)) return 0;
      const stat = readFileSync(file, 'utf8');
      // Counted from behind the name, which may hold spaces: proc(5), field 19.
      return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[16]);
    };
    const niceOfThreads = (): number[] => readdirSync('/proc/self/task').map(niceOf);
    const before = niceOfThreads().filter((nice) => nice > 0).length;
    await withSite({}, async (site) => {
      assert.equal((await ask(site.relayed, { path: `/api/v1/query?query=load&${at}` })).status, 200);
      assert.equal(niceOfThreads().filter((nice) => nice > 0).length, before + site.pool.workerCount);
    });
  });

  it('are counted in the engine’s metrics', async () => {
    await withSite({}, async (site) => {
      await ask(site.relayed, { path: `/api/v1/query?query=load&${at}` });
      const { body } = await ask(site.relayed, { path: '/metrics' });
      assert.match(body, /^prometheus_engine_queries 0$/m);
      assert.match(body, /^prometheus_engine_queries_concurrent_max 20$/m);
      assert.match(body, /^prometheus_engine_query_duration_seconds_count\{slice="inner_eval"\} 1$/m);
      assert.match(body, /^prometheus_engine_query_duration_seconds_count\{slice="queue_time"\} 1$/m);
      assert.match(body, /^prometheus_engine_query_samples_total 30$/m);
    });
  });
});
