import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { seededRandom, systemClock, systemDisk } from '../../src/base/index.js';
import { XorEncoder } from '../../src/kernels/index.js';
import { Labels } from '../../src/model/index.js';
import { createUlid, writeBlock } from '../../src/tsdb/block/index.js';
import { openDatabase } from '../../src/tsdb/index.js';
import { kernelModule } from '../support/kernels.js';

export interface WrittenSeries {
  readonly labels: Readonly<Record<string, string>>;
  readonly points: readonly (readonly [timeMs: number, value: number])[];
}

export function temporaryDirectory(): string {
  return mkdtempSync(path.join(tmpdir(), 'tsprom-cli-'));
}

/** A data directory that holds just these samples. */
export async function writeDataDirectory(directory: string, series: readonly WrittenSeries[]): Promise<void> {
  const database = await openDatabase({
    directory,
    disk: systemDisk,
    clock: systemClock,
    kernelModule: await kernelModule(),
    headMaxBytes: 64 << 20,
  });
  try {
    const appender = database.appender();
    for (const { labels, points } of series) {
      const ref = appender.series(Labels.fromObject(labels));
      const batch = {
        length: points.length,
        refs: new Float64Array(points.length).fill(ref),
        timestamps: Float64Array.from(points, ([timeMs]) => timeMs),
        values: Float64Array.from(points, ([, value]) => value),
      };
      appender.appendFloats(batch, new Uint8Array(points.length));
    }
    await appender.commit('acknowledged');
  } finally {
    await database.close();
  }
}

/** Puts a block of one series beside what a data directory holds, a sample a minute for an hour. */
export async function writeSampleBlock(directory: string, startMs: number): Promise<void> {
  const encoder = new XorEncoder();
  const minutes = Array.from({ length: 60 }, (_, i) => i);
  for (const i of minutes) encoder.append(startMs + i * 60_000, 0, 0);
  const maxtMs = startMs + 59 * 60_000;
  const labels = Labels.fromObject({ __name__: 'up', instance: 'localhost:9100', job: 'node' });
  await writeBlock({
    disk: systemDisk,
    directory,
    ulid: createUlid({ ...systemClock, nowMs: () => startMs }, seededRandom(1)),
    mintMs: startMs,
    endMs: maxtMs + 1,
    series: [
      { labels, chunks: [{ encoding: 1, mintMs: startMs, maxtMs, samples: 60, bytes: encoder.bytes }] },
    ],
  });
}

/** The fixed samples of the transcripts: an hour from `fixedStartMs`, a point a minute. */
export const fixedStartMs = Date.parse('2026-01-31T12:00:00Z');

export function fixedSeries(): WrittenSeries[] {
  const minutes = Array.from({ length: 61 }, (_, i) => i);
  const over = (value: (i: number) => number): WrittenSeries['points'] =>
    minutes.map((i) => [fixedStartMs + i * 60_000, value(i)] as const);
  const series = (labels: Record<string, string>, value: (i: number) => number): WrittenSeries => ({
    labels,
    points: over(value),
  });
  return [
    series({ __name__: 'up', instance: 'a:9100', job: 'node' }, () => 1),
    series({ __name__: 'up', instance: 'b:9100', job: 'node' }, (i) => (i < 30 ? 1 : 0)),
    series({ __name__: 'http_requests_total', code: '200', job: 'api' }, (i) => i * 60),
    series({ __name__: 'http_requests_total', code: '500', job: 'api' }, (i) => i),
    series({ __name__: 'temperature_celsius', room: 'Küche, "oben"' }, (i) => 20 + Math.round(i / 6) / 2),
    series({ __name__: 'my.metric', 'label.with.dots': '漢字' }, () => Number.NaN),
  ];
}
