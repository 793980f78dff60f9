/**
 * Aggregation of rows into one group, a step at a time in the order the rows come, as upstream adds series by series.
 * A row's step counts where its `present` is 1 (a float). Source: promql/engine.go, aggregation.
 */

const maxFinite = Number.MAX_VALUE;

export interface FloatRow {
  readonly values: Float64Array;
  readonly present: Uint8Array;
  readonly offset: number;
}

/** One group's running state, one entry a step; which columns are used depends on the operation. */
export interface GroupColumns {
  readonly value: Float64Array;
  readonly rest: Float64Array;
  readonly mean: Float64Array;
  readonly count: Float64Array;
  /** 0 nothing yet, 1 seen, 2 seen and carrying the mean because the sum would overflow. */
  readonly state: Uint8Array;
}

export function addSum(row: FloatRow, group: GroupColumns, steps: number): void {
  const { values, present, offset } = row;
  const { value, rest, state } = group;
  for (let i = 0; i < steps; i++) {
    if (present[offset + i] !== 1) continue;
    const added = values[offset + i] as number;
    if (state[i] === 0) {
      state[i] = 1;
      value[i] = added;
      continue;
    }
    const sum = value[i] as number;
    const total = sum + added;
    if (total > maxFinite || total < -maxFinite) rest[i] = 0;
    else if (Math.abs(sum) >= Math.abs(added)) rest[i] = (rest[i] as number) + (sum - total + added);
    else rest[i] = (rest[i] as number) + (added - total + sum);
    value[i] = total;
  }
}

export function finishSum(group: GroupColumns, steps: number): void {
  for (let i = 0; i < steps; i++) group.value[i] = (group.value[i] as number) + (group.rest[i] as number);
}

export function addAverage(row: FloatRow, group: GroupColumns, steps: number): void {
  const { values, present, offset } = row;
  const { value, rest, count, state, mean } = group;
  for (let i = 0; i < steps; i++) {
    if (present[offset + i] !== 1) continue;
    const added = values[offset + i] as number;
    const n = (count[i] as number) + 1;
    count[i] = n;
    if (state[i] === 0) {
      state[i] = 1;
      value[i] = added;
      continue;
    }
    if (state[i] === 1) {
      const sum = value[i] as number;
      const total = sum + added;
      if (!(total > maxFinite || total < -maxFinite)) {
        if (Math.abs(sum) >= Math.abs(added)) rest[i] = (rest[i] as number) + (sum - total + added);
        else rest[i] = (rest[i] as number) + (added - total + sum);
        value[i] = total;
        continue;
      }
      state[i] = 2;
      mean[i] = sum / (n - 1);
      rest[i] = (rest[i] as number) / (n - 1);
    }
    addToMean(group, i, added / n, (n - 1) / n);
  }
}

function addToMean({ mean, rest }: GroupColumns, i: number, added: number, share: number): void {
  const before = share * (mean[i] as number);
  let compensation = share * (rest[i] as number);
  const total = before + added;
  if (total > maxFinite || total < -maxFinite) compensation = 0;
  else if (Math.abs(before) >= Math.abs(added)) compensation += before - total + added;
  else compensation += added - total + before;
  mean[i] = total;
  rest[i] = compensation;
}

export function finishAverage(group: GroupColumns, steps: number): void {
  const { value, rest, count, state, mean } = group;
  for (let i = 0; i < steps; i++) {
    if (state[i] === 2) value[i] = (mean[i] as number) + (rest[i] as number);
    else value[i] = (value[i] as number) / (count[i] as number) + (rest[i] as number) / (count[i] as number);
  }
}

/** count() and group(): counts every sample, floats and histograms alike. */
export function addCount(row: FloatRow, group: GroupColumns, steps: number): void {
  const { present, offset } = row;
  for (let i = 0; i < steps; i++) {
    if (present[offset + i] === 0) continue;
    group.count[i] = (group.count[i] as number) + 1;
    group.state[i] = 1;
  }
}

export function addMax(row: FloatRow, group: GroupColumns, steps: number): void {
  const { values, present, offset } = row;
  const { value, state } = group;
  for (let i = 0; i < steps; i++) {
    if (present[offset + i] !== 1) continue;
    const candidate = values[offset + i] as number;
    const best = value[i] as number;
    if (state[i] === 0 || best < candidate || Number.isNaN(best)) value[i] = candidate;
    state[i] = 1;
  }
}

export function addMin(row: FloatRow, group: GroupColumns, steps: number): void {
  const { values, present, offset } = row;
  const { value, state } = group;
  for (let i = 0; i < steps; i++) {
    if (present[offset + i] !== 1) continue;
    const candidate = values[offset + i] as number;
    const best = value[i] as number;
    if (state[i] === 0 || best > candidate || Number.isNaN(best)) value[i] = candidate;
    state[i] = 1;
  }
}

/** stdvar() and stddev() after Welford; the result for a step is `value / count`. */
export function addVariance(row: FloatRow, group: GroupColumns, steps: number): void {
  const { values, present, offset } = row;
  const { value, mean, count, state } = group;
  for (let i = 0; i < steps; i++) {
    if (present[offset + i] !== 1) continue;
    const added = values[offset + i] as number;
    const n = (count[i] as number) + 1;
    count[i] = n;
    if (state[i] === 0) {
      state[i] = 1;
      mean[i] = added;
      value[i] = Number.isFinite(added) ? 0 : Number.NaN;
      continue;
    }
    const delta = added - (mean[i] as number);
    mean[i] = (mean[i] as number) + delta / n;
    value[i] = (value[i] as number) + delta * (added - (mean[i] as number));
  }
}
