/**
 * What the engine costs beside decoding: milliseconds a query, nanoseconds a window. The source hands out columns in
 * the query's memory, as a store does. Run: node dist/bench/promql.js [text that the query holds]
 */
import { systemClock, systemDisk } from '../src/base/index.js';
import { Kernels, loadKernels, reserveMemory } from '../src/kernels/index.js';
import { Labels } from '../src/model/index.js';
import { createEngine } from '../src/promql/index.js';
import type {
  ColumnPlace,
  Querier,
  Queryable,
  SelectRequest,
  SeriesColumns,
  SeriesSet,
} from '../src/storage/index.js';

const hourMs = 3_600_000;
const intervalMs = 15_000;
const sampleCount = (24 * hourMs) / intervalMs;
const timestamps = Float64Array.from({ length: sampleCount }, (_, i) => (i + 1) * intervalMs);
const counter = Float64Array.from({ length: sampleCount }, (_, i) => i * 10 + (i % 7));
const gauge = Float64Array.from({ length: sampleCount }, (_, i) => Math.sin(i) * 50 + ((i * 7919) % 100));

const bounds = ['0.005', '0.01', '0.05', '0.1', '0.25', '0.5', '1', '2.5', '5', '10', '+Inf'];

interface Metric {
  readonly series: readonly Labels[];
  readonly values: Float64Array;
}

const metric = (
  name: string,
  values: Float64Array,
  count: number,
  labelsOf: (i: number) => Record<string, string>,
): [string, Metric] => [
  name,
  {
    values,
    series: Array.from({ length: count }, (_, i) => Labels.fromObject({ __name__: name, ...labelsOf(i) })),
  },
];

const host = (i: number) => ({ instance: `10.0.0.${i % 100}:9100`, job: `job-${i % 4}` });
const metrics = new Map<string, Metric>([
  metric('requests_total', counter, 10_000, (i) => ({
    ...host(i),
    handler: `/api/v1/res${Math.floor(i / 100) % 20}`,
    method: i % 2 === 0 ? 'GET' : 'POST',
    code: String(200 + Math.floor(i / 2000) * 100),
  })),
  metric('cpu_total', counter, 1000, (i) => ({ ...host(i), cpu: String(Math.floor(i / 100)) })),
  metric('load', gauge, 100, host),
  metric('available', gauge, 100, host),
  metric('bucket', counter, 1100, (i) => ({ ...host(i % 100), le: bounds[Math.floor(i / 100)] as string })),
  metric('build_info', gauge, 100, (i) => ({ ...host(i), version: `1.${i % 3}` })),
]);

class PlacedColumns implements SeriesSet {
  readonly #request: SelectRequest;
  readonly #metric: Metric;
  readonly #from: number;
  readonly #to: number;
  readonly #place: ColumnPlace;
  #at = -1;
  readonly columns: SeriesColumns;
  readonly warnings = [];

