/** Megabytes a second and CPU seconds beside wall time of checking a block, and a log where the corpus has one. */
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { seededRandom, systemDisk } from '../src/base/index.js';
import { encodeXor } from '../src/chunkenc/index.js';
import { Kernels, loadKernels, reserveMemory } from '../src/kernels/index.js';
import { Labels } from '../src/model/index.js';
import { type BlockChunk, type BlockSeriesInput, writeBlock } from '../src/tsdb/block/index.js';
import { verifyTarget } from '../src/tsdb/verify/index.js';

const seriesCount = 40_000;
const chunksOfSeries = 5;
const samplesOfChunk = 120;
const startMs = 1_700_000_000_000;
const ulid = '01HF0000000000000000000000';
const memoryBytes = 1 << 30;
const kernels = new Kernels(
  await loadKernels(systemDisk),
  reserveMemory({ maxBytes: memoryBytes }),
  memoryBytes,
);

/** The same hundred chunks over and over: what is measured does not look at their values. */
function madeChunks(): BlockChunk[][] {
  const random = seededRandom(1);
  return Array.from({ length: 100 }, (_, kind) => {
    const chunks: BlockChunk[] = [];
    for (let first = 0; first < chunksOfSeries * samplesOfChunk; first += samplesOfChunk) {
      const times = Float64Array.from({ length: samplesOfChunk }, (_, i) => startMs + (first + i) * 15_000);
      const values = Float64Array.from({ length: samplesOfChunk }, (_, i) =>
        kind % 3 === 0 ? first + i : Math.round(random.float() * 1e4) / 8,
      );
      chunks.push({
        encoding: 1,
        mintMs: times[0] as number,
        maxtMs: times[samplesOfChunk - 1] as number,
        samples: samplesOfChunk,
        bytes: encodeXor(times, values, 0, samplesOfChunk),
      });
    }
    return chunks;
  });
}

function* madeSeries(): Generator<BlockSeriesInput> {
  const chunks = madeChunks();
  for (let i = 0; i < seriesCount; i++) {
    const instance = `host-${String(i % 500).padStart(4, '0')}:9100`;
    const labels = Labels.fromPairs(
      '__name__',
      `metric_${String(i).padStart(6, '0')}`,
      'instance',
      instance,
      'job',
      'node',
    );
    yield { labels, chunks: chunks[i % chunks.length] as BlockChunk[] };
  }
}

async function measure(name: string, target: string): Promise<void> {
  for (let turn = 0; turn < 3; turn++) {
    const cpu = process.cpuUsage();
    const start = performance.now();
    const { bytes, samples, findings } = await verifyTarget({
      disk: systemDisk,
      path: target,
      kernels,
      onFinding: () => {},
    });
    const wallS = (performance.now() - start) / 1000;
    const { user, system } = process.cpuUsage(cpu);
    const cpuS = (user + system) / 1e6;
    if (turn < 2) continue;
    const speed = `${(bytes / 1e6 / wallS).toFixed(0)} MB/s, ${((cpuS * 1e9) / samples).toFixed(1)} ns CPU/sample`;
    const size = `${(bytes / 1e6).toFixed(1)} MB, ${samples} samples`;
    const time = `${wallS.toFixed(2)} s wall, ${cpuS.toFixed(2)} s CPU`;
    process.stdout.write(`${name.padEnd(16)} ${size}: ${speed}, ${time}, ${findings.damage} damages\n`);
  }
}

const directory = mkdtempSync(path.join(tmpdir(), 'tsprom-bench-verify-'));
try {
  await writeBlock({
    disk: systemDisk,
    directory,
    ulid,
    mintMs: startMs,
    endMs: startMs + chunksOfSeries * samplesOfChunk * 15_000,
    compaction: { level: 1, sources: [ulid] },
    series: madeSeries(),
  });
  await measure('block', path.join(directory, ulid));
  const corpus = path.resolve('..', 'shared', 'corpus', 'tsdb', 'capture-main', 'data');
  if (existsSync(corpus)) {
    await measure('wal', path.join(corpus, 'wal'));
    await measure('data directory', corpus);
  }
} finally {
  rmSync(directory, { recursive: true, force: true });
}
process.stdout.write(`peak memory ${(process.resourceUsage().maxRSS / 1024).toFixed(0)} MiB\n`);
