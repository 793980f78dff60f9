/**
 * Nanoseconds of CPU a sample of what stands between a target and the store: 100 targets of 1,000 series, of which none
 * is new and every value changes. Run: node dist/bench/scrape.js
 *   parse and look up: a page into a store that takes everything
 *   receive: the page over HTTP from another process, thrown away
 *   scrape loop: all of it, report samples too
 */
import { type ChildProcess, fork } from 'node:child_process';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { runAtOnce, systemClock, systemDisk, systemRandom } from '../src/base/index.js';
import { loadConfig } from '../src/config/index.js';
import { createBodyMemory, createHttpClient } from '../src/http/index.js';
import { defaultHttpClientOptions } from '../src/http/options.js';
import {
  Kernels,
  loadKernels,
  PageScan,
  reserveMemory,
  scanKeys,
  scanRowCapacity,
} from '../src/kernels/index.js';
import { Labels } from '../src/model/index.js';
import { appendPage } from '../src/scrape/append-page.js';
import { BatchColumns } from '../src/scrape/batch-columns.js';
import { createScrapeMetrics, Target } from '../src/scrape/index.js';
import { MetadataCache } from '../src/scrape/metadata-cache.js';
import { PageLanes } from '../src/scrape/page-lanes.js';
import { ScrapeBeat } from '../src/scrape/scrape-beat.js';
import { ScrapeCache } from '../src/scrape/scrape-cache.js';
import { ScrapeLoop } from '../src/scrape/scrape-loop.js';
import type { Appender, SeriesRef } from '../src/storage/index.js';
import { createLogger, MetricRegistry } from '../src/telemetry/index.js';

const targetCount = 100;
const seriesCount = 1000;

function makePage(round: number): Buffer {
  const lines: string[] = [];
  for (let i = 0; i < seriesCount; i++) {
    if (i % 20 === 0)
      lines.push(`# HELP http_requests_${i}_total All.`, `# TYPE http_requests_${i}_total counter`);
    const labels = `code="200",handler="/api/v1/query",instance="host-${i}",method="get",pod="api-server-${i}-7d9f8b6c5"`;
    const value = i % 4 === 0 ? String(Math.sin(i + round) * 1e6) : String(i * 977 + round);
    lines.push(`http_requests_${i - (i % 20)}_total{${labels}} ${value}`);
  }
  return Buffer.from(`${lines.join('\n')}\n`);
}

/** The other process: answers each request with the next of a few pages. */
function servePages(): void {
  const pages = Array.from({ length: 8 }, (_, round) => makePage(round));
  let round = 0;
  const server = createServer((_, response) => {
    const page = pages[round++ % pages.length] as Buffer;
    response.writeHead(200, { 'content-type': 'text/plain; version=0.0.4', 'content-length': page.length });
    response.end(page);
  });
  server.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port));
  process.on('disconnect', () => process.exit());
}

async function measure(name: string, rounds: number, run: () => void | Promise<void>): Promise<void> {
  for (let i = 0; i < rounds / 2; i++) await run();
  const before = process.cpuUsage();
  for (let i = 0; i < rounds; i++) await run();
  const { user, system } = process.cpuUsage(before);
  const perSample = (us: number): string => ((us * 1e3) / (rounds * targetCount * seriesCount)).toFixed(1);
  process.stdout.write(
    `${name.padEnd(20)} ${perSample(user + system).padStart(7)} ns CPU a sample (${perSample(system)} in the system)\n`,
  );
}

async function main(): Promise<void> {
  const { config } = loadConfig({
    text: 'scrape_configs: [{job_name: bench}]',
    file: 'bench.yml',
    baseDirectory: '.',
    env: {},
  });
  const options = config?.jobs[0]?.scrape;
  if (options === undefined) throw new Error('the configuration of the bench does not load');

  let refs = 0;
  const store: Appender = {
    series: () => ++refs as SeriesRef,
    appendFloats: () => 0,
    appendHistogram: () => 0,
    appendExemplar: () => 0,
    setMetadata: () => undefined,
    commit: async () => undefined,
    rollback: () => undefined,
  };
  const logger = createLogger({
    format: 'logfmt',
    level: 'error',
    clock: systemClock,
    write: () => undefined,
  });
  const metrics = createScrapeMetrics(new MetricRegistry());
  const module = await loadKernels(systemDisk);
  const memory = reserveMemory({ maxBytes: 2 ** 30 });
  const tools = {
    scan: new PageScan(new Kernels(module, memory), scanKeys(systemRandom)),
    outcomes: new Uint8Array(scanRowCapacity),
    batch: new BatchColumns(),
  };
  const discovered = { target: Labels.fromPairs('__address__', 'a:1'), group: Labels.empty };
  const targetOf = (address: string, i: number): Target => {
    const labels = Labels.fromPairs(
      ...['__address__', address, '__metrics_path__', `/metrics/${i}`, '__scheme__', 'http'],
      ...['instance', `${address}-${i}`, 'job', 'bench'],
    );
    return new Target(labels, options, discovered);
  };

  const all = Array.from({ length: targetCount }, (_, i) => ({
    options,
    target: targetOf('a:1', i),
    cache: new ScrapeCache(),
    metadata: new MetadataCache(),
    metrics,
    logger,
  }));
  const pages = Array.from({ length: 8 }, (_, round) => makePage(round));
  let round = 0;
  await measure('parse and look up', 40, () => {
    const bytes = pages[round++ % pages.length] as Buffer;
    const page = { parts: [bytes], length: bytes.length, contentType: '', format: 'text' } as const;
    for (const parts of all) runAtOnce(appendPage(parts, tools, page, store, { timeMs: 1, nowMs: 1 }));
  });

  const child: ChildProcess = fork(process.argv[1] as string, ['serve']);
  const port = await new Promise<number>((resolve) =>
    child.once('message', (message) => resolve(message as number)),
  );
  const http = createHttpClient(defaultHttpClientOptions(), {
    disk: systemDisk,
    clock: systemClock,
    ...createBodyMemory(),
  });
  const address = `127.0.0.1:${port}`;
  await measure('receive', 20, async () => {
    for (let i = 0; i < targetCount; i++) {
      const answer = await http.get({
        url: `http://${address}/metrics/${i}`,
        headers: [
          ['User-Agent', 'bench'],
          ['Accept', 'text/plain'],
        ],
        timeoutMs: 10_000,
        bodyLimitBytes: 0,
      });
      if (answer.ok) answer.body.release();
    }
  });

  const lanes = new PageLanes({ clock: systemClock, random: systemRandom, kernels: () => module });
  const ports = {
    ...{ clock: systemClock, storage: { appender: () => store }, logger, metrics, lanes },
    self: undefined,
    offsetSeed: 0n,
    beat: new ScrapeBeat(),
  };
  const loops = all.map(
    (parts, i) =>
      new ScrapeLoop(ports, {
        ...{ options, http, cache: parts.cache, metadata: parts.metadata },
        target: targetOf(address, i),
        intervalMs: 15_000,
        timeoutMs: 10_000,
      }),
  );
  await measure('scrape loop', 20, async () => {
    for (const loop of loops) await loop.scrapeOnce();
  });
  await http.close();
  child.disconnect();
}

if (process.argv[2] === 'serve') servePages();
else await main();
