/** Nanoseconds a sample for the scanners: `node dist/bench/exposition.js [page…]`; without pages, one made up. */
import { readFileSync } from 'node:fs';
import { seededRandom } from '../src/base/index.js';
import { createScanScratch, scanOpenMetrics, scanText, seriesLabels } from '../src/exposition/index.js';

/** A page as a container platform exposes it: families of a few types, three to six labels, values of all lengths. */
function makePage(end: string): Buffer {
  const random = seededRandom(1);
  const lines: string[] = [];
  for (let family = 0; family < 100; family++) {
    const name = `container_network_transmit_packets_${family}_total`;
    lines.push(`# HELP ${name} Cumulative count of packets transmitted.`, `# TYPE ${name} counter`);
    for (let series = 0; series < 200; series++) {
      const labels = `namespace="namespace-${series % 7}",pod="api-server-${series}-7d9f8b6c5-x2x4z",container="main",interface="eth${series % 3}"`;
      const value = series % 4 === 0 ? String(random.float() * 1e6) : String(random.uint32() % 1_000_000);
      lines.push(`${name}{${labels}} ${value}`);
    }
  }
  return Buffer.from(`${lines.join('\n')}\n${end}`);
}

function measure(name: string, samples: number, run: () => void): void {
  for (let i = 0; i < 20; i++) run();
  const times: number[] = [];
  for (let i = 0; i < 40; i++) {
    const start = performance.now();
    run();
    times.push(performance.now() - start);
  }
  times.sort((a, b) => a - b);
  const [best, median] = [times[0] as number, times[20] as number];
  const ns = (ms: number): string => ((ms * 1e6) / samples).toFixed(0).padStart(6);
  process.stdout.write(
    `${name.padEnd(44)} ${String(samples).padStart(7)} samples ${ns(best)} ns best ${ns(median)} ns median\n`,
  );
}

function measurePage(name: string, bytes: Uint8Array, isOpenMetrics: boolean): void {
  const scan = isOpenMetrics ? scanOpenMetrics : scanText;
  const scratch = createScanScratch();
  const page = scan(bytes);
  if (page.error) throw page.error;
  measure(`${name}: scan`, page.sampleCount, () => scan(bytes, { scratch }));
  measure(`${name}: scan, complete parser`, page.sampleCount, () =>
    scan(bytes, { scratch, plainLines: false }),
  );
  measure(`${name}: labels of every row`, page.sampleCount, () => {
    for (let row = 0; row < page.sampleCount; row++) seriesLabels(page, row);
  });
}

const files = process.argv.slice(2);
for (const file of files) {
  measurePage(file.replace(/.*\//, '').slice(0, 24), readFileSync(file), /\.(om|openmetrics)\./.test(file));
}
if (files.length === 0) {
  measurePage('text', makePage(''), false);
  measurePage('openmetrics', makePage('# EOF\n'), true);
}
