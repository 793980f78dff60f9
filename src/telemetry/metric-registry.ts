import { assert, compareUtf8, type Distribution } from '../base/index.js';
import type { MetricFamily, MetricPoint } from './metric-family.js';
import { labelPairs, MetricRows } from './metric-rows.js';

export interface MetricOptions {
  readonly name: string;
  readonly help: string;
  readonly unit?: string;
  /** The order in which values are given to `add`, `set` and `observe`. */
  readonly labelNames?: readonly string[];
}

/** A value that only rises. */
export interface Counter {
  add(amount: number, ...labelValues: string[]): void;
}

export interface Gauge {
  set(value: number, ...labelValues: string[]): void;
  add(amount: number, ...labelValues: string[]): void;
}

export interface Observer {
  observe(value: number, ...labelValues: string[]): void;
  /** Shows a row before anything was observed. */
  show(...labelValues: string[]): void;
}

/**
 * What a callback answers: one value, or one a combination of label values (in the order of `labelNames`).
 */
export type MetricReading = number | readonly (readonly [labelValues: readonly string[], value: number])[];

/** A summary that another keeps. */
export interface SummaryReading {
  readonly count: number;
  readonly sum: number;
  readonly quantiles: readonly (readonly [quantile: number, value: number])[];
}

interface Registered {
  readonly options: MetricOptions;
  readonly type: MetricFamily['type'];
  points(): MetricPoint[];
}

/** How many of the latest observations a summary's quantiles are taken from. */
const summaryWindow = 512;

/** The process' own metrics. One registry a server; every name once. */
export class MetricRegistry {
  readonly #families = new Map<string, Registered>();
  readonly #preparations: (() => Promise<void>)[] = [];

  counter(options: MetricOptions): Counter {
    const rows = new MetricRows(options.labelNames ?? [], 1);
    this.#register({ options, type: 'counter', points: () => plainPoints(rows) });
    return { add: (amount, ...labelValues) => addTo(rows, labelValues, amount) };
  }

  gauge(options: MetricOptions): Gauge {
    const rows = new MetricRows(options.labelNames ?? [], 1);
    this.#register({ options, type: 'gauge', points: () => plainPoints(rows) });
    return {
      add: (amount, ...labelValues) => addTo(rows, labelValues, amount),
      set: (value, ...labelValues) => {
        const row = rows.row(labelValues);
        rows.cells[row] = value;
      },
    };
  }

  /** `buckets` are rising upper bounds without +Inf. */
  histogram(options: MetricOptions & { readonly buckets: readonly number[] }): Observer {
    const bounds = Float64Array.from(options.buckets);
    // A row: one count a bucket (not cumulative), the count above the last bound, the sum.
    const rows = new MetricRows(options.labelNames ?? [], bounds.length + 2);
    this.#register({ options, type: 'histogram', points: () => histogramPoints(rows, bounds) });
    return {
      observe: (value, ...labelValues) => {
        const start = rows.row(labelValues) * rows.width;
        let bucket = 0;
        while (bucket < bounds.length && !(value <= (bounds[bucket] as number))) bucket++;
        rows.cells[start + bucket] = (rows.cells[start + bucket] as number) + 1;
        const sum = start + bounds.length + 1;
        rows.cells[sum] = (rows.cells[sum] as number) + value;
      },
      show: (...labelValues) => void rows.row(labelValues),
    };
  }

  /** Quantiles are those of the latest 512 observations of each row, NaN before the first. */
  summary(options: MetricOptions & { readonly quantiles: readonly number[] }): Observer {
    // A row: count, sum, then the ring of the latest observations.
    const rows = new MetricRows(options.labelNames ?? [], 2 + summaryWindow);
    this.#register({ options, type: 'summary', points: () => summaryPoints(rows, options.quantiles) });
    return {
      observe: (value, ...labelValues) => {
        const start = rows.row(labelValues) * rows.width;
        const cells = rows.cells;
        const count = cells[start] as number;
        cells[start] = count + 1;
        cells[start + 1] = (cells[start + 1] as number) + value;
        cells[start + 2 + (count % summaryWindow)] = value;
      },
      show: (...labelValues) => void rows.row(labelValues),
    };
  }

  /** A gauge read when metrics are collected. */
  gaugeFrom(options: MetricOptions, read: () => MetricReading): void {
    this.#register({ options, type: 'gauge', points: () => readPoints(options, read()) });
  }

