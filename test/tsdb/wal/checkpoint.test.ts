import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import {
  ByteWriter,
  CorruptionError,
  type Disk,
  seededRandom,
  systemClock,
  systemDisk,
} from '../../../src/base/index.js';
import { KernelBuffer, type Kernels } from '../../../src/kernels/index.js';
import { Labels } from '../../../src/model/index.js';
import type { SeriesRef } from '../../../src/storage/index.js';
import {
  type CheckpointJob,
  decodeRecord,
  encodeExemplars,
  encodeMetadata,
  encodeTombstones,
  lastCheckpoint,
  listSegments,
  planCheckpoint,
  removeCheckpointed,
  SampleColumns,
  type SampleRows,
  SegmentReader,
  type SeriesEntry,
  SeriesLedger,
  WalWriter,
  writeCheckpoint,
} from '../../../src/tsdb/wal/index.js';
import { FaultDisk } from '../../support/fault-disk.js';
import { createTestKernels } from '../../support/kernels.js';
import { sharedPath } from '../../support/shared.js';
import { ManualClock } from '../db/manual-clock.js';

const ref = (value: number): SeriesRef => value as SeriesRef;
const labelsOf = (value: number): Labels => Labels.fromObject({ __name__: `m${value}`, job: 'test' });
const seriesOf = (...refs: number[]): SeriesEntry[] =>
  refs.map((value) => ({ ref: ref(value), labels: labelsOf(value) }));

function record(encode: (writer: ByteWriter) => void): Uint8Array {
  const writer = new ByteWriter();
  encode(writer);
  return writer.take();
}

/** All that the records of the log say, in its order, as text. */
async function contentOf(disk: Disk, directory: string, kernels: Kernels): Promise<string[]> {
  const checkpoint = await lastCheckpoint(disk, directory);
  const files = checkpoint === undefined ? [] : await listSegments(disk, checkpoint.path);
  files.push(...(await listSegments(disk, directory)));
  const lines: string[] = [];
  for (const file of files) {
    const reader = await SegmentReader.open(disk, file.path, kernels);
    while (await reader.fill()) while (reader.next()) lines.push(...linesOf(reader.record));
    assert.ok(
      reader.damages.every(({ torn }) => torn && file === files.at(-1)),
      file.path,
    );
    await reader.close();
  }
  return lines;
}

function linesOf(bytes: Uint8Array): string[] {
  const found = decodeRecord(bytes, new SampleColumns());
  if (found.kind === 'samples') {
    const { refs, timestamps, values, startTimestamps, length } = found.batch;
    return Array.from({ length }, (_, row) => {
      const bits = Buffer.from(new Float64Array(values.subarray(row, row + 1)).buffer).toString('hex');
      return `sample ${refs[row]} ${timestamps[row]} ${bits} ${startTimestamps?.[row] ?? 0}`;
    });
  }
  if (found.kind === 'unknown') return [];
  if (found.kind === 'histograms')
    return found.samples.map((sample) => `histogram ${JSON.stringify(sample)}`);
  const name = found.kind === 'series' && found.copy ? 'copy' : found.kind;
  return found.entries.map((entry) =>
    'labels' in entry
      ? `${name} ${entry.ref} ${entry.labels.toString()}`
      : `${name} ${JSON.stringify({ ...entry, exemplar: undefined })}`,
  );
}

class Log {
  readonly disk = new FaultDisk(seededRandom(1));
  readonly clock = new ManualClock();
  readonly ledger = new SeriesLedger();
  readonly kernels: Kernels;
  readonly #rows: KernelBuffer;
  readonly writer: WalWriter;

  private constructor(kernels: Kernels, firstSegment: number, carried: number[]) {
    this.kernels = kernels;
    this.#rows = new KernelBuffer(kernels);
    this.writer = new WalWriter({
      disk: this.disk,
      clock: this.clock,
      directory: '/wal',
      firstSegment,
      ledger: this.ledger,
      kernels,
      seriesLabels: labelsOf,
      carried,
    });
  }

  static async open(carried: number[] = []): Promise<Log> {
    const log = new Log(await createTestKernels(), 0, carried);
    await log.disk.makeDirectory('/wal');
    await log.writer.open();
    return log;
  }

  rows(...rows: [ref: number, timeMs: number, value: number][]): SampleRows {
    const { length } = rows;
    const refs = this.#rows.reserve(length * 24);
    const place = { length, refs, timestamps: refs + length * 8, values: refs + length * 16 };
    const { doubles } = this.kernels;
    for (const [row, [series, time, value]] of rows.entries()) {
      doubles[place.refs / 8 + row] = series;
      doubles[place.timestamps / 8 + row] = time;
      doubles[place.values / 8 + row] = value;
    }
    return place;
  }

