import { formatFloatShortest } from '../base/index.js';

/** One line of a chart: points in rising time. */
export interface ChartSeries {
  readonly name: string;
  readonly timestamps: Float64Array;
  readonly values: Float64Array;
}

export interface ChartSize {
  /** Terminal columns in all, axis included. */
  readonly width: number;
  /** Terminal rows of the plot. */
  readonly height: number;
}

interface Bounds {
  readonly mintMs: number;
  readonly maxtMs: number;
  readonly low: number;
  readonly high: number;
}

/** Braille dots by row and column within a cell: two columns, four rows. */
const dots = [
  [0x01, 0x08],
  [0x02, 0x10],
  [0x04, 0x20],
  [0x40, 0x80],
] as const;

function boundsOf(series: readonly ChartSeries[]): Bounds | undefined {
  let mintMs = Number.POSITIVE_INFINITY;
  let maxtMs = Number.NEGATIVE_INFINITY;
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (const { timestamps, values } of series) {
    for (let i = 0; i < values.length; i++) {
      const value = values[i] as number;
      if (!Number.isFinite(value)) continue;
      mintMs = Math.min(mintMs, timestamps[i] as number);
      maxtMs = Math.max(maxtMs, timestamps[i] as number);
      low = Math.min(low, value);
      high = Math.max(high, value);
    }
  }
  if (low > high) return undefined;
  if (low === high) {
    const room = Math.abs(low) * 0.1 || 1;
    return { mintMs, maxtMs, low: low - room, high: high + room };
  }
  return { mintMs, maxtMs, low, high };
}

/** A line chart in braille dots, with the value range on the left and the time range below; "" without a finite value. */
export function renderChart(series: readonly ChartSeries[], size: ChartSize): string {
  const bounds = boundsOf(series);
  if (!bounds) return '';
  const label = (value: number): string => formatFloatShortest(Number(value.toPrecision(4)));
  const gutter = Math.max(label(bounds.low).length, label(bounds.high).length);
  const columns = Math.max(10, size.width - gutter - 3);
  const cells = plot(series, bounds, { width: columns, height: size.height });
  const lines = cells.map((row, i) => {
    const text = i === 0 ? label(bounds.high) : i === size.height - 1 ? label(bounds.low) : '';
    return `${text.padStart(gutter)} ┤${String.fromCharCode(...row.map((bits) => 0x2800 + bits)).replace(/\u2800+$/, '')}`;
  });
  const from = new Date(bounds.mintMs).toISOString().slice(0, 19);
  const to = new Date(bounds.maxtMs).toISOString().slice(0, 19);
  lines.push(`${' '.repeat(gutter)} └${'─'.repeat(columns)}`);
  lines.push(`${' '.repeat(gutter + 2)}${from}Z${' '.repeat(Math.max(1, columns - 40))}${to}Z`);
  return lines.join('\n');
}

function plot(series: readonly ChartSeries[], bounds: Bounds, size: ChartSize): number[][] {
  const cells = Array.from({ length: size.height }, () => new Array<number>(size.width).fill(0));
  const dotColumns = size.width * 2 - 1;
  const dotRows = size.height * 4 - 1;
  const x = (ms: number): number =>
    Math.round(((ms - bounds.mintMs) / (bounds.maxtMs - bounds.mintMs || 1)) * dotColumns);
  const y = (value: number): number =>
    Math.round((1 - (value - bounds.low) / (bounds.high - bounds.low)) * dotRows);
  const set = (column: number, row: number): void => {
    const line = cells[row >> 2] as number[];
    line[column >> 1] =
      (line[column >> 1] as number) | ((dots[row & 3] as readonly number[])[column & 1] as number);
  };
  for (const { timestamps, values } of series) {
    let last: { column: number; row: number } | undefined;
    for (let i = 0; i < values.length; i++) {
      const value = values[i] as number;
      if (!Number.isFinite(value)) {
        last = undefined;
        continue;
      }
      const point = { column: x(timestamps[i] as number), row: y(value) };
      drawLine(last ?? point, point, set);
      last = point;
    }
  }
  return cells;
}

function drawLine(
  from: { column: number; row: number },
  to: { column: number; row: number },
  set: (column: number, row: number) => void,
): void {
  const steps = Math.max(Math.abs(to.column - from.column), Math.abs(to.row - from.row), 1);
  for (let i = 0; i <= steps; i++) {
    set(
      Math.round(from.column + ((to.column - from.column) * i) / steps),
      Math.round(from.row + ((to.row - from.row) * i) / steps),
    );
  }
}
