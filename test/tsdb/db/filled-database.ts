/** A database on a disk of the tests, its series, and what of them it shows. */
import assert from 'node:assert/strict';
import { Labels } from '../../../src/model/index.js';
import { type Queryable, SymbolTable } from '../../../src/storage/index.js';
import { type Database, type DatabaseOptions, openDatabase } from '../../../src/tsdb/index.js';
import { always, appendRows, request } from '../../storage/storage-samples.js';
import type { FaultDisk } from '../../support/fault-disk.js';
import { kernelModule, sharedKernels } from '../../support/kernels.js';
import { ManualClock } from './manual-clock.js';

export const directory = '/data';
export const rangeMs = 10_000;
export const seriesCount = 20;
export const startMs = 1_700_000_000_000;

export const seriesLabels = Array.from({ length: seriesCount }, (_, i) =>
  Labels.fromPairs('__name__', 'm', 'series', String(i).padStart(2, '0')),
);

export async function open(disk: FaultDisk, options: Partial<DatabaseOptions> = {}): Promise<Database> {
  return openDatabase({
    directory,
    disk,
    clock: new ManualClock(),
    random: disk.random,
    kernelModule: await kernelModule(),
    readerKernels: await sharedKernels(),
    headMaxBytes: 32 << 20,
    minBlockDurationMs: rangeMs,
    maxBlockDurationMs: rangeMs,
    segmentSizeBytes: 32768,
    lock: false,
    ...options,
  });
}

/** A sample a series for each time; values are the times. */
export async function fill(database: Database, fromMs: number, toMs: number, stepMs = 500): Promise<void> {
  for (let timeMs = fromMs; timeMs < toMs; timeMs += stepMs) {
    const appender = database.appender();
    appendRows(appender, ...seriesLabels.map((labels) => [appender.series(labels), timeMs, timeMs] as const));
    await appender.commit('acknowledged');
  }
}

export async function counts(database: Queryable): Promise<number[]> {
  const symbols = new SymbolTable();
  const querier = database.querier(always);
  const set = querier.select(request(['__name__=m'], { symbols, sorted: true }));
  const found: number[] = [];
  while (await set.next()) {
    const { length, timestamps, values } = set.columns;
    for (let i = 0; i < length; i++) {
      assert.equal(values[i], timestamps[i]);
      assert.ok(i === 0 || (timestamps[i] as number) > (timestamps[i - 1] as number));
    }
    found.push(length);
  }
  set.close();
  querier.close();
  return found;
}

export const each = (count: number): number[] => seriesLabels.map(() => count);
export const names = (disk: FaultDisk, pattern: RegExp): string[] =>
  disk.fileNames().filter((name) => pattern.test(name));
export const blocks = (disk: FaultDisk): number => names(disk, /\/[0-9A-Z]{26}\/meta\.json$/).length;
