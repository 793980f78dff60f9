/** Window, aggregation and row kernels beside their twins, on seeded random input. Each check answers its cases. */
import assert from 'node:assert/strict';
import { type Random, seededRandom } from '../../src/base/index.js';
import {
  averageOverTime,
  changesWindow,
  derivWindow,
  deviationOverTime,
  instantRateWindow,
  KernelScope,
  type Kernels,
  latestRows,
  maxOverTime,
  minOverTime,
  predictLinearWindow,
  quantileOverTime,
  rateWindow,
  reduceWindows,
  resetsWindow,
  sumOverTime,
  timeOfMax,
  timeOfMin,
  varianceOverTime,
  type WindowInput,
  type WindowOutput,
  type WindowReducer,
  type WindowReport,
  WindowRunner,
} from '../../src/kernels/index.js';

const staleBits = 0x7ff0000000000002n;
const oddValues = [
  Number.POSITIVE_INFINITY,
  Number.NEGATIVE_INFINITY,
  Number.MAX_VALUE,
  -Number.MAX_VALUE,
  1e308,
  Number.MIN_VALUE,
  0,
  -0,
];

const chance = (random: Random, share: number): boolean => random.float() < share;
const upTo = (random: Random, most: number): number => Math.floor(random.float() * (most + 1));

/** Values of one kind of series: walks, counters with resets, constants, and what floats have at their edges. */
export function randomValues(random: Random, length: number): Float64Array {
  const values = new Float64Array(length);
  const bits = new BigUint64Array(values.buffer);
  const kind = upTo(random, 4);
  const oddShare = chance(random, 0.3) ? random.float() * 0.3 : 0;
  let value = kind === 4 ? 42 : random.float() * 100;
  for (let i = 0; i < length; i++) {
    if (kind === 0) value += random.float() * 10 - 5;
    else if (kind === 1)
      value = chance(random, 0.1) ? random.float() * 3 : value + Math.floor(random.float() * 10);
    else if (kind === 2) value = (random.float() - 0.5) * 10 ** upTo(random, 20);
    else if (kind === 3) value = upTo(random, 4) - 2;
    values[i] = value;
    if (!chance(random, oddShare)) continue;
    values[i] = oddValues[upTo(random, oddValues.length - 1)] as number;
    if (chance(random, 0.3)) bits[i] = 0x7ff8000000000000n + BigInt(upTo(random, 1000));
  }
  return values;
}

function randomInput(random: Random): WindowInput {
  const length = chance(random, 0.1) ? upTo(random, 3) : upTo(random, 150);
  const timestamps = new Float64Array(length);
  const isRegular = chance(random, 0.5);
  let time = upTo(random, 100_000) - 50_000;
  for (let i = 0; i < length; i++) {
    time += isRegular ? 15_000 : 1 + upTo(random, 40_000);
    timestamps[i] = time;
  }
  const steps = chance(random, 0.2) ? 1 : upTo(random, 60);
  const stepMs = steps === 1 || chance(random, 0.05) ? 0 : 1 + upTo(random, 60_000);
  const parameter = chance(random, 0.9) ? random.float() * 1.2 - 0.1 : oddValues[upTo(random, 7)];
  return {
    timestamps,
    values: randomValues(random, length),
    length,
    startTimestamps: undefined,
    firstEndMs: upTo(random, 300_000) - 30_000,
    stepMs,
    steps,
    rangeMs: 1 + upTo(random, chance(random, 0.5) ? 2_000_000 : 60_000),
    firstEvalMs: upTo(random, 300_000),
    evalStepMs: stepMs,
    params: [new Float64Array(steps).fill(parameter as number)],
  };
}

const over =
  (reduce: WindowReducer, minimum = 1) =>
  (input: WindowInput, out: WindowOutput) =>
    reduceWindows(input, out, minimum, reduce);

interface WindowCase {
  readonly kernel: (windows: WindowRunner) => WindowReport;
  readonly twin: (input: WindowInput, out: WindowOutput) => WindowReport;
}

const rateCase = (isCounter: boolean, perSecond: boolean): WindowCase => ({
  kernel: (windows) => windows.rate({ isCounter, perSecond }),
  twin: (input, out) => rateWindow(input, out, { isCounter, perSecond }),
});

