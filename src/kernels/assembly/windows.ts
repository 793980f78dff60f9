/**
 * Range-vector windows over one series, described by a block of fields that the binding writes (src/kernels/windows.ts):
 *
 *      0 timestamps u32    4 values u32      8 length u32     12 steps u32
 *     16 first end f64    24 step f64       32 range f64      40 first evaluation f64   48 evaluation step f64
 *     56 bounds u32       60 parameters u32 64 out values u32 68 out present u32
 *     72 rows answered u32                  76 next reset u32
 *     80 most u32         84 first `to` u32 88 last `to` u32  92 unused
 *     96 total f64
 *
 * `bounds` holds two words a step: the first row of its window and the row behind the last. Twins: twins/windows*.ts.
 */

const staleBits: u64 = 0x7ff0000000000002;

/** Where many times lie between two steps, so many bytes of them are passed at once. */
const leapBytes: u32 = 64;

// @ts-ignore: decorator
@inline
function leapFor(length: u32, steps: u32): u32 {
  return length >> 3 > steps ? leapBytes : 0;
}

/** The first time from `at` on that is later than `limitMs`, or the end. */
// @ts-ignore: decorator
@inline
function behind(at: u32, endAt: u32, limitMs: f64, leap: u32): u32 {
  if (leap != 0) while (endAt - at > leap && load<f64>(at + leap) <= limitMs) at += leap;
  while (at < endAt && load<f64>(at) <= limitMs) at += 8;
  return at;
}

/** Finds the rows of each step's window: open on its left, so that a sample at its start is left out. */
export function windowBounds(s: u32): void {
  const timestamps = load<u32>(s);
  const length = load<u32>(s + 8);
  const steps = load<u32>(s + 12);
  const first = load<f64>(s + 16);
  const stepMs = load<f64>(s + 24);
  const rangeMs = load<f64>(s + 32);
  let at = load<u32>(s + 56);
  const endAt = timestamps + (length << 3);
  let from = timestamps;
  let to = timestamps;
  let most: u32 = 0;
  let total: f64 = 0;
  const leap = leapFor(length, steps);
  for (let step: u32 = 0; step < steps; step++) {
    const endMs = first + <f64>step * stepMs;
    const startMs = endMs - rangeMs;
    to = behind(to, endAt, endMs, leap);
    from = behind(from, to, startMs, leap);
    const count = (to - from) >> 3;
    if (count > most) most = count;
    total += <f64>count;
    if (step == 0) store<u32>(s + 84, (to - timestamps) >> 3);
    store<u32>(at, (from - timestamps) >> 3);
    store<u32>(at + 4, (to - timestamps) >> 3);
    at += 8;
  }
  store<u32>(s + 72, 0);
  store<u32>(s + 76, 0);
  store<u32>(s + 80, most);
  store<u32>(s + 88, (to - timestamps) >> 3);
  store<f64>(s + 96, total);
}

/** How many of the values are stale markers. */
export function staleCount(values: u32, length: u32): u32 {
  const marker = i64x2.splat(staleBits);
  let count: u32 = 0;
  let at = values;
  const end = values + (length << 3);
  while (end - at >= 64) {
    const found = v128.or(
      v128.or(i64x2.eq(v128.load(at), marker), i64x2.eq(v128.load(at, 16), marker)),
      v128.or(i64x2.eq(v128.load(at, 32), marker), i64x2.eq(v128.load(at, 48), marker)),
    );
    if (v128.any_true(found)) {
      for (let i: u32 = 0; i < 64; i += 8) count += u32(load<u64>(at + i) == staleBits);
    }
    at += 64;
  }
  for (; at < end; at += 8) count += u32(load<u64>(at) == staleBits);
  return count;
}

/** Copies the rows that are no stale markers; the target may be the source. Answers how many there are. */
export function dropStale(timestamps: u32, values: u32, length: u32, outTimestamps: u32, outValues: u32): u32 {
  let kept: u32 = 0;
  for (let i: u32 = 0; i < length; i++) {
    const bits = load<u64>(values + (i << 3));
    if (bits == staleBits) continue;
    const time = load<f64>(timestamps + (i << 3));
    store<f64>(outTimestamps + (kept << 3), time);
    store<u64>(outValues + (kept << 3), bits);
    kept++;
  }
  return kept;
}

/**
 * The instant selector: for each step the last sample that is not older than the lookback, its left edge excluded, and
 * no stale marker. Answers how many steps have one.
 */
export function windowLatest(s: u32): u32 {
  const timestamps = load<u32>(s);
  const values = load<u32>(s + 4);
  const length = load<u32>(s + 8);
  const steps = load<u32>(s + 12);
  const first = load<f64>(s + 16);
  const stepMs = load<f64>(s + 24);
  const lookbackMs = load<f64>(s + 32);
  const out = load<u32>(s + 64);
  const present = load<u32>(s + 68);
  const endAt = timestamps + (length << 3);
  const leap = leapFor(length, steps);
  let next = timestamps;
  let seen: u32 = 0;
  for (let step: u32 = 0; step < steps; step++) {
    const atMs = first + <f64>step * stepMs;
    next = behind(next, endAt, atMs, leap);
    let kind: u32 = 0;
    if (next > timestamps) {
      const last = next - 8;
      if (load<f64>(last) > atMs - lookbackMs) {
        const bits = load<u64>(values + (last - timestamps));
        if (bits != staleBits) {
          kind = 1;
          store<u64>(out + (step << 3), bits);
        }
      }
    }
    store<u8>(present + step, kind);
    seen += kind;
  }
  return seen;
}
