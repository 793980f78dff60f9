/**
 * Durations in queries are seconds; upstream holds them as 64-bit nanoseconds, the tree as whole
 * milliseconds.
 */

/**
 * Seconds as nanoseconds, rounded half away from zero. NaN and 2^63 become the smallest integer, as
 * conversions on amd64 make them.
 */
export function nanosecondsOf(seconds: number): number {
  const nanoseconds = roundHalfAway(seconds * 1e9);
  return Number.isNaN(nanoseconds) || nanoseconds >= 2 ** 63 ? -(2 ** 63) : nanoseconds;
}

export function roundHalfAway(value: number): number {
  const whole = Math.trunc(value);
  return Math.abs(value - whole) >= 0.5 ? whole + Math.sign(value) : whole;
}

/** Whole nanoseconds as whole milliseconds, cut off towards zero. */
export function millisecondsOf(nanoseconds: number): number {
  if (Number.isSafeInteger(nanoseconds)) return Math.trunc(nanoseconds / 1e6) + 0;
  return Number(BigInt(nanoseconds) / 1_000_000n);
}