export const windowCases: Readonly<Record<string, WindowCase>> = {
  rate: rateCase(true, true),
  increase: rateCase(true, false),
  delta: rateCase(false, false),
  resets: { kernel: (windows) => windows.resets(), twin: resetsWindow },
  sum: { kernel: (windows) => windows.sum(false), twin: over(sumOverTime) },
  avg: { kernel: (windows) => windows.sum(true), twin: over(averageOverTime) },
  quantile: { kernel: (windows) => windows.quantile(), twin: over(quantileOverTime) },
  count: { kernel: (windows) => windows.reduce('count'), twin: over((_, from, to) => to - from) },
  present: { kernel: (windows) => windows.reduce('present'), twin: over(() => 1) },
  min: { kernel: (windows) => windows.reduce('min'), twin: over(minOverTime) },
  max: { kernel: (windows) => windows.reduce('max'), twin: over(maxOverTime) },
  stdvar: { kernel: (windows) => windows.reduce('stdvar'), twin: over(varianceOverTime) },
  stddev: { kernel: (windows) => windows.reduce('stddev'), twin: over(deviationOverTime) },
  first: {
    kernel: (windows) => windows.reduce('first'),
    twin: over(({ values }, from) => values[from] as number),
  },
  last: {
    kernel: (windows) => windows.reduce('last'),
    twin: over(({ values }, _, to) => values[to - 1] as number),
  },
  'first time': {
    kernel: (windows) => windows.reduce('first time'),
    twin: over(({ timestamps }, from) => (timestamps[from] as number) / 1000),
  },
  'last time': {
    kernel: (windows) => windows.reduce('last time'),
    twin: over(({ timestamps }, _, to) => (timestamps[to - 1] as number) / 1000),
  },
  'time of min': { kernel: (windows) => windows.reduce('time of min'), twin: over(timeOfMin) },
  'time of max': { kernel: (windows) => windows.reduce('time of max'), twin: over(timeOfMax) },
  changes: { kernel: (windows) => windows.reduce('changes'), twin: changesWindow },
  irate: {
    kernel: (windows) => windows.reduce('irate'),
    twin: (input, out) => instantRateWindow(input, out, true),
  },
  idelta: {
    kernel: (windows) => windows.reduce('idelta'),
    twin: (input, out) => instantRateWindow(input, out, false),
  },
  deriv: { kernel: (windows) => windows.reduce('deriv'), twin: derivWindow },
  'predict linear': { kernel: (windows) => windows.reduce('predict linear'), twin: predictLinearWindow },
};

/** Values where the row is there, as bits; what the machine makes of NaN in arithmetic is not told apart. */
export function assertSameRow(actual: WindowOutput, expected: WindowOutput, about: string): void {
  assert.deepEqual(actual.present, expected.present, about);
  const found = new BigUint64Array(actual.values.buffer, actual.values.byteOffset, actual.values.length);
  const wanted = new BigUint64Array(expected.values.buffer);
  for (let i = 0; i < expected.present.length; i++) {
    if (expected.present[i] === 0 || found[i] === wanted[i]) continue;
    if (Number.isNaN(actual.values[i]) && Number.isNaN(expected.values[i])) continue;
    assert.fail(`${about}, step ${i}: ${actual.values[i]} is not ${expected.values[i]}`);
  }
}

export const rowOf = (length: number): WindowOutput => ({
  values: new Float64Array(length),
  present: new Uint8Array(length),
  offset: 0,
});

export function putDoubles(scope: KernelScope, values: Float64Array): number {
  const at = scope.alloc(8 * values.length + 8);
  scope.kernels.doubles.set(values, at >>> 3);
  return at;
}

/** A row of the memory, filled with what must be overwritten. */
export function placeRow(scope: KernelScope, length: number): { valuesAt: number; presentAt: number } {
  const valuesAt = scope.alloc(8 * length + 8);
  const presentAt = scope.alloc(length + 8);
  scope.kernels.bytes.fill(0x5a, presentAt, presentAt + length);
  return { valuesAt, presentAt };
}

