/** Observations counted by upper bounds: plain data, which may go to another thread. */
export interface Distribution {
  /** Rising, without +Inf. */
  readonly bounds: readonly number[];
  /** By the lowest bound that is not below, the last for those above all; not cumulative. */
  readonly counts: number[];
  sum: number;
}

export function createDistribution(bounds: readonly number[]): Distribution {
  return { bounds, counts: new Array<number>(bounds.length + 1).fill(0), sum: 0 };
}

export function observe(distribution: Distribution, value: number): void {
  const { bounds, counts } = distribution;
  let at = 0;
  while (at < bounds.length && !(value <= (bounds[at] as number))) at++;
  counts[at] = (counts[at] as number) + 1;
  distribution.sum += value;
}

/** Adds what another of the same bounds has observed. */
export function addDistribution(into: Distribution, from: Distribution): void {
  for (const [at, count] of from.counts.entries()) into.counts[at] = (into.counts[at] as number) + count;
  into.sum += from.sum;
}

/** As client libraries make them: `count` bounds from `start`, each `factor` times the one before. */
export function exponentialBounds(start: number, factor: number, count: number): readonly number[] {
  const bounds = [start];
  while (bounds.length < count) bounds.push((bounds.at(-1) as number) * factor);
  return bounds;
}
