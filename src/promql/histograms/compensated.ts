/**
 * A sum with what rounding has lost of it, after Kahan and Neumaier; the loss is forgotten once the sum is infinite.
 * Source: util/kahansum.
 */
export class CompensatedSum {
  value: number;
  lost: number;

  constructor(value: number, lost = 0) {
    this.value = value;
    this.lost = lost;
  }

  add(x: number): void {
    this.lost = lostBy(this.value, x, this.lost);
    this.value += x;
  }

  scale(factor: number): void {
    this.value *= factor;
    this.lost *= factor;
  }

  divide(divisor: number): void {
    this.value /= divisor;
    this.lost /= divisor;
  }

  copy(): CompensatedSum {
    return new CompensatedSum(this.value, this.lost);
  }
}

/** What is lost when `x` is added to `sum`, of which `lost` was lost before. */
export function lostBy(sum: number, x: number, lost: number): number {
  const total = sum + x;
  if (total === Number.POSITIVE_INFINITY || total === Number.NEGATIVE_INFINITY) return 0;
  return lost + (Math.abs(sum) >= Math.abs(x) ? sum - total + x : x - total + sum);
}
