import { formatFloatShortest, formatGoFixed } from '../../base/index.js';

export interface DumpedRows {
  readonly prefix: string;
  readonly separator: string;
  /** Times as seconds with three digits, not as milliseconds. */
  readonly inSeconds: boolean;
  readonly timestamps: Float64Array;
  readonly values: Float64Array;
}

/** The text of rows `from` to `to` (excluded). Source: cmd/promtool/tsdb.go `formatSeriesSet`. */
export function dumpRowsText(rows: DumpedRows, from: number, to: number): string {
  const { prefix, separator, inSeconds, timestamps, values } = rows;
  let text = '';
  for (let row = from; row < to; row++) {
    const timeMs = timestamps[row] as number;
    const time = inSeconds ? formatGoFixed(timeMs / 1000, 3) : String(timeMs);
    text += `${prefix}${separator}${formatFloatShortest(values[row] as number)}${separator}${time}\n`;
  }
  return text;
}
