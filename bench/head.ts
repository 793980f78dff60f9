/**
 * The arena head: nanoseconds of CPU a sample for 1,000 series (all in the caches) and for 500,000 in turn (none is),
 * in commits of a scrape's size; microseconds to make a series of eight labels, bytes a series; nanoseconds to take a
 * series' snapshot with its chunks. Run: node dist/bench/head.js
 */
import { runAtOnce, systemDisk } from '../src/base/index.js';
import { Kernels, loadKernels, reserveMemory } from '../src/kernels/index.js';
import { Labels } from '../src/model/index.js';
import { type FloatBatch, type SeriesRef, SymbolTable } from '../src/storage/index.js';
import { createHead, type Head, openHeadSource } from '../src/tsdb/head/index.js';

const maxBytes = 3 * 1024 ** 3;
const rowsInCommit = 1000;
const module = await loadKernels(systemDisk);

function openHead(): Head {
  const kernels = new Kernels(module, reserveMemory({ maxBytes, initialBytes: maxBytes }), maxBytes);
  return createHead({ kernels, chunkRangeMs: 7_200_000 });
}

function labelsOf(i: number): Labels {
  return Labels.fromSortedPairs([
    ...['__name__', `node_metric_${i % 500}_total`, 'cluster', 'eu-west-1', 'container', `app-${i % 97}`],
    ...['instance', `10.0.${(i >> 8) & 255}.${i & 255}:9100`, 'job', 'node', 'namespace', `team-${i % 40}`],
    ...['pod', `pod-${i}`, 'zone', `zone-${i % 3}`],
  ]);
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** Runs and answers CPU nanoseconds. */
function cpu(work: () => void): number {
  const start = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(start);
  return (user + system) * 1000;
}

function makeSeries(head: Head, count: number): SeriesRef[] {
  const refs: SeriesRef[] = [];
  for (let from = 0; from < count; from += rowsInCommit) {
    const appender = head.appender();
    for (let i = from; i < from + rowsInCommit; i++) refs.push(appender.series(labelsOf(i)));
    appender.rollback();
  }
  return refs;
}

/** One sample a series a round: counters, gauges, constants. */
function rounds(head: Head, refs: readonly SeriesRef[], count: number, firstMs: number): number {
  const outcomes = new Uint8Array(rowsInCommit);
  let total = 0;
  for (let round = 0; round < count; round++) {
    const timestampMs = firstMs + round * 15_000;
    for (let from = 0; from < refs.length; from += rowsInCommit) {
      const batch: FloatBatch = {
        length: rowsInCommit,
        refs: Float64Array.from(refs.slice(from, from + rowsInCommit)),
        timestamps: new Float64Array(rowsInCommit).fill(timestampMs),
        values: Float64Array.from({ length: rowsInCommit }, (_, i) =>
          i % 4 === 0 ? 17 : i % 4 === 1 ? round * (i + 3) : i % 4 === 2 ? Math.random() : (round * i) / 8,
        ),
      };
      total += cpuOf(() => {
        const appender = head.appender();
        appender.appendFloats(batch, outcomes);
        runAtOnce(appender.publish());
      });
    }
  }
  return total / (count * refs.length);
}

/** Wall time stands for CPU where a piece of work is too short for the system's clock. */
function cpuOf(work: () => void): number {
  const start = process.hrtime.bigint();
  work();
  return Number(process.hrtime.bigint() - start);
}

const startMs = 1_700_000_100_000;
const small = openHead();
const few = makeSeries(small, 1000);
rounds(small, few, 200, startMs);
print(`1,000 series: ${rounds(small, few, 600, startMs + 200 * 15_000).toFixed(1)} ns a sample`);

const large = openHead();
const rssBefore = process.memoryUsage().rss;
let many: SeriesRef[] = [];
const made = 500_000;
const making = cpu(() => {
  many = makeSeries(large, made);
});
print(`making a series: ${(making / made / 1000).toFixed(2)} us (labels as strings included)`);
print(`a series: ${(large.usedBytes / made).toFixed(0)} bytes without samples`);
print(`500,000 series: ${rounds(large, many, 6, startMs).toFixed(1)} ns a sample (young chunks)`);
print(`500,000 series: ${rounds(large, many, 6, startMs + 6 * 15_000).toFixed(1)} ns a sample`);
print(`a series: ${(large.usedBytes / made).toFixed(0)} bytes with 12 samples`);
const rss = (process.memoryUsage().rss - rssBefore) / made;
print(`resident: ${rss.toFixed(0)} bytes a series, the bench's own objects included`);

const readerKernels = new Kernels(module, reserveMemory({ maxBytes: 1 << 28 }), 1 << 28);
const source = openHeadSource({
  view: small.view(),
  readerSlot: 0,
  kernels: readerKernels,
  window: { mintMs: 0, maxtMs: Number.POSITIVE_INFINITY },
  mapped: {
    read() {
      throw new Error('nothing is on disk');
    },
  },
});
const symbols = new SymbolTable();
let bytes = 0;
const times = 20;
const reading = cpu(() => {
  for (let i = 0; i < times; i++) {
    const matched = source.match({ matchers: [], symbols, mintMs: 0, maxtMs: Number.POSITIVE_INFINITY });
    for (let index = 0; index < matched.count; index++) {
      matched.labels(index);
      for (const chunk of matched.chunks(index)) bytes += chunk.bytes.length;
    }
  }
});
print(
  `reading: ${(reading / times / 1000 / 1000).toFixed(2)} us a series of ${(bytes / times / 1000).toFixed(0)} bytes`,
);
source.close();