export function readRow(
  { doubles, bytes }: Kernels,
  { valuesAt, presentAt }: { valuesAt: number; presentAt: number },
  length: number,
): WindowOutput {
  const values = new Float64Array(length);
  values.set(doubles.subarray(valuesAt >>> 3, (valuesAt >>> 3) + length));
  return { values, present: Uint8Array.from(bytes.subarray(presentAt, presentAt + length)), offset: 0 };
}

export function checkWindows(kernels: Kernels, name: string, seed: number, cases: number): number {
  const random = seededRandom(seed);
  const { kernel, twin } = windowCases[name] as WindowCase;
  for (let i = 0; i < cases; i++) {
    const input = randomInput(random);
    const scope = new KernelScope(kernels);
    const sliceBudget = chance(random, 0.3) ? 1 + upTo(random, 200) : 1 << 19;
    const windows = new WindowRunner({
      scope,
      grid: input,
      param: input.params[0],
      betweenSlices: () => {},
      sliceBudget,
    });
    const out = placeRow(scope, input.steps);
    const timestamps = putDoubles(scope, input.timestamps);
    windows.open({ timestamps, values: putDoubles(scope, input.values), length: input.length }, out);
    const report = kernel(windows);
    const expected = rowOf(input.steps);
    const { most, total, read } = twin(input, expected);
    const about = `${name}, case ${i}`;
    assertSameRow(readRow(kernels, out, input.steps), expected, about);
    assert.deepEqual(report, { most, total, read }, about);
    assert.equal(
      windows.answered,
      expected.present.reduce((sum, there) => sum + there, 0),
      about,
    );
    scope.close();
  }
  return cases;
}

/** Sprinkles stale markers. */
function withStale(random: Random, values: Float64Array): Float64Array {
  const bits = new BigUint64Array(values.buffer);
  const share = chance(random, 0.5) ? 0 : random.float() * 0.4;
  for (let i = 0; i < bits.length; i++) if (chance(random, share)) bits[i] = staleBits;
  return values;
}

/** The instant selector, and the sieve of stale markers. */
export function checkLatest(kernels: Kernels, seed: number, cases: number): number {
  const random = seededRandom(seed);
  for (let i = 0; i < cases; i++) {
    const input = randomInput(random);
    const values = withStale(random, input.values);
    const bits = new BigUint64Array(values.buffer);
    const scope = new KernelScope(kernels);
    const windows = new WindowRunner({ scope, grid: input, betweenSlices: () => {} });
    const out = placeRow(scope, input.steps);
    const columns = {
      timestamps: putDoubles(scope, input.timestamps),
      values: putDoubles(scope, values),
      length: input.length,
    };
    windows.open(columns, out);
    const count = windows.latest();
    const rows = new Int32Array(input.steps);
    latestRows({ ...input, firstMs: input.firstEndMs, lookbackMs: input.rangeMs }, rows);
    const expected = rowOf(input.steps);
    const expectedBits = new BigUint64Array(expected.values.buffer);
    rows.forEach((row, step) => {
      if (row < 0 || bits[row] === staleBits) return;
      expected.present[step] = 1;
      expectedBits[step] = bits[row] as bigint;
    });
    assertSameRow(readRow(kernels, out, input.steps), expected, `case ${i}`);
    assert.equal(
      count,
      expected.present.reduce((sum, there) => sum + there, 0),
    );
    checkSieve(kernels, columns, { timestamps: input.timestamps, bits });
    scope.close();
  }
  return cases;
}

function checkSieve(
  { exports, doubles, memory }: Kernels,
  { timestamps, values, length }: { timestamps: number; values: number; length: number },
  source: { timestamps: Float64Array; bits: BigUint64Array },
): void {
  const kept = Array.from(source.bits.keys()).filter((row) => source.bits[row] !== staleBits);
  assert.equal(exports.staleCount(values, length), length - kept.length);
  assert.equal(exports.dropStale(timestamps, values, length, timestamps, values), kept.length);
  const times = doubles.slice(timestamps >>> 3, (timestamps >>> 3) + kept.length);
  assert.deepEqual(
    Array.from(times),
    kept.map((row) => source.timestamps[row]),
  );
  const found = new BigUint64Array(memory.buffer, values, kept.length);
  assert.deepEqual(
    Array.from(found),
    kept.map((row) => source.bits[row]),
  );
}
