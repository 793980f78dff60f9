import type { Distribution } from '../../base/index.js';
import type { MetricReading } from '../../telemetry/index.js';
import type { ByKind, Database, DatabaseFigures, DatabaseStats } from '../../tsdb/index.js';

/** What metrics are read from. */
export interface Reading {
  readonly database: Database;
  readonly stats: DatabaseStats;
  readonly figures: DatabaseFigures;
}

interface Named {
  readonly name: string;
  readonly help: string;
}

interface NumberFigure extends Named {
  readonly type: 'counter' | 'gauge';
  readonly labelNames?: readonly string[];
  read(reading: Reading): MetricReading;
}

interface DistributionFigure extends Named {
  readonly type: 'histogram';
  read(reading: Reading): Distribution;
}

interface DurationFigure extends Named {
  readonly type: 'summary';
  read(reading: Reading): { readonly count: number; readonly seconds: number };
}

export type Figure = NumberFigure | DistributionFigure | DurationFigure;

export function byKind({ float, histogram }: ByKind): MetricReading {
  return [
    [['float'], float],
    [['histogram'], histogram],
  ];
}

export function rowsAboveZero(counts: Readonly<Partial<Record<string, number>>>): MetricReading {
  const rows: (readonly [readonly string[], number])[] = [];
  for (const [type, count = 0] of Object.entries(counts)) if (count > 0) rows.push([[type], count]);
  return rows;
}

/** Under the name of the compression. */
export function savedBytes({ compression, compressionSavedBytes }: DatabaseStats['wal']): MetricReading {
  return compression === 'none' ? [] : [[[compression], compressionSavedBytes]];
}