  /** A counter read when metrics are collected. */
  counterFrom(options: MetricOptions, read: () => MetricReading): void {
    this.#register({ options, type: 'counter', points: () => readPoints(options, read()) });
  }

  /** A summary without labels, read when metrics are collected. */
  summaryFrom(options: MetricOptions, read: () => SummaryReading | undefined): void {
    const points = (): MetricPoint[] => {
      const reading = read();
      return reading === undefined ? [] : [{ labels: [], value: reading.sum, ...reading }];
    };
    this.#register({ options, type: 'summary', points });
  }

  /** A histogram without labels, read when metrics are collected. */
  histogramFrom(options: MetricOptions, read: () => Distribution | undefined): void {
    const points = (): MetricPoint[] => {
      const reading = read();
      return reading === undefined ? [] : [distributionPoint(reading)];
    };
    this.#register({ options, type: 'histogram', points });
  }

  /** Waited for by `gather`: brings up to date what callbacks read. */
  beforeGather(prepare: () => Promise<void>): void {
    this.#preparations.push(prepare);
  }

  /** As `collect`, once everything that is read is up to date. */
  async gather(): Promise<MetricFamily[]> {
    await Promise.all(this.#preparations.map((prepare) => prepare()));
    return this.collect();
  }

  /** By name; a family without a row is left out. Points are in the order of their labels. */
  collect(): MetricFamily[] {
    const families: MetricFamily[] = [];
    for (const { options, type, points } of this.#families.values()) {
      const metrics = points();
      if (metrics.length === 0) continue;
      if (metrics.length > 1) metrics.sort((a, b) => compareUtf8(a.labels.join('\0'), b.labels.join('\0')));
      families.push({ name: options.name, help: options.help, unit: options.unit ?? '', type, metrics });
    }
    return families.sort((a, b) => compareUtf8(a.name, b.name));
  }

  #register(registered: Registered): void {
    const { name } = registered.options;
    assert(!this.#families.has(name), `metric "${name}" is registered twice`);
    this.#families.set(name, registered);
  }
}

function addTo(rows: MetricRows, labelValues: readonly string[], amount: number): void {
  const row = rows.row(labelValues);
  rows.cells[row] = (rows.cells[row] as number) + amount;
}

function plainPoints(rows: MetricRows): MetricPoint[] {
  return Array.from({ length: rows.count }, (_, row) => ({
    labels: rows.labelsOf(row),
    value: rows.cells[row] as number,
  }));
}

function readPoints(options: MetricOptions, reading: MetricReading): MetricPoint[] {
  if (typeof reading === 'number') return [{ labels: [], value: reading }];
  const names = options.labelNames ?? [];
  return reading.map(([values, value]) => ({ labels: labelPairs(names, values), value }));
}

function distributionPoint({ bounds, counts, sum }: Distribution): MetricPoint {
  const buckets: [number, number][] = [];
  let count = 0;
  for (const [at, own] of counts.entries()) {
    count += own;
    buckets.push([bounds[at] ?? Number.POSITIVE_INFINITY, count]);
  }
  return { labels: [], value: sum, count, sum, buckets };
}

function histogramPoints(rows: MetricRows, bounds: Float64Array): MetricPoint[] {
  return Array.from({ length: rows.count }, (_, row) => {
    const start = row * rows.width;
    const buckets: [number, number][] = [];
    let count = 0;
    for (let i = 0; i <= bounds.length; i++) {
      count += rows.cells[start + i] as number;
      buckets.push([bounds[i] ?? Number.POSITIVE_INFINITY, count]);
    }
    const sum = rows.cells[start + bounds.length + 1] as number;
    return { labels: rows.labelsOf(row), value: sum, count, sum, buckets };
  });
}

function summaryPoints(rows: MetricRows, quantiles: readonly number[]): MetricPoint[] {
  return Array.from({ length: rows.count }, (_, row) => {
    const start = row * rows.width;
    const count = rows.cells[start] as number;
    const sum = rows.cells[start + 1] as number;
    const held = Math.min(count, summaryWindow);
    const sorted = rows.cells.slice(start + 2, start + 2 + held).sort();
    const at = (q: number): number =>
      held === 0 ? Number.NaN : (sorted[Math.max(0, Math.ceil(q * held) - 1)] as number);
    const labels = rows.labelsOf(row);
    return { labels, value: sum, count, sum, quantiles: quantiles.map((q) => [q, at(q)] as const) };
  });
}
