/**
 * Nanoseconds a sample from a page's bytes to a store's columns, over 2,000 series of which none is new; beside a
 * cache of the same texts as a Map of strings, which the scrape cache takes the place of. Run: node dist/bench/scrape.js
 */
import { runAtOnce, systemClock } from '../src/base/index.js';
import { loadConfig } from '../src/config/index.js';
import { Labels } from '../src/model/index.js';
import { appendPage } from '../src/scrape/append-page.js';
import { BatchColumns } from '../src/scrape/batch-columns.js';
import { createPageParser, createScrapeMetrics, Target } from '../src/scrape/index.js';
import { MetadataCache } from '../src/scrape/metadata-cache.js';
import { ScrapeCache } from '../src/scrape/scrape-cache.js';
import type { Appender, SeriesRef } from '../src/storage/index.js';
import { createLogger, MetricRegistry } from '../src/telemetry/index.js';

const seriesCount = 2000;
const rounds = 500;

const { config } = loadConfig({
  text: 'scrape_configs: [{job_name: bench}]',
  file: 'bench.yml',
  baseDirectory: '.',
  env: {},
});
const options = config?.jobs[0]?.scrape;
if (options === undefined) throw new Error('the configuration of the bench does not load');

const lines = Array.from(
  { length: seriesCount },
  (_, i) =>
    `http_requests_total{code="200",handler="/api/v1/query",instance="host-${i}",method="get"} ${i}.5`,
);
const bytes = new TextEncoder().encode(
  `# HELP http_requests_total All.\n# TYPE http_requests_total counter\n${lines.join('\n')}\n`,
);

let refs = 0;
const store: Appender = {
  series: () => ++refs as SeriesRef,
  appendFloats: (batch, outcomes) => {
    outcomes.fill(0, 0, batch.length);
    return 0;
  },
  appendHistogram: () => 0,
  appendExemplar: () => 0,
  setMetadata: () => undefined,
  commit: async () => undefined,
  rollback: () => undefined,
};

const discovered = { target: Labels.fromPairs('__address__', 'a:1'), group: Labels.empty };
const parts = {
  options,
  target: new Target(
    Labels.fromPairs('__address__', 'a:1', 'instance', 'a:1', 'job', 'bench'),
    options,
    discovered,
  ),
  cache: new ScrapeCache(1),
  metadata: new MetadataCache(),
  batch: new BatchColumns(),
  metrics: createScrapeMetrics(new MetricRegistry()),
  logger: createLogger({ format: 'logfmt', level: 'error', clock: systemClock, write: () => undefined }),
};
const parse = createPageParser();

function scrapeOnce(): void {
  const parsed = runAtOnce(
    parse({ bytes, contentType: 'text/plain' }, options as NonNullable<typeof options>),
  );
  if ('page' in parsed) runAtOnce(appendPage(parts, parsed.page, store, { timeMs: 1, nowMs: 1 }));
}

const texts = new Map<string, number>();
const decoder = new TextDecoder();

function lookUpStrings(): void {
  const parsed = runAtOnce(
    parse({ bytes, contentType: 'text/plain' }, options as NonNullable<typeof options>),
  );
  if (!('page' in parsed)) return;
  const { page } = parsed;
  for (let row = 0; row < page.length; row++) {
    const text = decoder.decode(bytes.subarray(page.seriesStart[row], page.seriesEnd[row]));
    texts.set(text, (texts.get(text) ?? 0) + 1);
  }
}

for (const [name, run] of [
  ['scan, cache and columns', scrapeOnce],
  ['scan and a Map of strings', lookUpStrings],
] as const) {
  for (let i = 0; i < 50; i++) run();
  const cpu = process.cpuUsage();
  const startMs = systemClock.monotonicMs();
  for (let i = 0; i < rounds; i++) run();
  const wallMs = systemClock.monotonicMs() - startMs;
  const { user, system } = process.cpuUsage(cpu);
  const samples = seriesCount * rounds;
  const perSample = ((wallMs * 1e6) / samples).toFixed(0);
  process.stdout.write(
    `${name}: ${perSample} ns a sample, ${((user + system) / 1e6).toFixed(2)} CPU seconds\n`,
  );
}
