import assert from 'node:assert/strict';
import { seededRandom } from '../../src/base/index.js';
import {
  averageOverTime,
  changesWindow,
  derivWindow,
  instantRateWindow,
  latestRows,
  maxOverTime,
  minOverTime,
  predictLinearWindow,
  quantileOf,
  rateWindow,
  reduceWindows,
  resetsWindow,
  sumOverTime,
  varianceOverTime,
  type WindowInput,
} from '../../src/kernels/index.js';

const seed = Number(process.env.SEED ?? 20240607);

function series(count: number): { timestamps: Float64Array; values: Float64Array } {
  const random = seededRandom(seed);
  let time = 0;
  let value = 0;
  const timestamps = new Float64Array(count);
  const values = new Float64Array(count);
  for (let i = 0; i < count; i++) {
    time += 1000 + Math.floor(random.float() * 30_000);
    value = random.float() < 0.1 ? random.float() * 3 : value + random.float() * 10;
    timestamps[i] = time;
    values[i] = random.float() < 0.02 ? Number.NaN : value;
  }
  return { timestamps, values };
}

function input(steps = 200, rangeMs = 90_000, stepMs = 17_000): WindowInput {
  const { timestamps, values } = series(300);
  return {
    timestamps,
    values,
    length: timestamps.length,
    startTimestamps: undefined,
    firstEndMs: -20_000,
    stepMs,
    steps,
    rangeMs,
    firstEvalMs: 0,
    evalStepMs: stepMs,
    params: [new Float64Array(steps).fill(3600)],
  };
}

const output = (steps: number) => ({
  values: new Float64Array(steps),
  present: new Uint8Array(steps),
  offset: 0,
});

/** Samples of one window, found the slow way. */
function windowAt({ timestamps, values, firstEndMs, stepMs, rangeMs }: WindowInput, step: number) {
  const endMs = firstEndMs + step * stepMs;
  const points: { t: number; v: number }[] = [];
  timestamps.forEach((t, i) => {
    if (t > endMs - rangeMs && t <= endMs) points.push({ t, v: values[i] as number });
  });
  return { points, startMs: endMs - rangeMs, endMs };
}

type Window = ReturnType<typeof windowAt>;

function plainRate({ points, startMs, endMs }: Window): number | undefined {
  const first = points[0];
  const last = points.at(-1);
  if (first === undefined || last === undefined || points.length < 2) return undefined;
  let increase = last.v - first.v;
  for (let i = 1; i < points.length; i++) {
    const before = points[i - 1] as { v: number };
    if ((points[i] as { v: number }).v < before.v) increase += before.v;
  }
  let toStart = (first.t - startMs) / 1000;
  let toEnd = (endMs - last.t) / 1000;
  const sampled = (last.t - first.t) / 1000;
  const average = sampled / (points.length - 1);
  if (toStart >= average * 1.1) toStart = average / 2;
  if (increase > 0 && first.v >= 0) toStart = Math.min(toStart, sampled * (first.v / increase));
  if (toEnd >= average * 1.1) toEnd = average / 2;
  return increase * ((sampled + toStart + toEnd) / sampled / ((endMs - startMs) / 1000));
}

const atLeast = (minimum: number, of: (points: Window['points']) => number) => (window: Window) =>
  window.points.length < minimum ? undefined : of(window.points);
const valuesOf = (points: Window['points']) => points.map(({ v }) => v);

const cases: {
  name: string;
  run: (window: WindowInput, out: ReturnType<typeof output>) => unknown;
  plain: (window: Window) => number | undefined;
}[] = [
  {
    name: 'rate corrects resets and extrapolates',
    run: (window, out) => rateWindow(window, out, { isCounter: true, perSecond: true }),
    plain: plainRate,
  },
  {
    name: 'irate looks at the last two samples',
    run: (window, out) => instantRateWindow(window, out, true),
    plain: atLeast(2, (points) => {
      const [a, b] = points.slice(-2) as [{ t: number; v: number }, { t: number; v: number }];
      return (b.v < a.v ? b.v : b.v - a.v) / ((b.t - a.t) / 1000);
    }),
  },
  {
    name: 'resets counts falls',
    run: resetsWindow,
    plain: atLeast(
      1,
      (points) => valuesOf(points).filter((v, i, all) => i > 0 && v < (all[i - 1] as number)).length,
    ),
  },
  {
    name: 'changes takes NaN for NaN',
    run: changesWindow,
    plain: atLeast(
      1,
      (points) =>
        valuesOf(points).filter((v, i, all) => {
          const before = all[i - 1] as number;
          return i > 0 && v !== before && !(Number.isNaN(v) && Number.isNaN(before));
        }).length,
    ),
  },
  {
    name: 'min prefers numbers to NaN',
    run: (window, out) => reduceWindows(window, out, 1, minOverTime),
    plain: atLeast(1, (points) => {
      const numbers = valuesOf(points).filter((v) => !Number.isNaN(v));
      return numbers.length === 0 ? Number.NaN : Math.min(...numbers);
    }),
  },
  {
    name: 'max prefers numbers to NaN',
    run: (window, out) => reduceWindows(window, out, 1, maxOverTime),
    plain: atLeast(1, (points) => {
      const numbers = valuesOf(points).filter((v) => !Number.isNaN(v));
      return numbers.length === 0 ? Number.NaN : Math.max(...numbers);
    }),
  },
];

