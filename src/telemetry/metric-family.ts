/**
 * A metric family at one moment, for the exposition writers. Label pairs are name, value, name, value… in
 * name order.
 */
export interface MetricFamily {
  readonly name: string;
  readonly help: string;
  readonly unit: string;
  readonly type: 'counter' | 'gauge' | 'summary' | 'histogram' | 'unknown';
  readonly metrics: readonly MetricPoint[];
}

export interface MetricPoint {
  readonly labels: readonly string[];
  readonly value: number;
  readonly timestampMs?: number;
  readonly count?: number;
  readonly sum?: number;
  readonly quantiles?: readonly (readonly [quantile: number, value: number])[];
  readonly buckets?: readonly (readonly [upperBound: number, cumulativeCount: number])[];
}
