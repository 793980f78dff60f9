/**
 * What `*_over_time` and its kin make of each window. Sums are compensated after Kahan and Neumaier in upstream's
 * order. Sums of four windows run side by side where they share samples: each window's own order stays as it is.
 * Twins: twins/windows-over-time.ts, twins/windows-rate.ts.
 */
import { fitWindow } from './windows-regression';

const maxFinite: f64 = f64.MAX_VALUE;
/** Fewer samples that four windows share are not worth starting for. */
const leastShared: u32 = 8;

let sumSoFar: f64 = 0;
let restSoFar: f64 = 0;
const lanes: usize = memory.data(64, 16);

// @ts-ignore: decorator
@inline
function addRows(values: u32, from: u32, to: u32): void {
  let sum = sumSoFar;
  let rest = restSoFar;
  const end = values + (to << 3);
  for (let at = values + (from << 3); at < end; at += 8) {
    const value = load<f64>(at);
    const total = sum + value;
    if (abs(total) > maxFinite) rest = 0;
    else if (abs(sum) >= abs(value)) rest += sum - total + value;
    else rest += value - total + sum;
    sum = total;
  }
  sumSoFar = sum;
  restSoFar = rest;
}

function sumWindow(values: u32, from: u32, to: u32): f64 {
  sumSoFar = 0;
  restSoFar = 0;
  addRows(values, from, to);
  return abs(sumSoFar) > maxFinite ? sumSoFar : sumSoFar + restSoFar;
}

function averageWindow(values: u32, from: u32, to: u32): f64 {
  let sum = load<f64>(values + (from << 3));
  let rest: f64 = 0;
  for (let i = from + 1; i < to; i++) {
    const value = load<f64>(values + (i << 3));
    const total = sum + value;
    if (abs(total) > maxFinite) {
      const count = <f64>(i - from);
      return carryMean(values, i, to, from, sum / count, rest / count);
    }
    if (abs(sum) >= abs(value)) rest += sum - total + value;
    else rest += value - total + sum;
    sum = total;
  }
  const count = <f64>(to - from);
  return sum / count + rest / count;
}

/** From the sample on whose addition would overflow: the mean itself is carried. */
function carryMean(values: u32, at: u32, to: u32, from: u32, meanSoFar: f64, compensation: f64): f64 {
  let mean = meanSoFar;
  let rest = compensation;
  for (let i = at; i < to; i++) {
    const count = <f64>(i - from + 1);
    const share = (count - 1) / count;
    const value = load<f64>(values + (i << 3)) / count;
    mean *= share;
    rest *= share;
    const total = mean + value;
    if (abs(total) > maxFinite) rest = 0;
    else if (abs(mean) >= abs(value)) rest += mean - total + value;
    else rest += value - total + mean;
    mean = total;
  }
  return mean + rest;
}

// @ts-ignore: decorator
@inline
function compensate(sum: v128, total: v128, value: v128): v128 {
  const larger = f64x2.ge(f64x2.abs(sum), f64x2.abs(value));
  const fromSum = f64x2.add(f64x2.sub(sum, total), value);
  const fromValue = f64x2.add(f64x2.sub(value, total), sum);
  return v128.bitselect(fromSum, fromValue, larger);
}

/**
 * Sums and compensations of the four windows at `bounds`, into `lanes`. False where they share too little or a sum
 * leaves the finite numbers: then they are to be summed one by one.
 */
function sumFour(values: u32, bounds: u32, startsWithFirst: bool): bool {
  const from = load<u32>(bounds + 24);
  const to = load<u32>(bounds + 4);
  if (to < from + leastShared || from < load<u32>(bounds)) return false;
  for (let k: u32 = 0; k < 4; k++) {
    const first = load<u32>(bounds + (k << 3));
    let next = first;
    sumSoFar = 0;
    restSoFar = 0;
    if (startsWithFirst) {
      sumSoFar = load<f64>(values + (first << 3));
      next++;
    }
    if (next <= from) addRows(values, next, from);
    store<f64>(lanes + (k << 3), sumSoFar);
    store<f64>(lanes + 32 + (k << 3), restSoFar);
  }
  // The last window begins at `from`; where its first sample is taken already, the others catch up by one.
  let start = from;
  if (startsWithFirst) {
    for (let k: u32 = 0; k < 4; k++) {
      if (load<u32>(bounds + (k << 3)) == from) continue;
      sumSoFar = load<f64>(lanes + (k << 3));
      restSoFar = load<f64>(lanes + 32 + (k << 3));
      addRows(values, from, from + 1);
      store<f64>(lanes + (k << 3), sumSoFar);
      store<f64>(lanes + 32 + (k << 3), restSoFar);
    }
    start++;
  }
  let sumA = v128.load(lanes);
  let sumB = v128.load(lanes + 16);
  let restA = v128.load(lanes + 32);
  let restB = v128.load(lanes + 48);
  const limit = f64x2.splat(maxFinite);
  // A head whose sum left the finite numbers may be NaN by here.
  let over = v128.not(v128.and(f64x2.le(f64x2.abs(sumA), limit), f64x2.le(f64x2.abs(sumB), limit)));
  const end = values + (to << 3);
  for (let at = values + (start << 3); at < end; at += 8) {
    const value = v128.load64_splat(at);
    const totalA = f64x2.add(sumA, value);
    const totalB = f64x2.add(sumB, value);
    restA = f64x2.add(restA, compensate(sumA, totalA, value));
    restB = f64x2.add(restB, compensate(sumB, totalB, value));
    over = v128.or(over, v128.or(f64x2.gt(f64x2.abs(totalA), limit), f64x2.gt(f64x2.abs(totalB), limit)));
    sumA = totalA;
    sumB = totalB;
  }
  if (v128.any_true(over)) return false;
  v128.store(lanes, sumA);
  v128.store(lanes + 16, sumB);
  v128.store(lanes + 32, restA);
  v128.store(lanes + 48, restB);
  for (let k: u32 = 0; k < 4; k++) {
    sumSoFar = load<f64>(lanes + (k << 3));
    restSoFar = load<f64>(lanes + 32 + (k << 3));
    addRows(values, to, load<u32>(bounds + 4 + (k << 3)));
    if (!(abs(sumSoFar) <= maxFinite)) return false;
    store<f64>(lanes + (k << 3), sumSoFar);
    store<f64>(lanes + 32 + (k << 3), restSoFar);
  }
  return true;
}

