import assert from 'node:assert/strict';
import type { SeriesRef } from '../../../src/storage/index.js';
import { LogTruncation } from '../../../src/tsdb/db/log-truncation.js';
import { MemoryFile, memoryDisk } from '../../support/fuzz/memory-files.js';
import { ManualClock } from './manual-clock.js';

const directory = '/wal';
const segmentCount = 6;
/** More than a call takes arguments. */
const goneCount = 300_000;

describe('truncation of a log', () => {
  it('keeps the series of newer segments, however many went at once', async () => {
    const files = Array.from(
      { length: segmentCount },
      (_, i) => new MemoryFile(`${directory}/${String(i).padStart(8, '0')}`),
    );
    const kept: Float64Array[] = [];
    const stats = {
      ...{ wal: { currentSegment: segmentCount }, checkpoints: 0, checkpointsFailed: 0 },
      ...{ checkpointDeletions: 0, checkpointDeletionsFailed: 0 },
      logTruncationTime: { count: 0, seconds: 0 },
    };
    const parts = {
      disk: memoryDisk(directory, files),
      directory,
      clock: new ManualClock(),
      head: { refs: () => [7 as SeriesRef] },
      writer: { nextSegment: async () => {}, copySeries: () => {} },
      lateLog: { settled: async () => {} },
      publications: { settled: async () => {} },
      maintenance: {
        run: async (job: { keptRefs: Float64Array }) => {
          kept.push(job.keptRefs);
        },
      },
      compression: 'none',
      segmentBytes: undefined,
      stats,
      events: { log: () => {} },
    };
    const truncation = new LogTruncation(parts as unknown as ConstructorParameters<typeof LogTruncation>[0]);
    truncation.seriesGone(Array.from({ length: goneCount }, (_, i) => (i + 10) as SeriesRef));
    await truncation.truncate(0, 0);
    assert.deepEqual([stats.checkpoints, stats.checkpointsFailed], [1, 0]);
    assert.deepEqual([kept[0]?.length, kept[0]?.[0], kept[0]?.at(-1)], [goneCount + 1, 7, goneCount + 9]);
  });
});
