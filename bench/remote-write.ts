/**
 * The remote-write receiver over a real database: microseconds of CPU a series in requests of new series, nanoseconds a
 * sample in later requests of the same, wall time of the longest piece without the event loop. Inflating is part of it,
 * HTTP is not. Run: node --expose-gc dist/bench/remote-write.js [series [requests]]
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { systemClock, systemDisk, systemRandom } from '../src/base/index.js';
import {
  Kernels,
  loadKernels,
  RemoteTable,
  reserveMemory,
  scanKeys,
  snappyCompress,
} from '../src/kernels/index.js';
import { WriteReceiver } from '../src/remote/index.js';
import { MetricRegistry, silentLogger } from '../src/telemetry/index.js';
import { openDatabase } from '../src/tsdb/index.js';

const seriesInRequest = 2000;

function varint(value: number): Uint8Array {
  const bytes: number[] = [];
  let left = value;
  for (; left >= 0x80; left = Math.floor(left / 128)) bytes.push((left % 128) | 0x80);
  return Uint8Array.of(...bytes, left);
}

function field(number: number, ...parts: readonly Uint8Array[]): Uint8Array {
  const body = Buffer.concat(parts);
  return Buffer.concat([varint(number * 8 + 2), varint(body.length), body]);
}

function labelsOf(i: number): Uint8Array {
  const pairs = [
    ...[
      ['__name__', `node_metric_${i % 500}_total`],
      ['cluster', 'eu-west-1'],
      ['container', `app-${i % 97}`],
    ],
    ...[
      ['instance', `10.0.${(i >> 8) & 255}.${i & 255}:9100`],
      ['job', 'node'],
      ['namespace', `team-${i % 40}`],
    ],
    ...[
      ['pod', `pod-${i}`],
      ['zone', `zone-${i % 3}`],
    ],
  ] as [string, string][];
  return Buffer.concat(
    pairs.map(([name, value]) => field(1, field(1, Buffer.from(name)), field(2, Buffer.from(value)))),
  );
}

function sampleOf(value: number, timestampMs: number): Uint8Array {
  const double = Buffer.alloc(9);
  double[0] = 9;
  double.writeDoubleLE(value, 1);
  return field(2, double, Uint8Array.of(16), varint(timestampMs));
}

/** Requests of all series, written once; each round changes values and times in place. */
class Requests {
  readonly #messages: Buffer[] = [];
  /** Where the value of each series stands, the time eight bytes behind it. */
  readonly #values: number[][] = [];

  constructor(seriesCount: number) {
    for (let from = 0; from < seriesCount; from += seriesInRequest) {
      const values: number[] = [];
      const parts: Uint8Array[] = [];
      let size = 0;
      for (let i = from; i < Math.min(seriesCount, from + seriesInRequest); i++) {
        const series = field(1, labelsOf(i), sampleOf(0, 1_700_000_000_000));
        parts.push(series);
        size += series.length;
        values.push(size - 15);
      }
      this.#messages.push(Buffer.concat(parts));
      this.#values.push(values);
    }
  }

  blocks(timestampMs: number): Uint8Array[] {
    const time = varint(timestampMs);
    return this.#messages.map((message, request) => {
      (this.#values[request] as number[]).forEach((at, i) => {
        message.writeDoubleLE(Math.floor(Math.sin(i + request) * 1e6) + timestampMs / 1000, at);
        message.set(time, at + 9);
      });
      return snappyCompress(message);
    });
  }
}

async function measure(seriesCount: number, rounds: number): Promise<void> {
  const directory = mkdtempSync(path.join(tmpdir(), 'bench-remote-'));
  const module = await loadKernels(systemDisk);
  const database = await openDatabase({
    directory,
    disk: systemDisk,
    clock: systemClock,
    kernelModule: module,
    headMaxBytes: 2 ** 31,
  });
  const receiver = new WriteReceiver({
    appender: () => database.appender(),
    clock: systemClock,
    logger: silentLogger,
    registry: new MetricRegistry(),
    table: () =>
      new RemoteTable(new Kernels(module, reserveMemory({ maxBytes: 2 ** 30 })), scanKeys(systemRandom)),
  });
  const requests = new Requests(seriesCount);
  const startMs = Date.now() - rounds * 15_000;
  const delay = monitorEventLoopDelay({ resolution: 1 });
  const round = async (index: number): Promise<number> => {
    const bodies = requests.blocks(startMs + index * 15_000);
    globalThis.gc?.();
    delay.reset();
    delay.enable();
    const before = process.cpuUsage();
    for (const body of bodies) {
      const { status, error } = await receiver.storeBlock(body);
      if (status !== 204) throw new Error(`status ${status}: ${error}`);
    }
    const { user, system } = process.cpuUsage(before);
    delay.disable();
    return user + system;
  };
  const first = await round(0);
  const firstDelayMs = delay.max / 1e6;
  let later = 0;
  for (let i = 1; i <= rounds; i++) later += await round(i);
  process.stdout.write(
    `${seriesCount} series: ${(first / seriesCount).toFixed(2)} us CPU a new series (longest ${firstDelayMs.toFixed(1)} ms), ` +
      `${((later * 1000) / (rounds * seriesCount)).toFixed(0)} ns CPU a later sample\n`,
  );
  await database.close();
  rmSync(directory, { recursive: true });
}

const [, , series, rounds] = process.argv;
if (series === undefined) {
  await measure(10_000, 100);
  await measure(100_000, 10);
} else await measure(Number(series), Number(rounds ?? 10));