  constructor(request: SelectRequest) {
    const name = request.matchers.find((matcher) => matcher.name === '__name__')?.value ?? '';
    this.#request = request;
    this.#metric = metrics.get(name) as Metric;
    this.#from = Math.max(0, Math.ceil(request.mintMs / intervalMs) - 1);
    this.#to = Math.min(sampleCount, Math.floor(request.maxtMs / intervalMs));
    const { scope } = request;
    if (scope === undefined) throw new Error('the engine names its memory');
    const length = this.#to - this.#from;
    this.#place = { timestamps: scope.alloc(8 * length + 8), values: scope.alloc(8 * length + 8) };
    const { doubles } = scope.kernels;
    doubles.set(timestamps.subarray(this.#from, this.#to), this.#place.timestamps >>> 3);
    doubles.set(this.#metric.values.subarray(this.#from, this.#to), this.#place.values >>> 3);
    this.columns = {
      length,
      timestamps: doubles.subarray(this.#place.timestamps >>> 3, (this.#place.timestamps >>> 3) + length),
      values: doubles.subarray(this.#place.values >>> 3, (this.#place.values >>> 3) + length),
      place: this.#place,
    };
  }

  next(): boolean {
    this.#at++;
    return this.#at < this.#metric.series.length;
  }

  get labels() {
    return this.#request.symbols.internLabels(this.#metric.series[this.#at] as Labels);
  }

  close(): void {}
}

const queryable: Queryable = {
  querier: () =>
    ({ select: (request: SelectRequest) => new PlacedColumns(request), close() {} }) as unknown as Querier,
};

const maxBytes = 2 ** 31;
const engine = createEngine({
  kernels: new Kernels(await loadKernels(systemDisk), reserveMemory({ maxBytes }), maxBytes),
  clock: systemClock,
  lookbackDeltaMs: 300_000,
  timeoutMs: 120_000,
  maxSamples: 50_000_000,
  defaultStepMs: () => 60_000,
});

const queries: readonly [query: string, fromHour: number, toHour: number, stepMs: number][] = [
  ['requests_total', 23, 23, 0],
  ['topk(10, rate(requests_total[5m]))', 23, 23, 0],
  ['sum by (handler) (rate(requests_total[5m]))', 23, 23, 0],
  ['sum(count_over_time(requests_total[24h]))', 24, 24, 0],
  ['quantile_over_time(0.95, cpu_total[24h])', 24, 24, 0],
  ['quantile_over_time(0.95, load[24h])', 24, 24, 0],
  ['load', 12, 18, 15_000],
  ['rate(cpu_total[5m])', 0, 24, 60_000],
  ['sum by (job) (rate(requests_total[5m]))', 12, 13, 15_000],
  ['sum by (job) (rate(requests_total[5m]))', 0, 24, 60_000],
  ['sum(requests_total)', 0, 24, 300_000],
  ['histogram_quantile(0.95, sum by (le) (rate(bucket[5m])))', 0, 24, 60_000],
  ['histogram_quantile(0.9, rate(bucket[5m]))', 0, 24, 300_000],
  ['topk(5, load)', 0, 24, 60_000],
  ['available / on (instance) load', 0, 24, 60_000],
  ['rate(cpu_total[5m]) * on (instance) group_left (version) build_info', 12, 18, 60_000],
  [
    'sum by (instance) (rate(requests_total[5m])) / sum by (instance) (rate(requests_total[5m]))',
    12,
    18,
    60_000,
  ],
  ['max_over_time(sum by (job) (rate(cpu_total[5m]))[1h:1m])', 2, 24, 300_000],
  ['quantile_over_time(0.95, load[1h])', 0, 24, 300_000],
  ['quantile_over_time(0.95, load[1h])', 0, 24, 60_000],
  ['avg_over_time(load[6h])', 0, 24, 300_000],
  ['max_over_time(load[6h])', 0, 24, 300_000],
  ['predict_linear(load[1h], 3600)', 0, 24, 300_000],
  ['stddev_over_time(load[1h])', 0, 24, 300_000],
  ['count by (version) (build_info)', 0, 24, 60_000],
  ['load unless on (instance) (available > 2)', 0, 24, 60_000],
];

const cpuMs = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};

const wanted = process.argv[2] ?? '';
for (const [query, from, to, stepMs] of queries.filter(([text]) => text.includes(wanted))) {
  const startMs = from * hourMs;
  const endMs = to * hourMs;
  const times: number[] = [];
  for (let run = 0; run < 4; run++) {
    const before = cpuMs();
    if (stepMs === 0) await engine.instant({ queryable, query, timeMs: startMs });
    else {
      const answer = await engine.range({ queryable, query, startMs, endMs, stepMs, borrows: true });
      answer.release?.();
    }
    times.push(cpuMs() - before);
  }
  const best = Math.min(...times);
  process.stdout.write(
    `${best.toFixed(1).padStart(8)} ms CPU  ${query}  (${(times[0] as number).toFixed(0)} first)\n`,
  );
}
