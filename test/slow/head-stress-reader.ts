/** A thread that reads a head while another writes it, and checks every sample against what the writer must have put. */
import { parentPort, workerData } from 'node:worker_threads';
import { seededRandom } from '../../src/base/index.js';
import { Kernels, reserveMemory } from '../../src/kernels/index.js';
import { Matcher } from '../../src/model/index.js';
import { readChunk, SymbolTable } from '../../src/storage/index.js';
import { type HeadView, openHeadSource } from '../../src/tsdb/head/index.js';
import { noMapped } from '../tsdb/head/head-storage.js';

export interface ReaderJob {
  readonly module: WebAssembly.Module;
  readonly view: HeadView;
  readonly readerSlot: number;
  readonly startMs: number;
  readonly reads: number;
  readonly seed: number;
  readonly withPauses: boolean;
  /** The commit of the writer's sample 0. */
  readonly firstCommit: number;
}

export interface ReaderReport {
  readonly reads: number;
  readonly snapshots: number;
  readonly faults: readonly string[];
}

const job = workerData as ReaderJob;
const kernels = new Kernels(job.module, reserveMemory({ maxBytes: 64 << 20 }), 64 << 20);
const random = seededRandom(job.seed);
const faults: string[] = [];
let reads = 0;
let snapshots = 0;

function pause(): void {
  if (random.float() < 0.3) for (let i = random.float() * 3000; i > 0; i--) Math.sqrt(i);
}

function checkSeries(
  text: string,
  bytes: readonly { encoding: number; bytes: Uint8Array }[],
  seen: number,
): void {
  const parts = /s="(\d+)", since="(\d+)", until="(\d+)"/.exec(text);
  const [, s, since, until] = (parts ?? []).map(Number) as [number, number, number, number];
  const last = Math.min(seen, until);
  let expected = -1;
  for (const chunk of bytes) {
    const { timestamps, values, length } = readChunk(chunk);
    for (let row = 0; row < length; row++, reads++) {
      const index = ((timestamps[row] as number) - job.startMs) / 1000;
      if (expected < 0 && index >= since) expected = index;
      if (index !== expected || values[row] !== s * 1e6 + index) {
        faults.push(`${text} at ${seen}: row ${row} is ${index}=${values[row]}, expected ${expected}`);
        return;
      }
      expected++;
    }
  }
  if (expected - 1 !== last) faults.push(`${text} at ${seen}: ends at ${expected - 1}, expected ${last}`);
}

while (reads < job.reads && faults.length < 5) {
  const source = openHeadSource({
    view: job.view,
    readerSlot: job.readerSlot,
    kernels,
    window: { mintMs: Number.NEGATIVE_INFINITY, maxtMs: Number.POSITIVE_INFINITY },
    mapped: noMapped,
    ...(job.withPauses ? { pause } : {}),
  });
  snapshots++;
  const symbols = new SymbolTable();
  const mintMs = Number.NEGATIVE_INFINITY;
  const maxtMs = Number.POSITIVE_INFINITY;
  const matchers = [
    random.float() < 0.5 ? new Matcher('=', '__name__', 'm') : new Matcher('!=', 'until', ''),
  ];
  const matched = source.match({ matchers, symbols, mintMs, maxtMs });
  const seen = source.commit - job.firstCommit;
  for (let index = 0; index < matched.count && faults.length < 5; index++) {
    checkSeries(symbols.labels(matched.labels(index)).toString(), matched.chunks(index), seen);
  }
  source.close();
}
parentPort?.postMessage({ reads, snapshots, faults } satisfies ReaderReport);
