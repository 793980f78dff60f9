import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { systemDisk } from '../../../src/base/index.js';
import type { Kernels } from '../../../src/kernels/index.js';
import {
  decodeRecord,
  lastCheckpoint,
  listSegments,
  type ReplayRecord,
  ReplayRecords,
  SampleColumns,
  SegmentReader,
  type WalRecord,
} from '../../../src/tsdb/wal/index.js';
import { createTestKernels } from '../../support/kernels.js';
import { sharedPath } from '../../support/shared.js';

/** As upstream's packages counted them: `01 series` and so on by type. */
const typeNames: Record<number, string> = {
  1: '01 series',
  2: '02 samples',
  3: '03 tombstones',
  4: '04 exemplars',
  5: '05 mmapmarkers',
  6: '06 metadata',
  7: '07 histogram_samples',
  8: '08 float_histogram_samples',
  9: '09 custom_buckets_histogram_samples',
  10: '10 custom_buckets_float_histogram_samples',
  11: '11 samples_v2',
  12: '12 histogram_samples_v2',
  13: '13 float_histogram_samples_v2',
};

interface Starts {
  samples: number;
  startTimestamps: number;
}

async function countRecords(files: readonly string[], starts: Starts): Promise<Map<string, number>> {
  const counts = new Map<string, number>();
  const columns = new SampleColumns();
  const kernels = await createTestKernels();
  const replay = new ReplayRecords(kernels);
  for (const file of files) {
    const reader = await SegmentReader.open(systemDisk, file);
    const twin = await SegmentReader.open(systemDisk, file, kernels);
    try {
      while (await reader.fill()) {
        assert.ok(await twin.fill());
        while (reader.next()) {
          assert.ok(twin.next());
          assert.equal(Buffer.compare(twin.record, reader.record), 0);
          const record = decodeRecord(reader.record, columns);
          assert.notEqual(record.kind, 'unknown');
          if (record.kind === 'samples') {
            const times = record.batch.startTimestamps?.subarray(0, record.batch.length) ?? [];
            starts.samples += record.batch.length;
            for (const time of times) if (time !== 0) starts.startTimestamps++;
          }
          compareReplay(kernels, replay.decode(twin), record);
          const name = typeNames[reader.record[0] as number] ?? 'unknown';
          counts.set(name, (counts.get(name) ?? 0) + 1);
        }
      }
      assert.deepEqual(reader.damages, [], file);
    } finally {
      await reader.close();
      await twin.close();
    }
  }
  return counts;
}

/** What the kernels decode is what plain code decodes. */
function compareReplay(kernels: Kernels, found: ReplayRecord, expected: WalRecord): void {
  if (found.kind !== 'rows') {
    assert.deepEqual(found, expected);
    return;
  }
  assert.ok(expected.kind === 'samples');
  const { rows } = found;
  assert.equal(rows.length, expected.batch.length);
  for (const column of ['refs', 'timestamps', 'values'] as const) {
    const bytes: Uint8Array = new Uint8Array(expected.batch[column].buffer, 0, rows.length * 8);
    const at: number = rows[column];
    assert.equal(Buffer.compare(kernels.bytes.subarray(at, at + bytes.length), bytes), 0, column);
  }
}

const listed = (counts: ReadonlyMap<string, number>): string =>
  [...counts]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, count]) => `${name} ${count}`)
    .join(', ');

async function segmentPaths(directory: string): Promise<string[]> {
  return (await listSegments(systemDisk, directory)).map((segment) => segment.path);
}

describe('logs written by Prometheus', () => {
  it('3.14: every record type decodes, and there are as many as upstream counts', async function () {
    const directory = sharedPath('corpus', 'tsdb', 'capture-v3');
    if (directory === undefined) this.skip();
    const lines = readFileSync(path.join(directory, 'expected', 'counts.txt'), 'utf8').split('\n');
    const data = path.join(directory, 'data');
    const starts: Starts = { samples: 0, startTimestamps: 0 };
    let compared = 0;
    for (const line of lines) {
      const match = /^((?:wal|wbl)\/[\w.]+)(?: \(\d+ bytes\))?: (.*)$/.exec(line);
      if (match === null) continue;
      const [, name = '', expected] = match;
      const target = path.join(data, name);
      const files = name.includes('checkpoint') ? await segmentPaths(target) : [target];
      assert.equal(
        listed(
          await countRecords(files, name.startsWith('wal') ? starts : { samples: 0, startTimestamps: 0 }),
        ),
        expected,
        name,
      );
      compared++;
    }
    assert.equal(compared, 7);
    assert.equal(starts.startTimestamps, 19954, 'floats with a start timestamp');
  });

  for (const set of ['capture-main', 'capture-ooo', 'capture-v3-snapshot']) {
    it(`${set}: every record decodes and nothing is damaged`, async function () {
      const directory = sharedPath('corpus', 'tsdb', set, 'data', 'wal');
      if (directory === undefined) this.skip();
      const checkpoint = await lastCheckpoint(systemDisk, directory);
      const files = [
        ...(checkpoint === undefined ? [] : await segmentPaths(checkpoint.path)),
        ...(await segmentPaths(directory)),
      ];
      const starts: Starts = { samples: 0, startTimestamps: 0 };
      const counts = await countRecords(files, starts);
      assert.ok((counts.get('01 series') ?? 0) > 0);
      assert.ok(starts.samples > 0);
    });
  }
});
