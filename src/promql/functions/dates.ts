/** Parts of a date in UTC, of Unix seconds cut to whole ones. Source: promql/functions.go, dateWrapper. */
import { type CallFunction, float, type Row, RowMaker } from '../engine/index.js';
import { mapFloats } from './math.js';

const secondsInDay = 86_400;
/** After 400 years dates repeat, weekdays too. */
const secondsInCycle = 146_097 * secondsInDay;

const parts: Readonly<Record<string, (date: Date) => number>> = {
  day_of_month: (date) => date.getUTCDate(),
  day_of_week: (date) => date.getUTCDay(),
  day_of_year: (date) => {
    const newYear = new Date(date.getTime());
    newYear.setUTCMonth(0, 1);
    newYear.setUTCHours(0, 0, 0, 0);
    return Math.floor((date.getTime() - newYear.getTime()) / 1000 / secondsInDay) + 1;
  },
  days_in_month: (date) => {
    const last = new Date(date.getTime());
    last.setUTCMonth(last.getUTCMonth() + 1, 0);
    return last.getUTCDate();
  },
  hour: (date) => date.getUTCHours(),
  minute: (date) => date.getUTCMinutes(),
  month: (date) => date.getUTCMonth() + 1,
  year: (date) => date.getUTCFullYear(),
};

/** Go's conversion of a float that is no 64-bit integer (on amd64) gives the smallest one, in the year 292277026596. */
const outOfRange: Readonly<Record<string, number>> = {
  day_of_month: 4,
  day_of_week: 0,
  day_of_year: 339,
  days_in_month: 31,
  hour: 15,
  minute: 30,
  month: 12,
  year: 292277026596,
};

function dateFunction(name: string): CallFunction {
  const part = parts[name] as (date: Date) => number;
  const partOf = (seconds: number): number => {
    const whole = Math.trunc(seconds);
    if (!(Math.abs(whole) < 2 ** 63)) return outOfRange[name] as number;
    const cycles = Math.floor(whole / secondsInCycle);
    const value = part(new Date((whole - cycles * secondsInCycle) * 1000));
    return name === 'year' ? value + 400 * cycles : value;
  };
  return (input) => {
    if (input.args.length > 0) return mapFloats(input, partOf);
    const { grid, evaluation } = input;
    const row: Row = new RowMaker(grid.steps, evaluation.scope).make(new Uint32Array(0), false);
    for (let step = 0; step < grid.steps; step++) {
      row.present[row.offset + step] = float;
      row.values[row.offset + step] = partOf(Math.trunc((grid.startMs + step * grid.stepMs) / 1000));
    }
    return { kind: 'vector', rows: [row] };
  };
}

export const dateFunctions: readonly (readonly [name: string, run: CallFunction])[] = Object.keys(parts).map(
  (name) => [name, dateFunction(name)] as const,
);
