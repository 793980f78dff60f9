/**
 * What it costs to answer on a query worker: CPU of a small query on the thread that asks and of its round trip to a
 * worker, and the pace of a large answer through a socket.
 *
 *   node dist/bench/workers.js
 */
import { spawn } from 'node:child_process';
import { Form } from '../src/web/form.js';
import type { RelayedAnswer } from '../src/web/index.js';
import { routeCall, runRoute } from '../src/web/run-route.js';
import { openSite, type Site } from '../test/server/workers/pool-site.js';
import { intervalMs, startMs } from '../test/server/workers/seeded-store.js';

const rounds = 3000;
const at = `time=${(startMs + 30 * intervalMs) / 1000}`;
const smallQuery = `query=up&${at}`;
const request = {
  query: Form.parse(smallQuery),
  form: Form.parse(smallQuery),
  body: Form.empty,
  rawQuery: smallQuery,
  parameter: '',
  accept: '',
  signal: new AbortController().signal,
};
const call = routeCall('/api/v1/query', request);

async function drain(answer: RelayedAnswer): Promise<number> {
  for (let bytes = 0; ; ) {
    const piece = await answer.pieces.next();
    bytes += piece.bytes.length;
    piece.release?.();
    if (piece.isLast) {
      answer.pieces.close();
      return bytes;
    }
  }
}

/** Microseconds of CPU a round: of this thread, and of all. */
async function measure(count: number, round: () => Promise<unknown>): Promise<string> {
  for (let i = 0; i < count / 10; i++) await round();
  const [own, all, startedMs] = [process.threadCpuUsage(), process.cpuUsage(), performance.now()];
  for (let i = 0; i < count; i++) await round();
  const [ownUsed, allUsed] = [process.threadCpuUsage(own), process.cpuUsage(all)];
  const us = ({ user, system }: { user: number; system: number }): string =>
    ((user + system) / count).toFixed(1);
  const wall = (((performance.now() - startedMs) * 1000) / count).toFixed(1);
  return `${us(ownUsed)} us CPU on this thread, ${us(allUsed)} us on all, ${wall} us wall`;
}

async function smallQueries(site: Site): Promise<void> {
  const { pool, ports } = site;
  const here = await measure(rounds, async () => {
    const outcome = await runRoute(call, { ports, interrupted: () => false });
    if (outcome.kind === 'answer')
      for (let next = outcome.pieces.next(); !next.done; ) next = outcome.pieces.next();
  });
  const limits = { signal: request.signal, timeoutMs: 10_000, isLong: false, isQuery: true };
  const away = await measure(rounds, async () => drain(await pool.run({ call, ...limits })));
  process.stdout.write(`small query here:      ${here}\nsmall query on worker: ${away}\n`);
}

/** curl takes the answer, so that this process writes and nothing else. */
async function largeAnswer(address: string, coding: string): Promise<void> {
  const range = `start=${startMs / 1000}&end=${startMs / 1000 + 5990}&step=0.6`;
  const url = `http://${address}/api/v1/query_range?query=load&${range}`;
  const [own, all, startedMs] = [process.threadCpuUsage(), process.cpuUsage(), performance.now()];
  const written = await new Promise<number>((resolve, reject) => {
    const child = spawn('curl', [
      '-s',
      '-o',
      '/dev/null',
      '-H',
      `Accept-Encoding: ${coding}`,
      '-w',
      '%{size_download}',
      url,
    ]);
    let text = '';
    child.stdout.on('data', (chunk: Buffer) => {
      text += chunk.toString();
    });
    child.on('error', reject);
    child.on('close', () => resolve(Number(text)));
  });
  const [ownUsed, allUsed] = [process.threadCpuUsage(own), process.cpuUsage(all)];
  const ms = ({ user, system }: { user: number; system: number }): string =>
    ((user + system) / 1000).toFixed(0);
  const seconds = (performance.now() - startedMs) / 1000;
  process.stdout.write(
    `${coding}: ${(written / 1e6).toFixed(1)} MB in ${seconds.toFixed(2)} s, ` +
      `CPU ${ms(ownUsed)} ms on this thread, ${ms(allUsed)} ms on all\n`,
  );
}

const site = await openSite({ seed: 1, series: 170, samples: 400 });
await smallQueries(site);
for (const coding of ['identity', 'gzip']) {
  for (const [name, address] of [
    ['this thread', site.plain],
    ['worker', site.relayed],
  ] as const) {
    process.stdout.write(`large answer, ${name}, `);
    await largeAnswer(address, coding);
  }
}
await site.close();
