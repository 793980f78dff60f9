/**
 * Aggregation of rows into one group, a step at a time in the order the rows come. A group is a block of columns of
 * doubles with an entry a step, by operation:
 *
 *     sum value, rest    avg value, rest, mean, count    min, max value    count count    stdvar value, mean, count
 *
 * and behind them a byte of state a step: 0 nothing yet, 1 seen, 2 seen and carrying the mean because the sum would
 * overflow. Twins: twins/aggregations.ts.
 */

const maxFinite: f64 = f64.MAX_VALUE;

const opSum: u32 = 0;
const opAvg: u32 = 1;
const opMin: u32 = 2;
const opMax: u32 = 3;
const opCount: u32 = 4;
const opStdvar: u32 = 5;
const opStddev: u32 = 6;
const opGroup: u32 = 7;

// @ts-ignore: decorator
@inline
function columnsOf(op: u32): u32 {
  if (op == opSum) return 2;
  if (op == opAvg) return 4;
  if (op == opStdvar || op == opStddev) return 3;
  return 1;
}

/** The bytes of a group; zeros to begin with. */
export function aggregateBytes(op: u32, steps: u32): u32 {
  return columnsOf(op) * (steps << 3) + steps;
}

function addSumAt(group: u32, state: u32, rests: u32, added: f64): void {
  if (load<u8>(state) == 0) {
    store<u8>(state, 1);
    store<f64>(group, added);
    return;
  }
  const sum = load<f64>(group);
  const total = sum + added;
  if (abs(total) > maxFinite) store<f64>(rests, 0);
  else if (abs(sum) >= abs(added)) store<f64>(rests, load<f64>(rests) + (sum - total + added));
  else store<f64>(rests, load<f64>(rests) + (added - total + sum));
  store<f64>(group, total);
}

/** Two steps at a time where both have a float and are seen already. */
function addSums(group: u32, steps: u32, values: u32, present: u32, from: u32, to: u32): void {
  const rests = group + (steps << 3);
  const states = group + (steps << 4);
  const limit = f64x2.splat(maxFinite);
  let i = from;
  while (i < to) {
    const at = i << 3;
    if (i + 2 <= to && load<u16>(present + i) == 0x0101 && load<u16>(states + i) == 0x0101) {
      const sum = v128.load(group + at);
      const added = v128.load(values + at);
      const total = f64x2.add(sum, added);
      const larger = f64x2.ge(f64x2.abs(sum), f64x2.abs(added));
      const fromSum = f64x2.add(f64x2.sub(sum, total), added);
      const fromAdded = f64x2.add(f64x2.sub(added, total), sum);
      const rest = f64x2.add(v128.load(rests + at), v128.bitselect(fromSum, fromAdded, larger));
      v128.store(rests + at, v128.andnot(rest, f64x2.gt(f64x2.abs(total), limit)));
      v128.store(group + at, total);
      i += 2;
      continue;
    }
    if (load<u8>(present + i) == 1) addSumAt(group + at, states + i, rests + at, load<f64>(values + at));
    i++;
  }
}

function addAverageAt(group: u32, column: u32, state: u32, added: f64): void {
  const rests = group + column;
  const means = rests + column;
  const counts = means + column;
  const n = load<f64>(counts) + 1;
  store<f64>(counts, n);
  const seen = load<u8>(state);
  if (seen == 0) {
    store<u8>(state, 1);
    store<f64>(group, added);
    return;
  }
  if (seen == 1) {
    const sum = load<f64>(group);
    const total = sum + added;
    if (!(abs(total) > maxFinite)) {
      const change = abs(sum) >= abs(added) ? sum - total + added : added - total + sum;
      store<f64>(rests, load<f64>(rests) + change);
      store<f64>(group, total);
      return;
    }
    store<u8>(state, 2);
    store<f64>(means, sum / (n - 1));
    store<f64>(rests, load<f64>(rests) / (n - 1));
  }
  const share = (n - 1) / n;
  const part = added / n;
  const before = share * load<f64>(means);
  let rest = share * load<f64>(rests);
  const total = before + part;
  if (abs(total) > maxFinite) rest = 0;
  else if (abs(before) >= abs(part)) rest += before - total + part;
  else rest += part - total + before;
  store<f64>(means, total);
  store<f64>(rests, rest);
}

function addVarianceAt(group: u32, column: u32, state: u32, added: f64): void {
  const means = group + column;
  const counts = means + column;
  const n = load<f64>(counts) + 1;
  store<f64>(counts, n);
  if (load<u8>(state) == 0) {
    store<u8>(state, 1);
    store<f64>(means, added);
    store<f64>(group, abs(added) <= maxFinite ? 0 : f64.NaN);
    return;
  }
  const before = load<f64>(means);
  const delta = added - before;
  const mean = before + delta / n;
  store<f64>(means, mean);
  store<f64>(group, load<f64>(group) + delta * (added - mean));
}

/** Adds steps `from` to `to` of a row: `count` and `group` take whatever is there, the others floats. */
export function aggregateAdd(
  op: u32,
  group: u32,
  steps: u32,
  values: u32,
  present: u32,
  from: u32,
  to: u32,
): void {
  if (op == opSum) {
    addSums(group, steps, values, present, from, to);
    return;
  }
  const column = steps << 3;
  const states = group + columnsOf(op) * column;
  if (op == opCount || op == opGroup) {
    for (let i = from; i < to; i++) {
      if (load<u8>(present + i) == 0) continue;
      store<f64>(group + (i << 3), load<f64>(group + (i << 3)) + 1);
      store<u8>(states + i, 1);
    }
    return;
  }
  for (let i = from; i < to; i++) {
    if (load<u8>(present + i) != 1) continue;
    const at = group + (i << 3);
    const added = load<f64>(values + (i << 3));
    if (op == opAvg) addAverageAt(at, column, states + i, added);
    else if (op == opStdvar || op == opStddev) addVarianceAt(at, column, states + i, added);
    else {
      const best = load<f64>(at);
      const isBetter = op == opMin ? best > added : best < added;
      if (load<u8>(states + i) == 0 || isBetter || best != best) {
        store<u64>(at, load<u64>(values + (i << 3)));
      }
      store<u8>(states + i, 1);
    }
  }
}

// @ts-ignore: decorator
@inline
function resultAt(op: u32, group: u32, column: u32, state: u32): u64 {
  const value = load<f64>(group);
  if (op == opSum) return reinterpret<u64>(value + load<f64>(group + column));
  if (op == opGroup) return reinterpret<u64>(<f64>1);
  if (op == opStdvar) return reinterpret<u64>(value / load<f64>(group + 2 * column));
  if (op == opStddev) return reinterpret<u64>(sqrt(value / load<f64>(group + 2 * column)));
  if (op == opAvg) {
    const rest = load<f64>(group + column);
    if (state == 2) return reinterpret<u64>(load<f64>(group + 2 * column) + rest);
    const count = load<f64>(group + 3 * column);
    return reinterpret<u64>(value / count + rest / count);
  }
  return load<u64>(group);
}

/** Writes the group's answer; says at how many steps it has one. */
export function aggregateFinish(op: u32, group: u32, steps: u32, out: u32, present: u32): u32 {
  const column = steps << 3;
  const states = group + columnsOf(op) * column;
  let answered: u32 = 0;
  for (let i: u32 = 0; i < steps; i++) {
    const state = load<u8>(states + i);
    if (state != 0) {
      store<u64>(out + (i << 3), resultAt(op, group + (i << 3), column, state));
      answered++;
    }
    store<u8>(present + i, u8(state != 0));
  }
  return answered;
}
