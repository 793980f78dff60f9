/** rate, increase, delta and resets. Twin: twins/windows-rate.ts. */

/** The rows whose value is below the one before, rising, into `out` unless that is 0. Answers how many there are. */
export function windowResets(s: u32, out: u32): u32 {
  const values = load<u32>(s + 4);
  const length = load<u32>(s + 8);
  let count: u32 = 0;
  let i: u32 = 1;
  while (i < length) {
    const at = values + (i << 3);
    if (i + 8 <= length) {
      const found = v128.or(
        v128.or(
          f64x2.lt(v128.load(at), v128.load(at - 8)),
          f64x2.lt(v128.load(at + 16), v128.load(at + 8)),
        ),
        v128.or(
          f64x2.lt(v128.load(at + 32), v128.load(at + 24)),
          f64x2.lt(v128.load(at + 48), v128.load(at + 40)),
        ),
      );
      if (!v128.any_true(found)) {
        i += 8;
        continue;
      }
    }
    const end = min(i + 8, length);
    for (; i < end; i++) {
      if (!(load<f64>(values + (i << 3)) < load<f64>(values + (i << 3) - 8))) continue;
      if (out != 0) store<u32>(out + (count << 2), i);
      count++;
    }
  }
  return count;
}

/** How many resets each window holds beyond its first row. */
export function windowsResetCount(s: u32, resets: u32, resetCount: u32): void {
  const steps = load<u32>(s + 12);
  const bounds = load<u32>(s + 56);
  const out = load<u32>(s + 64);
  const present = load<u32>(s + 68);
  let answered: u32 = 0;
  let first: u32 = 0;
  let end: u32 = 0;
  for (let step: u32 = 0; step < steps; step++) {
    const from = load<u32>(bounds + (step << 3));
    const to = load<u32>(bounds + (step << 3) + 4);
    const has = to > from;
    if (has) {
      while (first < resetCount && load<u32>(resets + (first << 2)) <= from) first++;
      if (end < first) end = first;
      while (end < resetCount && load<u32>(resets + (end << 2)) < to) end++;
      store<f64>(out + (step << 3), <f64>(end - first));
      answered++;
    }
    store<u8>(present + step, u8(has));
  }
  store<u32>(s + 72, answered);
}

/**
 * From `firstStep` on, until about `budget` steps and resets were looked at. Answers the next step. `divisor` is the
 * range in seconds, 1 for an increase or delta.
 */
export function windowsRate(
  s: u32,
  isCounter: bool,
  divisor: f64,
  resets: u32,
  resetCount: u32,
  firstStep: u32,
  budget: u32,
): u32 {
  const timestamps = load<u32>(s);
  const values = load<u32>(s + 4);
  const steps = load<u32>(s + 12);
  const firstEndMs = load<f64>(s + 16);
  const stepMs = load<f64>(s + 24);
  const rangeMs = load<f64>(s + 32);
  const bounds = load<u32>(s + 56);
  const out = load<u32>(s + 64);
  const present = load<u32>(s + 68);
  let answered = load<u32>(s + 72);
  let firstReset = load<u32>(s + 76);
  let work: u32 = 0;
  let step = firstStep;
  for (; step < steps && work < budget; step++) {
    work++;
    const from = load<u32>(bounds + (step << 3));
    const to = load<u32>(bounds + (step << 3) + 4);
    if (to < from + 2) {
      store<u8>(present + step, 0);
      continue;
    }
    const endMs = firstEndMs + <f64>step * stepMs;
    const startMs = endMs - rangeMs;
    const last = to - 1;
    const first = load<f64>(values + (from << 3));
    let result = load<f64>(values + (last << 3)) - first;
    while (firstReset < resetCount && load<u32>(resets + (firstReset << 2)) <= from) firstReset++;
    for (let r = firstReset; r < resetCount; r++) {
      const row = load<u32>(resets + (r << 2));
      if (row >= to) break;
      result += load<f64>(values + (row << 3) - 8);
      work++;
    }
    const firstMs = load<f64>(timestamps + (from << 3));
    const lastMs = load<f64>(timestamps + (last << 3));
    let toStart = (firstMs - startMs) / 1000;
    let toEnd = (endMs - lastMs) / 1000;
    const sampled = (lastMs - firstMs) / 1000;
    const average = sampled / <f64>(last - from);
    const threshold = average * 1.1;
    if (toStart >= threshold) toStart = average / 2;
    if (isCounter && result > 0 && first >= 0) {
      const toZero = sampled * (first / result);
      if (toZero < toStart) toStart = toZero;
    }
    if (toEnd >= threshold) toEnd = average / 2;
    let factor: f64 = 1;
    if (sampled != 0) factor = (sampled + toStart + toEnd) / sampled;
    store<f64>(out + (step << 3), result * (factor / divisor));
    store<u8>(present + step, 1);
    answered++;
  }
  store<u32>(s + 72, answered);
  store<u32>(s + 76, firstReset);
  return step;
}