  async commit(series: SeriesEntry[], ...records: (Uint8Array | SampleRows)[]): Promise<void> {
    for (const entry of series) this.ledger.add(entry.ref);
    await this.writer.log({ kind: 'acknowledged', series, records });
  }

  content(): Promise<string[]> {
    return contentOf(this.disk, '/wal', this.kernels);
  }

  checkpoint(job: Partial<CheckpointJob> & { to: number }): ReturnType<typeof writeCheckpoint> {
    return writeCheckpoint(
      { directory: '/wal', from: 0, mintMs: 0, keptRefs: new Float64Array(0), ...job },
      { disk: this.disk, clock: this.clock, kernels: this.kernels },
    );
  }
}

describe('checkpoints of the log', () => {
  const plans: [name: string, segments: number[], checkpoint: number | undefined, plan: string][] = [
    ['nothing', [], undefined, 'none'],
    ['one segment', [0], undefined, 'none'],
    ['two segments', [0, 1], undefined, 'none'],
    ['three segments', [0, 1, 2], undefined, 'none'],
    ['four segments', [0, 1, 2, 3], undefined, '0-1'],
    ['ten segments', [0, 1, 2, 3, 4, 5, 6, 7, 8, 9], undefined, '0-5'],
    ['segments behind a checkpoint', [6, 7, 8, 9, 10], 5, '6-8'],
    ['segments that a crash left before a checkpoint', [3, 4, 5, 6, 7], 5, 'none'],
  ];
  for (const [name, indexes, checkpoint, expected] of plans) {
    it(`are planned as upstream does for ${name}`, () => {
      const segments = indexes.map((index) => ({ index, name: '', path: '' }));
      const plan = planCheckpoint(segments, checkpoint);
      assert.equal(plan === undefined ? 'none' : `${plan.from}-${plan.to}`, expected);
    });
  }

  it('keep what is needed of each kind of record and no more', async () => {
    const log = await Log.open();
    const metadata = (help: string): Uint8Array =>
      record((w) =>
        encodeMetadata(w, [
          { ref: ref(1), metadata: { type: 'gauge', unit: '', help } },
          { ref: ref(2), metadata: { type: 'gauge', unit: '', help } },
        ]),
      );
    const exemplar = { labels: labelsOf(9), value: 1, hasTimestamp: true };
    await log.commit(
      seriesOf(1, 2, 3),
      metadata('old'),
      log.rows([1, 10, 1], [2, 20, 2], [3, 30, Number.NaN]),
    );
    await log.writer.nextSegment();
    await log.commit(
      seriesOf(4),
      metadata('young'),
      record((w) =>
        encodeTombstones(w, [
          { ref: ref(1), mintMs: 0, maxtMs: 19 },
          { ref: ref(1), mintMs: 0, maxtMs: 20 },
          { ref: ref(2), mintMs: 0, maxtMs: 99 },
        ]),
      ),
      record((w) =>
        encodeExemplars(w, [
          { ref: ref(1), exemplar: { ...exemplar, timestampMs: 19 } },
          { ref: ref(1), exemplar: { ...exemplar, timestampMs: 20 } },
        ]),
      ),
    );
    await log.writer.nextSegment();
    await log.commit([], log.rows([1, 11, 1], [4, 40, 4]));
    const stats = await log.checkpoint({ to: 1, mintMs: 20, keptRefs: Float64Array.of(1, 4) });
    await removeCheckpointed(log.disk, '/wal');
    assert.deepEqual(log.disk.fileNames(), ['/wal/00000002', '/wal/checkpoint.00000001/00000000']);
    const nan = Buffer.from(new Float64Array([Number.NaN]).buffer).toString('hex');
    assert.deepEqual(await log.content(), [
      'series 1 {__name__="m1", job="test"}',
      `sample 2 20 ${Buffer.from(new Float64Array([2]).buffer).toString('hex')} 0`,
      `sample 3 30 ${nan} 0`,
      'series 4 {__name__="m4", job="test"}',
      'tombstones {"ref":1,"mintMs":0,"maxtMs":20}',
      'exemplars {"ref":1}',
      'metadata {"ref":1,"metadata":{"type":"gauge","unit":"","help":"young"}}',
      'copy 4 {__name__="m4", job="test"}',
      `sample 1 11 ${Buffer.from(new Float64Array([1]).buffer).toString('hex')} 0`,
      `sample 4 40 ${Buffer.from(new Float64Array([4]).buffer).toString('hex')} 0`,
    ]);
    const { series, droppedSeries, samples, droppedSamples, metadata: all, droppedMetadata } = stats;
    assert.deepEqual([series, droppedSeries, samples, droppedSamples], [4, 2, 3, 1]);
    assert.deepEqual([all, droppedMetadata], [4, 3]);
    await log.writer.close();
  });

  it('say a series once, also where only its copy is left', async () => {
    const log = await Log.open([7]);
    await log.commit(seriesOf(1));
    await log.writer.nextSegment();
    await log.commit([], log.rows([1, 1, 1]));
    await log.writer.nextSegment();
    await log.checkpoint({ to: 1, keptRefs: Float64Array.of(1, 7) });
    await removeCheckpointed(log.disk, '/wal');
    assert.deepEqual(
      (await log.content())
        .filter((line) => line.startsWith('s') || line.startsWith('c'))
        .map((line) => line.slice(0, 8)),
      ['series 7', 'series 1', 'sample 1'],
    );
    await log.writer.close();
  });

  it('take in the checkpoint before, and refuse gaps and missing segments', async () => {
    const log = await Log.open();
    for (let segment = 0; segment < 6; segment++) {
      await log.commit(seriesOf(segment + 1), log.rows([segment + 1, segment, 1]));
      await log.writer.nextSegment();
    }
    const keptRefs = Float64Array.of(1, 2, 3, 4, 5, 6);
    await log.checkpoint({ to: 1, keptRefs });
    await removeCheckpointed(log.disk, '/wal');
    await log.checkpoint({ from: 2, to: 3, keptRefs });
    await removeCheckpointed(log.disk, '/wal');
    const lines = await log.content();
    for (const kind of ['series', 'sample']) {
      assert.equal(lines.filter((line) => line.startsWith(kind)).length, 6, kind);
    }
    await assert.rejects(log.checkpoint({ from: 5, to: 5, keptRefs }), { code: 'checkpoint-gap' });
    await log.disk.remove('/wal/00000004');
    await assert.rejects(log.checkpoint({ from: 4, to: 5, keptRefs }), CorruptionError);
    assert.ok(log.disk.fileNames().every((name) => !name.includes('.tmp')));
    await log.writer.close();
  });

  it('leave nothing behind when a segment is damaged or the disk is full', async () => {
    const log = await Log.open();
    await log.commit(seriesOf(1), log.rows([1, 1, 1]));
    await log.writer.nextSegment();
    await log.commit([], log.rows([1, 2, 1]));
    await log.writer.nextSegment();
    const before = log.disk.fileNames();
    log.disk.capacityBytes = 0;
    await assert.rejects(log.checkpoint({ to: 0, keptRefs: Float64Array.of(1) }), { code: 'ENOSPC' });
    log.disk.capacityBytes = Number.POSITIVE_INFINITY;
    log.disk.flip('/wal/00000000', 12);
    await assert.rejects(log.checkpoint({ to: 0, keptRefs: Float64Array.of(1) }), CorruptionError);
    assert.deepEqual(log.disk.fileNames(), before);
    await log.writer.close();
  });

  it('stand under their name whatever happens once they are reported', async () => {
    const log = await Log.open();
    await log.commit(seriesOf(1), log.rows([1, 1, 1]));
    await log.writer.nextSegment();
    const before = await log.content();
    const job = { directory: '/wal', from: 0, to: 0, mintMs: 0, keptRefs: Float64Array.of(1) };
    await writeCheckpoint(job, { disk: log.disk, clock: log.clock, kernels: log.kernels });
    const after = log.disk.crash();
    assert.equal((await lastCheckpoint(after, '/wal'))?.index, 0);
    await after.remove('/wal/00000000');
    assert.deepEqual(wanted(await contentOf(after, '/wal', log.kernels)), wanted(before));
  });

  it('lose nothing at any power loss, while they are written and after (seed 77, 300 cases)', async () => {
    const random = seededRandom(77);
    for (let turn = 0; turn < 300; turn++) {
      const log = await Log.open();
      for (let segment = 0; segment < 4; segment++) {
        await log.commit(seriesOf(segment + 1), log.rows([1, segment * 10, segment], [segment + 1, 5, turn]));
        await log.writer.nextSegment();
      }
      const before = wanted(await log.content());
      const crash = Math.floor(random.float() * 40);
      const disk = crashingDisk(log.disk, crash);
      const job = { directory: '/wal', from: 0, to: 2, mintMs: 0, keptRefs: Float64Array.of(1, 2, 3, 4) };
      await writeCheckpoint(job, { disk, clock: log.clock, kernels: log.kernels })
        .then(() => removeCheckpointed(disk, '/wal'))
        .catch(() => undefined);
      const after = wanted(await contentOf(log.disk.crash(), '/wal', log.kernels));
      for (const line of before) assert.ok(after.has(line), `case ${turn}, crash ${crash}: ${line}`);
    }
  });

  for (const set of ['capture-main', 'capture-v3']) {
    it(`${set}: all that is kept of a log of Prometheus says what it said`, async function () {
      const origin = sharedPath('corpus', 'tsdb', set, 'data', 'wal');
      if (origin === undefined) this.skip();
      const folder = mkdtempSync(path.join(tmpdir(), 'tsprom-checkpoint-'));
      try {
        cpSync(origin, folder, { recursive: true });
        const kernels = await createTestKernels();
        const before = await contentOf(systemDisk, folder, kernels);
        const refs = before.flatMap((line) => {
          const found = /^(?:series |tombstones {"ref":)(\d+)/.exec(line);
          return found === null ? [] : [Number(found[1])];
        });
        const times = before
          .filter((line) => line.startsWith('sample '))
          .map((line) => Number(line.split(' ')[2]));
        const mintMs = times.toSorted((a, b) => a - b)[Math.floor(times.length / 2)] as number;
        const from = (await listSegments(systemDisk, folder))[0]?.index as number;
        const parts = { disk: systemDisk, clock: systemClock, kernels };
        const keptRefs = Float64Array.from(new Set(refs)).sort();
        const job = { directory: folder, from, to: from + 1, keptRefs };
        await writeCheckpoint({ ...job, mintMs: Number.NEGATIVE_INFINITY }, parts);
        await removeCheckpointed(systemDisk, folder);
        const whole = await contentOf(systemDisk, folder, kernels);
        assert.deepEqual(sorted(whole), sorted(before));
        await writeCheckpoint({ ...job, from: from + 2, to: from + 2, mintMs }, parts);
        const left = linesKept(await contentOf(systemDisk, folder, kernels), mintMs);
        assert.deepEqual(left, linesKept(before, mintMs));
      } finally {
        rmSync(folder, { recursive: true });
      }
    });
  }
});

/** Metadata counts by its newest word alone, and copies are extra. */
const sorted = (lines: readonly string[]): string[] =>
  [...new Set(lines.filter((line) => !/^(metadata|copy|unknown)/.test(line)))].sort();

const linesKept = (lines: readonly string[], mintMs: number): string[] =>
  sorted(lines).filter((line) => line.startsWith('sample ') && Number(line.split(' ')[2]) >= mintMs);

const wanted = (lines: readonly string[]): Set<string> =>
  new Set(lines.filter((line) => !line.startsWith('copy')));

/** Fails for good at its call number `calls`. */
function crashingDisk(disk: FaultDisk, calls: number): Disk {
  let left = calls;
  const count = (): void => {
    if (left-- <= 0) throw Object.assign(new Error('the power is gone'), { code: 'EIO' });
  };
  return {
    open: async (file, mode) => {
      if (mode !== 'read') count();
      const handle = await disk.open(file, mode);
      return {
        path: handle.path,
        read: (into, offset) => handle.read(into, offset),
        readSync: (into, offset) => handle.readSync(into, offset),
        write: async (bytes, offset) => {
          count();
          return handle.write(bytes, offset);
        },
        truncate: async (sizeBytes) => {
          count();
          await handle.truncate(sizeBytes);
        },
        sync: async () => {
          count();
          await handle.sync();
        },
        sizeBytes: () => handle.sizeBytes(),
        close: () => handle.close(),
      };
    },
    openSync: (file) => disk.openSync(file),
    link: async (file, to) => {
      count();
      await disk.link(file, to);
    },
    readFile: (file) => disk.readFile(file),
    stat: (file) => disk.stat(file),
    list: (directory) => disk.list(directory),
    makeDirectory: async (directory) => {
      count();
      await disk.makeDirectory(directory);
    },
    rename: async (from, to) => {
      count();
      await disk.rename(from, to);
    },
    truncate: (file, sizeBytes) => disk.truncate(file, sizeBytes),
    remove: async (target) => {
      count();
      await disk.remove(target);
    },
    syncDirectory: async (directory) => {
      count();
      await disk.syncDirectory(directory);
    },
  };
}
