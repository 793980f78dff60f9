/** Nanoseconds of CPU a sample for the write-ahead log: its kernels, writing commits of a scrape each, reading back. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { seededRandom, systemClock, systemDisk } from '../src/base/index.js';
import { KernelBuffer, Kernels, loadKernels, reserveMemory } from '../src/kernels/index.js';
import {
  KernelFrames,
  listSegments,
  RecordPacker,
  ReplayRecords,
  type SampleRows,
  SegmentReader,
  SeriesLedger,
  WalWriter,
} from '../src/tsdb/wal/index.js';

const rowCount = 1000;
const targetCount = 100;
const commitCount = 2000;
const memoryBytes = 256 << 20;

const kernels = new Kernels(
  await loadKernels(systemDisk),
  reserveMemory({ maxBytes: memoryBytes }),
  memoryBytes,
);

/** Counters that rise, gauges that wander, some that stand still: as a scrape of many targets has them. */
class Scrapes {
  readonly #random = seededRandom(1);
  readonly #values = new Float64Array(rowCount * targetCount);
  readonly rows: SampleRows;

  constructor() {
    const refs = new KernelBuffer(kernels).reserve(rowCount * 24);
    this.rows = { length: rowCount, refs, timestamps: refs + rowCount * 8, values: refs + rowCount * 16 };
  }

  next(scrape: number): SampleRows {
    const { refs, timestamps, values } = this.rows;
    const { doubles } = kernels;
    const target = scrape % targetCount;
    const time = 1_700_000_000_000 + Math.floor(scrape / targetCount) * 15_000 + target;
    for (let row = 0; row < rowCount; row++) {
      const series = target * rowCount + row;
      const kind = series % 5;
      const before = this.#values[series] as number;
      const step =
        kind < 2 ? Math.floor(this.#random.float() * 100) : kind === 2 ? this.#random.float() - 0.5 : 0;
      this.#values[series] = before + step;
      doubles[refs / 8 + row] = series + 1;
      doubles[timestamps / 8 + row] = time;
      doubles[values / 8 + row] = before + step;
    }
    return this.rows;
  }
}

function report(name: string, cpuUs: number, samples: number): void {
  process.stdout.write(`${name.padEnd(40)} ${((cpuUs * 1000) / samples).toFixed(1).padStart(7)} ns/sample\n`);
}

const cpuUs = (since?: NodeJS.CpuUsage): number => {
  const { user, system } = process.cpuUsage(since);
  return user + system;
};

async function measure(name: string, samples: number, run: () => Promise<void> | void): Promise<void> {
  const times: number[] = [];
  for (let turn = 0; turn < 5; turn++) {
    const start = process.cpuUsage();
    await run();
    times.push(cpuUs(start));
  }
  report(name, Math.min(...times), samples);
}

async function measureKernels(scrapes: Scrapes): Promise<void> {
  const packer = new RecordPacker(kernels, 'snappy');
  const plain = new RecordPacker(kernels, 'none');
  const frames = new KernelFrames(kernels);
  const rows = scrapes.next(0);
  const turns = 2000;
  await measure('encode', rowCount * turns, () => {
    for (let i = 0; i < turns; i++) plain.packRows(rows);
  });
  await measure('encode and compress', rowCount * turns, () => {
    for (let i = 0; i < turns; i++) packer.packRows(rows);
  });
  const packed = packer.packRows(rows);
  await measure('frame and checksum', rowCount * turns, () => {
    for (let i = 0; i < turns; i++) {
      if (i % 100 === 0) frames.start(0);
      frames.append(packed);
    }
  });
  process.stdout.write(
    `${(packed.length / rowCount).toFixed(1)} bytes a sample, ${packed.rawBytes / rowCount} before\n`,
  );
}

async function measureLog(scrapes: Scrapes, sync: 'commit' | 'none'): Promise<void> {
  const directory = mkdtempSync(path.join(tmpdir(), 'tsprom-bench-wal-'));
  try {
    const writer = new WalWriter({
      disk: systemDisk,
      clock: systemClock,
      directory,
      firstSegment: 0,
      ledger: new SeriesLedger(),
      kernels,
      seriesLabels: () => undefined,
      sync,
    });
    await writer.open();
    let own = 0;
    const start = process.cpuUsage();
    for (let scrape = 0; scrape < commitCount; scrape++) {
      const before = process.cpuUsage();
      const rows = scrapes.next(scrape);
      own += cpuUs(before);
      await writer.log({ kind: 'scraped', series: [], records: [rows] });
    }
    report(`write commits of ${rowCount} rows, ${sync}`, cpuUs(start) - own, commitCount * rowCount);
    await writer.close();
    await measure('read: checksum, inflate, decode', commitCount * rowCount, () => readAll(directory));
  } finally {
    rmSync(directory, { recursive: true });
  }
}

async function readAll(directory: string): Promise<void> {
  const records = new ReplayRecords(kernels);
  let samples = 0;
  for (const segment of await listSegments(systemDisk, directory)) {
    const reader = await SegmentReader.open(systemDisk, segment.path, kernels);
    while (await reader.fill()) {
      while (reader.next()) {
        const record = records.decode(reader);
        if (record.kind === 'rows') samples += record.rows.length;
      }
    }
    await reader.close();
  }
  records.release();
  if (samples !== commitCount * rowCount) throw new Error(`${samples} samples were read`);
}

const scrapes = new Scrapes();
await measureKernels(scrapes);
await measureLog(scrapes, 'none');
await measureLog(scrapes, 'commit');
