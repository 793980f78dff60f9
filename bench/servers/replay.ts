/**
 * Start on a write-ahead log that Prometheus wrote: 20 M scraped samples (200 targets x 1,000 series x 100 scrapes).
 * CPU seconds from the start of the process until it is ready, Prometheus and tsprom on copies of one directory.
 * Run: node dist/bench/servers/replay.js [scrapes]
 */
import { cpSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { residentMiB, serverKinds, startFarm, startServer, workFolder } from './measure.js';

const scrapes = Number(process.argv[2] ?? 100);
const rounds = 3;

async function main(): Promise<void> {
  const kinds = serverKinds();
  const prometheus = kinds.find(({ name }) => name === 'prometheus');
  const farm = await startFarm(['--targets', '200', '--series', '1000']);
  if (farm === undefined || prometheus === undefined) {
    process.stdout.write(
      'replay: needs the target farm beside the checkout and a prometheus; nothing measured\n',
    );
    farm?.stop();
    return;
  }
  const folder = workFolder('replay');
  const config = path.join(folder, 'scrape.yml');
  await farm.writeConfig(config, '1s');
  const writer = await startServer(prometheus, { data: path.join(folder, 'data'), config });
  while ((await farm.stats()).samples < scrapes * 200_000) await sleep(500);
  const { samples } = await farm.stats();
  await writer.program.stop();
  farm.stop();
  const idle = path.join(folder, 'idle.yml');
  await (await import('node:fs/promises')).writeFile(idle, 'global: {scrape_interval: 1h}\n');
  const best = new Map<string, number>();
  for (let round = 0; round < rounds; round++) {
    for (const kind of kinds) {
      const data = path.join(folder, `copy-${kind.name}-${round}`);
      cpSync(path.join(folder, 'data'), data, { recursive: true });
      const server = await startServer(kind, { data, config: idle });
      const cpu = server.cpuToReady;
      best.set(kind.name, Math.min(best.get(kind.name) ?? Number.POSITIVE_INFINITY, cpu));
      process.stdout.write(
        `${kind.name.padEnd(10)} ${cpu.toFixed(2)} CPU s, ${server.secondsToReady.toFixed(2)} s to ready, ` +
          `${residentMiB(server.pid).toFixed(0)} MiB, ${(samples / 1e6).toFixed(1)} M samples\n`,
      );
      await server.program.stop();
    }
  }
  const ratio = (best.get('tsprom') as number) / (best.get('prometheus') as number);
  process.stdout.write(`replay: tsprom / prometheus ${ratio.toFixed(3)} of the CPU (goal 0.25)\n`);
}

await main();
