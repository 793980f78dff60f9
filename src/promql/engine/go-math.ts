/** Go's math where it differs from ECMAScript's. */
import { goLog } from '../../base/index.js';

const minNormal = 2 ** -1022;

/** math.Pow knows more of powers that are certainly 1. */
export function goPow(base: number, exponent: number): number {
  if (base === 1) return 1;
  if (base === -1 && (exponent === Number.POSITIVE_INFINITY || exponent === Number.NEGATIVE_INFINITY))
    return 1;
  if (base > 0 && base < minNormal && Number.isFinite(exponent)) return powerOfDenormal(base, exponent);
  return base ** exponent;
}

/** A power of a fraction goes by math.Log, whose answer for denormal numbers is another. */
function powerOfDenormal(base: number, exponent: number): number {
  const size = Math.abs(exponent);
  let whole = Math.trunc(size);
  let fraction = size - whole;
  if (fraction > 0.5) {
    fraction--;
    whole++;
  }
  const power = base ** whole * (fraction === 0 ? 1 : Math.exp(fraction * goLog(base)));
  return exponent < 0 ? 1 / power : power;
}

/** math.Min: -Inf wins over NaN. */
export function goMin(a: number, b: number): number {
  if (a === Number.NEGATIVE_INFINITY || b === Number.NEGATIVE_INFINITY) return Number.NEGATIVE_INFINITY;
  return Math.min(a, b);
}

/** math.Max: +Inf wins over NaN. */
export function goMax(a: number, b: number): number {
  if (a === Number.POSITIVE_INFINITY || b === Number.POSITIVE_INFINITY) return Number.POSITIVE_INFINITY;
  return Math.max(a, b);
}
