/**
 * quantile_over_time. Values are compared by keys: their bits, turned so that signed integers order them, -0 before 0
 * and NaN before everything. Windows that move by little keep their keys sorted; others pick the two keys they need.
 * Twin: twins/quantile.ts.
 */

// @ts-ignore: decorator
@inline
function keyOf(at: u32): i64 {
  const value = load<f64>(at);
  if (value != value) return i64.MIN_VALUE;
  const bits = load<i64>(at);
  return bits ^ <i64>(<u64>(bits >> 63) >> 1);
}

// @ts-ignore: decorator
@inline
function valueOf(key: i64): f64 {
  if (key == i64.MIN_VALUE) return f64.NaN;
  return reinterpret<f64>(key ^ <i64>(<u64>(key >> 63) >> 1));
}

function copyKeys(values: u32, from: u32, to: u32, keys: u32): void {
  const end = values + (to << 3);
  let out = keys;
  for (let at = values + (from << 3); at < end; at += 8) {
    store<i64>(out, keyOf(at));
    out += 8;
  }
}

/** Merges runs of growing length to and fro; the sorted keys end up in `keys`. */
function sortKeys(keys: u32, other: u32, count: u32): void {
  let source = keys;
  let target = other;
  for (let width: u32 = 1; width < count; width <<= 1) {
    for (let start: u32 = 0; start < count; start += width << 1) {
      const middle = min(start + width, count);
      const end = min(start + (width << 1), count);
      let left = start;
      let right = middle;
      for (let at = start; at < end; at++) {
        const isLeft =
          left < middle && (right >= end || load<i64>(source + (left << 3)) <= load<i64>(source + (right << 3)));
        store<i64>(target + (at << 3), load<i64>(source + ((isLeft ? left : right) << 3)));
        if (isLeft) left++;
        else right++;
      }
    }
    const swap = source;
    source = target;
    target = swap;
  }
  if (source != keys) memory.copy(keys, source, count << 3);
}

/** The place of the first key that is not below `key`. */
function lowerBound(keys: u32, count: u32, key: i64): u32 {
  let low: u32 = 0;
  let high = count;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (load<i64>(keys + (middle << 3)) < key) low = middle + 1;
    else high = middle;
  }
  return low;
}

let randomState: u32 = 0x9e3779b9;

/** Moves the key of rank `rank` to its place, none greater before it and none smaller behind it. */
function selectKey(keys: u32, count: u32, rank: u32): void {
  let low: i32 = 0;
  let high: i32 = <i32>count - 1;
  while (low < high) {
    randomState ^= randomState << 13;
    randomState ^= randomState >> 17;
    randomState ^= randomState << 5;
    const pivot = load<i64>(keys + (<u32>(low + <i32>(randomState % <u32>(high - low + 1))) << 3));
    let i = low;
    let j = high;
    while (i <= j) {
      while (load<i64>(keys + (<u32>i << 3)) < pivot) i++;
      while (load<i64>(keys + (<u32>j << 3)) > pivot) j--;
      if (i > j) break;
      const key = load<i64>(keys + (<u32>i << 3));
      store<i64>(keys + (<u32>i << 3), load<i64>(keys + (<u32>j << 3)));
      store<i64>(keys + (<u32>j << 3), key);
      i++;
      j--;
    }
    if (<i32>rank <= j) high = j;
    else if (<i32>rank >= i) low = i;
    else return;
  }
}

function smallestFrom(keys: u32, start: u32, count: u32): i64 {
  let smallest = load<i64>(keys + (start << 3));
  for (let i = start + 1; i < count; i++) {
    const key = load<i64>(keys + (i << 3));
    if (key < smallest) smallest = key;
  }
  return smallest;
}

function quantileOfKeys(q: f64, keys: u32, count: u32, isSorted: bool): f64 {
  if (q != q) return f64.NaN;
  if (q < 0) return -Infinity;
  if (q > 1) return Infinity;
  const rank = q * <f64>(count - 1);
  const lower = <u32>max(<f64>0, floor(rank));
  const upper = min(count - 1, lower + 1);
  const weight = rank - floor(rank);
  if (!isSorted) selectKey(keys, count, lower);
  const low = load<i64>(keys + (lower << 3));
  const high =
    upper == lower ? low : isSorted ? load<i64>(keys + (upper << 3)) : smallestFrom(keys, upper, count);
  return valueOf(low) * (1 - weight) + valueOf(high) * weight;
}

/** Makes the sorted keys of `oldFrom`..`oldTo` those of `from`..`to`. */
function moveWindow(values: u32, keys: u32, oldFrom: u32, oldTo: u32, from: u32, to: u32): void {
  let count = oldTo - oldFrom;
  for (let i = oldFrom; i < from; i++) {
    const at = keys + (lowerBound(keys, count, keyOf(values + (i << 3))) << 3);
    count--;
    memory.copy(at, at + 8, keys + (count << 3) - at);
  }
  for (let i = oldTo; i < to; i++) {
    const key = keyOf(values + (i << 3));
    const at = keys + (lowerBound(keys, count, key) << 3);
    memory.copy(at + 8, at, keys + (count << 3) - at);
    store<i64>(at, key);
    count++;
  }
}

/**
 * From `firstStep` on, until about `budget` keys were moved. `keys` has room for the longest window twice. Answers the
 * next step.
 */
export function windowsQuantile(s: u32, keys: u32, firstStep: u32, budget: u32): u32 {
  const values = load<u32>(s + 4);
  const steps = load<u32>(s + 12);
  const bounds = load<u32>(s + 56);
  const quantiles = load<u32>(s + 60);
  const out = load<u32>(s + 64);
  const present = load<u32>(s + 68);
  const other = keys + (load<u32>(s + 80) << 3);
  let answered = load<u32>(s + 72);
  let step = firstStep;
  let work: u32 = 0;
  let oldFrom: u32 = 0;
  let oldTo: u32 = 0;
  while (step < steps && work < budget) {
    const from = load<u32>(bounds + (step << 3));
    const to = load<u32>(bounds + (step << 3) + 4);
    const count = to - from;
    store<u8>(present + step, u8(count > 0));
    if (count > 0) {
      let isSorted = true;
      const moved = from - oldFrom + to - oldTo;
      if (from < oldTo && moved << 3 <= count) {
        moveWindow(values, keys, oldFrom, oldTo, from, to);
        work += moved * (16 + (count >> 3));
      } else {
        copyKeys(values, from, to, keys);
        const nextFrom = step + 1 < steps ? load<u32>(bounds + (step << 3) + 8) : to;
        const nextTo = step + 1 < steps ? load<u32>(bounds + (step << 3) + 12) : to;
        isSorted = nextFrom < to && (nextFrom - from + nextTo - to) << 3 <= nextTo - nextFrom;
        if (isSorted) sortKeys(keys, other, count);
        work += count << 3;
      }
      store<f64>(out + (step << 3), quantileOfKeys(load<f64>(quantiles + (step << 3)), keys, count, isSorted));
      oldFrom = from;
      oldTo = isSorted ? to : from;
      answered++;
    }
    work += 8;
    step++;
  }
  store<u32>(s + 72, answered);
  return step;
}
