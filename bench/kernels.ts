/**
 * The kernels by themselves: nanoseconds of CPU a sample, a byte or a number, the least of several rounds. Those of the
 * write-ahead log, the head, scraping and the engine stand in benches of their own.
 */
import { seededRandom, systemDisk } from '../src/base/index.js';
import {
  aggregateOps,
  floatForms,
  installFloatPowers,
  installFormatPowers,
  KernelScope,
  Kernels,
  loadKernels,
  reserveMemory,
  SnappyPacker,
  SnappyUnpacker,
  WindowRunner,
} from '../src/kernels/index.js';

const chunkSamples = 120;
const chunks = 1000;
const rounds = 12;
const random = seededRandom(1);
const kernels = new Kernels(await loadKernels(systemDisk), reserveMemory({ maxBytes: 1 << 29 }));
const { exports } = kernels;
installFloatPowers(kernels);
installFormatPowers(kernels);

function measure(name: string, unit: string, count: number, run: () => void): void {
  let least = Number.POSITIVE_INFINITY;
  for (let round = 0; round < rounds; round++) {
    const since = process.cpuUsage();
    run();
    const { user, system } = process.cpuUsage(since);
    least = Math.min(least, ((user + system) * 1000) / count);
  }
  process.stdout.write(`${name.padEnd(44)} ${least.toFixed(least < 10 ? 2 : 1).padStart(8)} ns/${unit}\n`);
}

const samples = chunks * chunkSamples;
const timestamps = kernels.alloc(samples * 8);
const values = kernels.alloc(samples * 8);
const outTimestamps = kernels.alloc(samples * 8);
const outValues = kernels.alloc(samples * 8);
const capacity = 32 + 19 * chunkSamples;
const block = kernels.alloc(chunks * 2400);
const lengths = new Uint32Array(chunks);

const shapes: readonly [name: string, jitterMs: number, next: (before: number) => number][] = [
  ['counters', 0, (before) => before + Math.floor(random.float() * 100)],
  ['counters, jittered times', 8, (before) => before + Math.floor(random.float() * 100)],
  ['gauges of three decimals', 0, () => Math.floor(random.float() * 1e6) / 1000],
  ['random doubles', 0, () => random.float()],
  ['constants', 0, () => 1],
];
for (const [name, jitterMs, next] of shapes) {
  for (let chunk = 0; chunk < chunks; chunk++) {
    let value = 0;
    for (let i = 0; i < chunkSamples; i++) {
      const row = chunk * chunkSamples + i;
      value = next(value);
      const jitter = jitterMs === 0 ? 0 : Math.floor(random.float() * jitterMs);
      kernels.doubles[timestamps / 8 + row] = 1.7e12 + i * 15_000 + jitter;
      kernels.doubles[values / 8 + row] = value;
    }
  }
  const at = (column: number, chunk: number) => column + chunk * chunkSamples * 8;
  measure(`xor encode, ${name}`, 'sample', samples, () => {
    for (let chunk = 0; chunk < chunks; chunk++) {
      const [t, v] = [at(timestamps, chunk), at(values, chunk)];
      lengths[chunk] = exports.xorEncode(
        t,
        v,
        chunkSamples,
        block + chunk * 2400,
        capacity - (capacity % 16),
      );
    }
  });
  measure(`xor decode, ${name}`, 'sample', samples, () => {
    for (let chunk = 0; chunk < chunks; chunk++) {
      const [t, v] = [at(outTimestamps, chunk), at(outValues, chunk)];
      const length = lengths[chunk] as number;
      exports.xorDecode(block + chunk * 2400, length, t, v, 0, 1 << 20, -1e15, 1e15, -1e16);
    }
  });
}

const textBytes = 1 << 20;
const text = kernels.alloc(textBytes + 64);
for (let i = 0; i < textBytes; i++) kernels.bytes[text + i] = 97 + Math.floor(random.float() ** 3 * 26);
measure('crc32c', 'byte', textBytes, () => exports.crc32c(text, textBytes, 0));
const packer = new SnappyPacker(kernels);
const unpacker = new SnappyUnpacker(kernels);
const packed = packer.pack(block, textBytes);
measure('snappy compress, chunks', 'byte', textBytes, () => packer.pack(block, textBytes));
measure('snappy decompress, chunks', 'byte', textBytes, () => unpacker.unpack(packer.at, packed, textBytes));

const numbers: readonly [name: string, make: () => number][] = [
  ['integers', () => Math.floor(random.float() * 1e9)],
  ['three decimals', () => Math.floor(random.float() * 1e6) / 1000],
  ['17 digits', () => random.float() * 1000],
];
const count = 40_000;
const slotBytes = 24;
const encoder = new TextEncoder();
for (const [name, make] of numbers) {
  const made = Float64Array.from({ length: count }, make);
  const lengthsOfText = made.map((number, i) => {
    const bytes = encoder.encode(String(number));
    kernels.bytes.set(bytes, text + i * slotBytes);
    return bytes.length;
  });
  measure(`float parse, ${name}`, 'number', count, () => {
    for (let i = 0; i < count; i++) {
      const at = text + i * slotBytes;
      exports.floatParse(at, at + (lengthsOfText[i] as number), outValues);
    }
  });
  measure(`float format, ${name}`, 'number', count, () => {
    for (let i = 0; i < count; i++) exports.formatFloat(outValues, made[i] as number, floatForms.api);
  });
}

const steps = 1440;
const scope = new KernelScope(kernels);
const grid = {
  firstEndMs: 1.7e12,
  stepMs: 60_000,
  steps,
  rangeMs: 300_000,
  firstEvalMs: 1.7e12,
  evalStepMs: 60_000,
};
const daySamples = 5760;
for (let i = 0; i < daySamples; i++) {
  kernels.doubles[timestamps / 8 + i] = 1.7e12 + i * 15_000;
  kernels.doubles[values / 8 + i] = i * 3;
}
const runner = new WindowRunner({ scope, grid, betweenSlices: () => undefined });
const place = { timestamps, values, length: daySamples };
const row = { valuesAt: scope.alloc(8 * steps), presentAt: scope.alloc(steps) };
const repeats = 200;
measure('rate[5m], a step a minute', 'window', steps * repeats, () => {
  for (let i = 0; i < repeats; i++) {
    runner.open(place, row);
    runner.rate({ isCounter: true, perSecond: true });
  }
});
measure('max_over_time[5m]', 'window', steps * repeats, () => {
  for (let i = 0; i < repeats; i++) {
    runner.open(place, row);
    runner.reduce('max');
  }
});
measure('avg_over_time[5m]', 'window', steps * repeats, () => {
  for (let i = 0; i < repeats; i++) {
    runner.open(place, row);
    runner.sum(true);
  }
});
const group = scope.alloc(exports.aggregateBytes(aggregateOps.sum, steps));
measure('sum of rows', 'step', steps * repeats, () => {
  for (let i = 0; i < repeats; i++) {
    exports.aggregateAdd(aggregateOps.sum, group, steps, row.valuesAt, row.presentAt, 0, steps);
  }
});
scope.close();
