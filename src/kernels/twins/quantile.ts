/**
 * The q-quantile of values 0 to `count`, which are sorted in place, NaN first. Between two values the weighted mean.
 * Source: promql/quantile.go, quantile.
 */
export function quantileOf(q: number, values: Float64Array, count: number): number {
  if (count === 0 || Number.isNaN(q)) return Number.NaN;
  if (q < 0) return Number.NEGATIVE_INFINITY;
  if (q > 1) return Number.POSITIVE_INFINITY;
  sortNaNFirst(count === values.length ? values : values.subarray(0, count));
  const rank = q * (count - 1);
  const lower = Math.max(0, Math.floor(rank));
  const upper = Math.min(count - 1, lower + 1);
  const weight = rank - Math.floor(rank);
  return (values[lower] as number) * (1 - weight) + (values[upper] as number) * weight;
}

/** A typed array sorts NaN last; upstream's comparison has it smallest. */
function sortNaNFirst(values: Float64Array): void {
  values.sort();
  let notANumber = 0;
  while (notANumber < values.length && Number.isNaN(values[values.length - 1 - notANumber])) notANumber++;
  if (notANumber === 0) return;
  values.copyWithin(notANumber, 0, values.length - notANumber);
  values.fill(Number.NaN, 0, notANumber);
}
