/** Least squares over a window, with compensated sums. Twin: twins/windows-regression.ts. */

const maxFinite: f64 = f64.MAX_VALUE;

function isConstant(values: u32, from: u32, to: u32): bool {
  const first = load<f64>(values + (from << 3));
  for (let i = from + 1; i < to; i++) if (load<f64>(values + (i << 3)) != first) return false;
  return true;
}

// @ts-ignore: decorator
@inline
function compensation(sum: v128, total: v128, value: v128, rest: v128): v128 {
  const larger = f64x2.ge(f64x2.abs(sum), f64x2.abs(value));
  const fromSum = f64x2.add(f64x2.sub(sum, total), value);
  const fromValue = f64x2.add(f64x2.sub(value, total), sum);
  const next = f64x2.add(rest, v128.bitselect(fromSum, fromValue, larger));
  return v128.andnot(next, f64x2.gt(f64x2.abs(total), f64x2.splat(maxFinite)));
}

/** What the sum of two has lost, without asking which is larger: the same unless it is no finite number. */
// @ts-ignore: decorator
@inline
function lossOf(sum: v128, total: v128, value: v128): v128 {
  const added = f64x2.sub(total, sum);
  return f64x2.add(f64x2.sub(sum, f64x2.sub(total, added)), f64x2.sub(value, added));
}

// @ts-ignore: decorator
@inline
function areFinite(pair: v128): bool {
  return i64x2.all_true(f64x2.le(f64x2.abs(pair), f64x2.splat(maxFinite)));
}

/** Sums of (x, y) and of (x * y, x * x) over the rows, each with what its additions lost. */
const sumsAt: usize = memory.data(32, 16);

function addRows(timestamps: u32, values: u32, from: u32, to: u32, originMs: f64): void {
  let plain = f64x2.splat(0);
  let plainRest = f64x2.splat(0);
  let products = f64x2.splat(0);
  let productsRest = f64x2.splat(0);
  const end = to << 3;
  for (let at = from << 3; at < end; at += 8) {
    const x = (load<f64>(timestamps + at) - originMs) / 1e3;
    const y = v128.load64_splat(values + at);
    const xy = f64x2.replace_lane(y, 0, x);
    const product = f64x2.mul(f64x2.splat(x), f64x2.replace_lane(y, 1, x));
    const total = f64x2.add(plain, xy);
    plainRest = f64x2.add(plainRest, lossOf(plain, total, xy));
    plain = total;
    const productTotal = f64x2.add(products, product);
    productsRest = f64x2.add(productsRest, lossOf(products, productTotal, product));
    products = productTotal;
  }
  if (!areFinite(plainRest) || !areFinite(productsRest)) {
    addAnyRows(timestamps, values, from, to, originMs);
    return;
  }
  v128.store(sumsAt, f64x2.add(plain, plainRest));
  v128.store(sumsAt, f64x2.add(products, productsRest), 16);
}

/** The same, of numbers that may be without end. */
function addAnyRows(timestamps: u32, values: u32, from: u32, to: u32, originMs: f64): void {
  let plain = f64x2.splat(0);
  let plainRest = f64x2.splat(0);
  let products = f64x2.splat(0);
  let productsRest = f64x2.splat(0);
  for (let i = from; i < to; i++) {
    const x = (load<f64>(timestamps + (i << 3)) - originMs) / 1e3;
    const y = load<f64>(values + (i << 3));
    const xy = f64x2.replace_lane(f64x2.splat(x), 1, y);
    const product = f64x2.mul(f64x2.splat(x), f64x2.replace_lane(f64x2.splat(y), 1, x));
    const total = f64x2.add(plain, xy);
    plainRest = compensation(plain, total, xy, plainRest);
    plain = total;
    const productTotal = f64x2.add(products, product);
    productsRest = compensation(products, productTotal, product, productsRest);
    products = productTotal;
  }
  v128.store(sumsAt, f64x2.add(plain, plainRest));
  v128.store(sumsAt, f64x2.add(products, productsRest), 16);
}

/**
 * The slope per second, x counted from the window's first sample; or, as a prediction, the line's value as many seconds
 * after the evaluation as the step's parameter says.
 */
export function fitWindow(s: u32, isPrediction: bool, from: u32, to: u32, step: u32): f64 {
  const timestamps = load<u32>(s);
  const values = load<u32>(s + 4);
  const ahead = isPrediction ? load<f64>(load<u32>(s + 60) + (step << 3)) : 0;
  let slope: f64 = 0;
  let intercept: f64 = 0;
  if (isConstant(values, from, to)) {
    const first = load<f64>(values + (from << 3));
    const isInfinite = abs(first) > maxFinite;
    slope = isInfinite ? f64.NaN : 0;
    intercept = isInfinite ? f64.NaN : first;
    return isPrediction ? slope * ahead + intercept : slope;
  }
  const originMs = isPrediction
    ? load<f64>(s + 40) + <f64>step * load<f64>(s + 48)
    : load<f64>(timestamps + (from << 3));
  addRows(timestamps, values, from, to, originMs);
  const n = <f64>(to - from);
  const sums = v128.load(sumsAt);
  const productSums = v128.load(sumsAt, 16);
  const sumX = f64x2.extract_lane(sums, 0);
  const sumY = f64x2.extract_lane(sums, 1);
  const covariance = f64x2.extract_lane(productSums, 0) - (sumX * sumY) / n;
  const variance = f64x2.extract_lane(productSums, 1) - (sumX * sumX) / n;
  slope = covariance / variance;
  intercept = sumY / n - (slope * sumX) / n;
  return isPrediction ? slope * ahead + intercept : slope;
}
