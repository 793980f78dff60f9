/**
 * One target of 1,000,000 series: how long the event loop stands still, seen from outside as the slowest answer of
 * `/-/healthy` asked for every 5 ms, and by the server itself (`nodejs_eventloop_delay_seconds`).
 * Run: node dist/bench/servers/million.js [series]
 */
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { residentMiB, serverKinds, startFarm, startServer, workFolder } from './measure.js';

const series = process.argv[2] ?? '1000000';
const seconds = 75;

async function main(): Promise<void> {
  const farm = await startFarm(['--targets', '1', '--series', series]);
  if (farm === undefined) {
    process.stdout.write('million: needs the target farm beside the checkout; nothing measured\n');
    return;
  }
  const folder = workFolder('million');
  const config = path.join(folder, 'scrape.yml');
  await farm.writeConfig(config, '15s');
  const kind = serverKinds().at(-1) as ReturnType<typeof serverKinds>[number];
  const server = await startServer(kind, { data: path.join(folder, 'data'), config });
  let slowestMs = 0;
  const endMs = performance.now() + seconds * 1000;
  while (performance.now() < endMs) {
    const askedMs = performance.now();
    await (await fetch(`${server.url}/-/healthy`)).arrayBuffer();
    slowestMs = Math.max(slowestMs, performance.now() - askedMs);
    await sleep(5);
  }
  const page = await (await fetch(`${server.url}/metrics`)).text();
  const own = page.split('\n').filter((line) => line.startsWith('nodejs_eventloop_delay_seconds'));
  const heads = /^prometheus_tsdb_head_series (\S+)$/m.exec(page)?.[1];
  process.stdout.write(`${own.join('\n')}\n`);
  const { late, missed, samples } = await farm.stats();
  process.stdout.write(
    `million: slowest answer ${slowestMs.toFixed(0)} ms (goal 50), ${heads} series, ${samples} samples served, ` +
      `${late} late, ${missed} missed, ${residentMiB(server.pid).toFixed(0)} MiB\n`,
  );
  await server.program.stop();
  farm.stop();
}

await main();
