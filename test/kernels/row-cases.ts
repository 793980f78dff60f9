/** Aggregation and row kernels beside their twins, on seeded random input. Each check answers its cases. */
import assert from 'node:assert/strict';
import { type Random, seededRandom } from '../../src/base/index.js';
import {
  addAverage,
  addCount,
  addMax,
  addMin,
  addSum,
  addVariance,
  aggregateOps,
  combineRows,
  compareRows,
  type FloatRow,
  finishAverage,
  finishSum,
  type GroupColumns,
  KernelScope,
  type Kernels,
  type RowTarget,
  rowArithmeticOps,
  rowComparisonOps,
  siftRow,
} from '../../src/kernels/index.js';
import { assertSameRow, placeRow, putDoubles, randomValues, readRow, rowOf } from './window-cases.js';

type AggregateOp = keyof typeof aggregateOps;

const upTo = (random: Random, most: number): number => Math.floor(random.float() * (most + 1));

const adders: Readonly<Record<AggregateOp, (row: FloatRow, group: GroupColumns, steps: number) => void>> = {
  sum: addSum,
  avg: addAverage,
  min: addMin,
  max: addMax,
  count: addCount,
  group: addCount,
  stdvar: addVariance,
  stddev: addVariance,
};

/** Mostly there, mostly gone, or all there; here and there something that is no float. */
function randomPresence(random: Random, steps: number): Uint8Array {
  const share = [1, 1, 0.9, 0.2][upTo(random, 3)] as number;
  const others = upTo(random, 4) === 0 ? 0.1 : 0;
  return Uint8Array.from({ length: steps }, () =>
    random.float() >= share ? 0 : random.float() < others ? 2 : 1,
  );
}

function randomRow(random: Random, steps: number): RowTarget & { offset: number } {
  return { values: randomValues(random, steps), present: randomPresence(random, steps), offset: 0 };
}

function putBytes(scope: KernelScope, bytes: Uint8Array): number {
  const at = scope.alloc(bytes.length + 8);
  scope.kernels.bytes.set(bytes, at);
  return at;
}

function twinResult(op: AggregateOp, { value, count }: GroupColumns, step: number): number {
  if (op === 'group') return 1;
  if (op === 'count') return count[step] as number;
  if (op === 'stdvar') return (value[step] as number) / (count[step] as number);
  if (op === 'stddev') return Math.sqrt((value[step] as number) / (count[step] as number));
  return value[step] as number;
}

function aggregateByTwin(
  op: AggregateOp,
  rows: readonly FloatRow[],
  steps: number,
): RowTarget & { offset: number } {
  const column = () => new Float64Array(steps);
  const state = new Uint8Array(steps);
  const group = { value: column(), rest: column(), mean: column(), count: column(), state };
  for (const row of rows) adders[op](row, group, steps);
  if (op === 'sum') finishSum(group, steps);
  if (op === 'avg') finishAverage(group, steps);
  const out = rowOf(steps);
  for (let step = 0; step < steps; step++) {
    out.present[step] = Number(state[step] !== 0);
    if (state[step] !== 0) out.values[step] = twinResult(op, group, step);
  }
  return out;
}

export function checkAggregation(kernels: Kernels, name: string, seed: number, cases: number): number {
  const random = seededRandom(seed);
  const op = name as AggregateOp;
  const { exports } = kernels;
  for (let i = 0; i < cases; i++) {
    const steps = 1 + upTo(random, 40);
    const rows = Array.from({ length: 1 + upTo(random, 12) }, () => randomRow(random, steps));
    const scope = new KernelScope(kernels);
    const bytes = exports.aggregateBytes(aggregateOps[op], steps);
    const group = scope.alloc(bytes);
    kernels.bytes.fill(0, group, group + bytes);
    const middle = upTo(random, steps);
    for (const { values, present } of rows) {
      const places = [putDoubles(scope, values), putBytes(scope, present)] as const;
      exports.aggregateAdd(aggregateOps[op], group, steps, ...places, 0, middle);
      exports.aggregateAdd(aggregateOps[op], group, steps, ...places, middle, steps);
    }
    const out = placeRow(scope, steps);
    const count = exports.aggregateFinish(aggregateOps[op], group, steps, out.valuesAt, out.presentAt);
    const expected = aggregateByTwin(op, rows, steps);
    assertSameRow(readRow(kernels, out, steps), expected, `${name}, case ${i}`);
    assert.equal(
      count,
      expected.present.reduce((sum, there) => sum + there, 0),
    );
    scope.close();
  }
  return cases;
}

interface Placed {
  readonly row: RowTarget & { offset: number };
  readonly valuesAt: number;
  readonly presentAt: number;
}

function placeOperand(scope: KernelScope, random: Random, steps: number): Placed {
  const row = randomRow(random, steps);
  return { row, valuesAt: putDoubles(scope, row.values), presentAt: putBytes(scope, row.present) };
}

export function checkRows(kernels: Kernels, name: string, seed: number, cases: number): number {
  const random = seededRandom(seed);
  const { exports } = kernels;
  for (let i = 0; i < cases; i++) {
    const steps = upTo(random, 50);
    const scope = new KernelScope(kernels);
    const left = placeOperand(scope, random, steps);
    const right = placeOperand(scope, random, steps);
    const isScalar = random.float() < 0.3;
    const other = isScalar ? { values: right.row.values, present: undefined } : right.row;
    const rightPresent = isScalar ? 0 : right.presentAt;
    const target = random.float() < 0.5 ? left : placeRow(scope, steps);
    const expected = rowOf(steps);
    const operands = [left.valuesAt, left.presentAt, right.valuesAt, rightPresent] as const;
    const arithmetic = rowArithmeticOps.get(name);
    let count: number;
    let wanted: number;
    if (arithmetic !== undefined) {
      count = exports.rowArithmetic(arithmetic, ...operands, target.valuesAt, target.presentAt, steps);
      wanted = combineRows(name, left.row, other, expected);
    } else {
      const asBool = random.float() < 0.5;
      const op = rowComparisonOps.get(name) as number;
      const places = [left.valuesAt, target.valuesAt, target.presentAt] as const;
      count = exports.rowComparison(op, Number(asBool), ...operands, ...places, steps);
      wanted = compareRows({ op: name, asBool, kept: left.row }, left.row, other, expected);
    }
    assertSameRow(readRow(kernels, target, steps), expected, `${name}, case ${i}`);
    assert.equal(count, wanted, `${name}, case ${i}`);
    assert.equal(exports.rowCount(target.presentAt, steps), wanted);
    checkSift(kernels, right, left.row.present, { scope, keepsMarked: random.float() < 0.5 });
    scope.close();
  }
  return cases;
}

function checkSift(
  kernels: Kernels,
  { row, presentAt }: Placed,
  other: Uint8Array,
  { scope, keepsMarked }: { scope: KernelScope; keepsMarked: boolean },
): void {
  const { exports } = kernels;
  const steps = other.length;
  const marks = putBytes(scope, new Uint8Array(steps));
  exports.rowMark(putBytes(scope, other), marks, steps);
  const expected = Uint8Array.from(row.present);
  const wanted = siftRow(expected, other, keepsMarked);
  assert.equal(exports.rowSift(presentAt, marks, steps, Number(keepsMarked)), wanted);
  assert.deepEqual(Uint8Array.from(kernels.bytes.subarray(presentAt, presentAt + steps)), expected);
}

export const rowOps: readonly string[] = [...rowArithmeticOps.keys(), ...rowComparisonOps.keys()];
