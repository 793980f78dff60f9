/**
 * While queries of about ten seconds run one after the other and a client that reads nothing holds a large answer:
 * how long `up` takes, and how late scrapes come. Needs the blocks of the query bench beside the harness (`BENCH_BLOCKS`).
 * Run: BENCH_BLOCKS=… node dist/bench/servers/isolation.js
 */
import { cpSync } from 'node:fs';
import { connect } from 'node:net';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type RunningServer, serverKinds, startFarm, startServer, workFolder } from './measure.js';

const seconds = 30;
/** The data set's first moment and its length (../shared/bench/dataset.mjs). */
const startSeconds = Date.UTC(2026, 10, 20) / 1000;
const daySeconds = 86_400;

function rangeUrl(query: string, step: number): string {
  const form = new URLSearchParams({
    query,
    start: String(startSeconds),
    end: String(startSeconds + daySeconds),
    step: String(step),
  });
  return `/api/v1/query_range?${form}`;
}

/** Asks for about 50 MB and never reads. */
function stall(server: RunningServer): () => void {
  const { hostname, port } = new URL(server.url);
  const socket = connect(Number(port), hostname);
  socket.pause();
  socket.write(`GET ${rangeUrl('rate(http_requests_total{handler="/api/v1/res0"}[5m])', 60)} HTTP/1.1\r\n`);
  socket.write('Host: bench\r\n\r\n');
  socket.on('error', () => undefined);
  return () => socket.destroy();
}

async function main(): Promise<void> {
  const blocks = process.env.BENCH_BLOCKS;
  const farm = await startFarm(['--targets', '100', '--series', '1000']);
  if (farm === undefined || blocks === undefined) {
    process.stdout.write(
      'isolation: needs the target farm beside the checkout and BENCH_BLOCKS; nothing measured\n',
    );
    farm?.stop();
    return;
  }
  const folder = workFolder('isolation');
  const config = path.join(folder, 'scrape.yml');
  await farm.writeConfig(config, '1s');
  for (const kind of serverKinds()) {
    const data = path.join(folder, kind.name);
    cpSync(blocks, data, { recursive: true });
    const args = ['--storage.tsdb.min-block-duration=2h', '--storage.tsdb.max-block-duration=2h'];
    const server = await startServer(kind, { data, config, args });
    await sleep(5000);
    const letGo = stall(server);
    await fetch(`${farm.url}/ctl/reset`);
    const latencies: number[] = [];
    const lengths: number[] = [];
    let running = true;
    const heavy = (async () => {
      while (running) {
        const askedMs = performance.now();
        const url = rangeUrl('sum by (job) (quantile_over_time(0.9, http_requests_total[2h]))', 50);
        await (await fetch(server.url + url)).arrayBuffer();
        lengths.push((performance.now() - askedMs) / 1000);
      }
    })().catch(() => undefined);
    const endMs = performance.now() + seconds * 1000;
    while (performance.now() < endMs) {
      const askedMs = performance.now();
      await (await fetch(`${server.url}/api/v1/query?query=up`)).arrayBuffer();
      latencies.push(performance.now() - askedMs);
      await sleep(20);
    }
    running = false;
    const { late, missed, maxGapMs } = await farm.stats();
    latencies.sort((a, b) => a - b);
    const at = (q: number) => (latencies[Math.floor(q * (latencies.length - 1))] as number).toFixed(1);
    process.stdout.write(
      `${kind.name.padEnd(10)} up: p50 ${at(0.5)}, p99 ${at(0.99)}, slowest ${at(1)} ms, ${latencies.filter((ms) => ms > 50).length} over 50 ms of ${latencies.length} ` +
        `(goal 50); scrapes at 1 s: longest gap ${maxGapMs} ms, ${late} late, ${missed} missed; ` +
        `heavy queries ${lengths.map((length) => length.toFixed(1)).join(', ') || '(still running)'} s\n`,
    );
    letGo();
    await server.program.stop();
    await heavy;
  }
  farm.stop();
}

await main();