describe('window kernels', () => {
  for (const { name, run, plain } of cases) {
    it(`${name}, as the slow way does (seed ${seed})`, () => {
      const window = input();
      const out = output(window.steps);
      run(window, out);
      for (let step = 0; step < window.steps; step++) {
        const expected = plain(windowAt(window, step));
        assert.equal(out.present[step], expected === undefined ? 0 : 1, `presence at step ${step}`);
        if (expected !== undefined) assert.equal(out.values[step], expected, `value at step ${step}`);
      }
    });
  }

  it('keeps what plain addition would lose', () => {
    const values = Float64Array.of(1, 1e100, 1, -1e100);
    const window = { ...input(), values, timestamps: Float64Array.of(1, 2, 3, 4), length: 4 };
    assert.equal(sumOverTime(window, 0, 4), 2);
    assert.equal(averageOverTime(window, 0, 4), 0.5);
  });

  it('averages without overflow, and lets infinities through', () => {
    const at = (values: number[]) => ({
      ...input(),
      values: Float64Array.from(values),
      length: values.length,
    });
    assert.equal(averageOverTime(at([1.7e308, 1.7e308, 1.7e308]), 0, 3), 1.7e308);
    assert.equal(averageOverTime(at([Number.POSITIVE_INFINITY, 1, 2]), 0, 3), Number.POSITIVE_INFINITY);
    assert.equal(averageOverTime(at([Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]), 0, 2), Number.NaN);
    assert.equal(varianceOverTime(at([1, 2, 3, 4]), 0, 4), 1.25);
  });

  it('fits a line', () => {
    const timestamps = Float64Array.from({ length: 10 }, (_, i) => i * 10_000);
    const values = timestamps.map((t) => 5 + t / 500);
    const window = {
      ...input(1, 100_000),
      timestamps,
      values,
      length: 10,
      firstEndMs: 90_000,
      firstEvalMs: 90_000,
    };
    const out = output(1);
    derivWindow(window, out);
    assert.equal(out.values[0], 2);
    predictLinearWindow(window, out);
    assert.equal(out.values[0], 5 + 180 + 7200);
  });

  it('starts a counter at its start time instead of extrapolating', () => {
    const out = output(1);
    const window: WindowInput = {
      ...input(1, 60_000),
      timestamps: Float64Array.of(30_000),
      values: Float64Array.of(6),
      startTimestamps: Float64Array.of(10_000),
      length: 1,
      firstEndMs: 60_000,
    };
    rateWindow(window, out, { isCounter: true, perSecond: false });
    assert.deepEqual([out.present[0], out.values[0]], [1, 6]);
  });

  it('looks back to the open left edge', () => {
    const rows = new Int32Array(4);
    const timestamps = Float64Array.of(1000, 2000, 9000);
    latestRows({ timestamps, length: 3, firstMs: 1999, stepMs: 2001, steps: 4, lookbackMs: 2000 }, rows);
    assert.deepEqual([...rows], [0, -1, -1, -1]);
    latestRows(
      { timestamps, length: 3, firstMs: 3999, stepMs: 0, steps: 2, lookbackMs: 2000 },
      rows.subarray(0, 2),
    );
    assert.deepEqual([...rows.subarray(0, 2)], [1, 1]);
  });

  it('sorts NaN below every number in a quantile', () => {
    assert.equal(quantileOf(1, Float64Array.of(Number.NaN, 3, 1), 3), 3);
    assert.equal(quantileOf(0, Float64Array.of(2, Number.NaN), 2), Number.NaN);
    assert.equal(quantileOf(0.5, Float64Array.of(4, 1, 99), 2), 2.5);
  });
});