/**
 * Sums (or means) from `step` on, until about `budget` samples were looked at. Answers the next step.
 */
export function windowsSum(s: u32, isMean: bool, firstStep: u32, budget: u32): u32 {
  const values = load<u32>(s + 4);
  const steps = load<u32>(s + 12);
  const bounds = load<u32>(s + 56);
  const out = load<u32>(s + 64);
  const present = load<u32>(s + 68);
  let answered = load<u32>(s + 72);
  let step = firstStep;
  let work: u32 = 0;
  while (step < steps && work < budget) {
    const at = bounds + (step << 3);
    const from = load<u32>(at);
    const to = load<u32>(at + 4);
    if (step + 4 <= steps && to > from + leastShared && sumFour(values, at, isMean)) {
      for (let k: u32 = 0; k < 4; k++) {
        const sum = load<f64>(lanes + (k << 3));
        const rest = load<f64>(lanes + 32 + (k << 3));
        const count = load<u32>(at + 4 + (k << 3)) - load<u32>(at + (k << 3));
        const result = isMean ? sum / <f64>count + rest / <f64>count : sum + rest;
        store<f64>(out + ((step + k) << 3), result);
        store<u8>(present + step + k, 1);
        work += count + 4;
      }
      answered += 4;
      step += 4;
      continue;
    }
    const has = to > from;
    if (has) {
      const result = isMean ? averageWindow(values, from, to) : sumWindow(values, from, to);
      store<f64>(out + (step << 3), result);
      answered++;
    }
    store<u8>(present + step, u8(has));
    work += to - from + 4;
    step++;
  }
  store<u32>(s + 72, answered);
  return step;
}

function varianceWindow(values: u32, from: u32, to: u32): f64 {
  let mean: f64 = 0;
  let meanRest: f64 = 0;
  let sum: f64 = 0;
  let sumRest: f64 = 0;
  for (let i = from; i < to; i++) {
    const value = load<f64>(values + (i << 3));
    const delta = value - (mean + meanRest);
    const step = delta / <f64>(i - from + 1);
    const meanTotal = mean + step;
    if (abs(meanTotal) > maxFinite) meanRest = 0;
    else if (abs(mean) >= abs(step)) meanRest += mean - meanTotal + step;
    else meanRest += step - meanTotal + mean;
    mean = meanTotal;
    const square = delta * (value - (mean + meanRest));
    const total = sum + square;
    if (abs(total) > maxFinite) sumRest = 0;
    else if (abs(sum) >= abs(square)) sumRest += sum - total + square;
    else sumRest += square - total + sum;
    sum = total;
  }
  return (sum + sumRest) / <f64>(to - from);
}

/** The row of the smallest value, the first of equal ones; any number is smaller than NaN. */
function rowOfMin(values: u32, from: u32, to: u32): u32 {
  let best = from;
  let min = load<f64>(values + (from << 3));
  for (let i = from + 1; i < to; i++) {
    const value = load<f64>(values + (i << 3));
    if (value < min || min != min) {
      min = value;
      best = i;
    }
  }
  return best;
}

function rowOfMax(values: u32, from: u32, to: u32): u32 {
  let best = from;
  let max = load<f64>(values + (from << 3));
  for (let i = from + 1; i < to; i++) {
    const value = load<f64>(values + (i << 3));
    if (value > max || max != max) {
      max = value;
      best = i;
    }
  }
  return best;
}

/** As above, the last of equal ones. */
function lastRowOfMin(values: u32, from: u32, to: u32): u32 {
  let best = from;
  let min = load<f64>(values + (from << 3));
  for (let i = from + 1; i < to; i++) {
    const value = load<f64>(values + (i << 3));
    if (value <= min || min != min) {
      min = value;
      best = i;
    }
  }
  return best;
}

