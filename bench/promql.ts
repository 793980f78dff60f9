/** Nanoseconds a window of the query engine, over 1,000 series of 24 hours at 15 s. Run: node dist/bench/promql.js */
import { systemClock } from '../src/base/index.js';
import { Labels } from '../src/model/index.js';
import { createEngine } from '../src/promql/index.js';
import type { Querier, Queryable, SelectRequest, SeriesSet } from '../src/storage/index.js';

const seriesCount = 1000;
const sampleCount = (24 * 3600) / 15;
const stepMs = 60_000;

const timestamps = Float64Array.from({ length: sampleCount }, (_, i) => (i + 1) * 15_000);
const values = Float64Array.from({ length: sampleCount }, (_, i) => i * 3 + (i % 7));

const labels = Array.from({ length: seriesCount }, (_, i) =>
  Labels.fromObject({ __name__: 'requests_total', instance: `host-${i}`, job: `job-${i % 10}` }),
);

/** All series share one column: the engine's time is measured, not a store's. */
class SharedColumns implements SeriesSet {
  readonly #request: SelectRequest;
  #at = -1;
  readonly columns = { length: sampleCount, timestamps, values };
  readonly warnings = [];

  constructor(request: SelectRequest) {
    this.#request = request;
  }

  next(): boolean {
    this.#at++;
    return this.#at < seriesCount;
  }

  get labels() {
    return this.#request.symbols.internLabels(labels[this.#at] as Labels);
  }

  close(): void {}
}

const queryable: Queryable = {
  querier: () =>
    ({ select: (request: SelectRequest) => new SharedColumns(request), close() {} }) as unknown as Querier,
};

const engine = createEngine({
  clock: systemClock,
  lookbackDeltaMs: 300_000,
  timeoutMs: 120_000,
  maxSamples: 50_000_000,
  defaultStepMs: () => 60_000,
});

const startMs = 3_600_000;
const endMs = 24 * 3_600_000;
const windows = seriesCount * ((endMs - startMs) / stepMs + 1);

for (const query of [
  'requests_total',
  'rate(requests_total[5m])',
  'avg_over_time(requests_total[5m])',
  'max_over_time(requests_total[1h])',
  'sum by (job) (requests_total)',
  'sum by (job) (rate(requests_total[5m]))',
  'sum by (job) (rate(requests_total[5m])) / sum by (job) (requests_total)',
]) {
  const times: number[] = [];
  for (let run = 0; run < 4; run++) {
    const before = systemClock.monotonicMs();
    await engine.range({ queryable, query, startMs, endMs, stepMs });
    times.push(systemClock.monotonicMs() - before);
  }
  const best = Math.min(...times);
  const perWindow = ((best * 1e6) / windows).toFixed(1);
  process.stdout.write(`${perWindow.padStart(8)} ns a window ${best.toFixed(0).padStart(6)} ms  ${query}\n`);
}