function lastRowOfMax(values: u32, from: u32, to: u32): u32 {
  let best = from;
  let max = load<f64>(values + (from << 3));
  for (let i = from + 1; i < to; i++) {
    const value = load<f64>(values + (i << 3));
    if (value >= max || max != max) {
      max = value;
      best = i;
    }
  }
  return best;
}

function countChanges(values: u32, from: u32, to: u32): f64 {
  let changes: u32 = 0;
  let previous = load<f64>(values + (from << 3));
  for (let i = from + 1; i < to; i++) {
    const value = load<f64>(values + (i << 3));
    changes += u32(value != previous) & u32(value == value || previous == previous);
    previous = value;
  }
  return <f64>changes;
}

function instantRate(timestamps: u32, values: u32, to: u32): f64 {
  const last = (to - 1) << 3;
  const current = load<f64>(values + last);
  const previous = load<f64>(values + last - 8);
  const gain = current < previous ? current : current - previous;
  return gain / ((load<f64>(timestamps + last) - load<f64>(timestamps + last - 8)) / 1000);
}

const opCount: u32 = 0;
const opPresent: u32 = 1;
const opMin: u32 = 2;
const opMax: u32 = 3;
const opStdvar: u32 = 4;
const opStddev: u32 = 5;
const opFirst: u32 = 6;
const opLast: u32 = 7;
const opFirstTime: u32 = 8;
const opLastTime: u32 = 9;
const opTimeOfMin: u32 = 10;
const opTimeOfMax: u32 = 11;
const opChanges: u32 = 12;
const opInstantRate: u32 = 13;
const opInstantDelta: u32 = 14;
const opDeriv: u32 = 15;
const opPredict: u32 = 16;

/** Bits, since a NaN must come out as it went in. */
function reduceOne(s: u32, op: u32, from: u32, to: u32, step: u32): u64 {
  const timestamps = load<u32>(s);
  const values = load<u32>(s + 4);
  switch (op) {
    case opCount:
      return reinterpret<u64>(<f64>(to - from));
    case opPresent:
      return reinterpret<u64>(<f64>1);
    case opMin:
      return load<u64>(values + (rowOfMin(values, from, to) << 3));
    case opMax:
      return load<u64>(values + (rowOfMax(values, from, to) << 3));
    case opStdvar:
      return reinterpret<u64>(varianceWindow(values, from, to));
    case opStddev:
      return reinterpret<u64>(sqrt(varianceWindow(values, from, to)));
    case opFirst:
      return load<u64>(values + (from << 3));
    case opLast:
      return load<u64>(values + ((to - 1) << 3));
    case opFirstTime:
      return reinterpret<u64>(load<f64>(timestamps + (from << 3)) / 1000);
    case opLastTime:
      return reinterpret<u64>(load<f64>(timestamps + ((to - 1) << 3)) / 1000);
    case opTimeOfMin:
      return reinterpret<u64>(load<f64>(timestamps + (lastRowOfMin(values, from, to) << 3)) / 1000);
    case opTimeOfMax:
      return reinterpret<u64>(load<f64>(timestamps + (lastRowOfMax(values, from, to) << 3)) / 1000);
    case opChanges:
      return reinterpret<u64>(countChanges(values, from, to));
    case opInstantRate:
      return reinterpret<u64>(instantRate(timestamps, values, to));
    case opInstantDelta:
      return reinterpret<u64>(load<f64>(values + ((to - 1) << 3)) - load<f64>(values + ((to - 2) << 3)));
    default:
      return reinterpret<u64>(fitWindow(s, op == opPredict, from, to, step));
  }
}

/** What a window costs beside its samples: most operations read a few of them alone. */
// @ts-ignore: decorator
@inline
function costOf(op: u32, count: u32): u32 {
  const readsAll = (op >= opMin && op <= opStddev) || (op >= opTimeOfMin && op <= opChanges) || op >= opDeriv;
  return readsAll ? count + 8 : 8;
}

/** Windows with at least `minimum` samples, from `firstStep` on, until about `budget` samples were looked at. */
export function windowsReduce(s: u32, op: u32, minimum: u32, firstStep: u32, budget: u32): u32 {
  const steps = load<u32>(s + 12);
  const bounds = load<u32>(s + 56);
  const out = load<u32>(s + 64);
  const present = load<u32>(s + 68);
  let answered = load<u32>(s + 72);
  let step = firstStep;
  let work: u32 = 0;
  while (step < steps && work < budget) {
    const from = load<u32>(bounds + (step << 3));
    const to = load<u32>(bounds + (step << 3) + 4);
    const count = to - from;
    const has = count >= minimum;
    if (has) {
      store<u64>(out + (step << 3), reduceOne(s, op, from, to, step));
      answered++;
    }
    store<u8>(present + step, u8(has));
    work += costOf(op, count);
    step++;
  }
  store<u32>(s + 72, answered);
  return step;
}
