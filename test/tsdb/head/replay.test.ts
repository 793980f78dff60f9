import assert from 'node:assert/strict';
import { runAtOnce, seededRandom } from '../../../src/base/index.js';
import { KernelBuffer, type Kernels } from '../../../src/kernels/index.js';
import { Labels, setStaleAt, wordsOf } from '../../../src/model/index.js';
import {
  type FloatBatch,
  type HistogramSample,
  noSeries,
  type SeriesRef,
  SymbolTable,
} from '../../../src/storage/index.js';
import type { ClosedChunk, Head, MappedChunks } from '../../../src/tsdb/head/index.js';
import {
  always,
  appendRows,
  batchOf,
  drain,
  integerHistogram,
  readAll,
  request,
} from '../../storage/storage-samples.js';
import { createTestKernels } from '../../support/kernels.js';
import { HeadStorage, openHeadAndKernels, openTestHead } from './head-storage.js';

const chunkRangeMs = 600_000;
const startMs = 1_700_000_000_000;

interface WrittenChunk extends ClosedChunk {
  readonly bytes: Uint8Array;
}

type Entry = { readonly floats: FloatBatch } | { readonly histogram: HistogramSample };

/** A head, its log and its chunk files. */
class Recorded {
  readonly log: Entry[] = [];
  readonly files: WrittenChunk[] = [];
  readonly series = new Map<SeriesRef, Labels>();
  readonly mapped: MappedChunks = {
    read: (place, into) => {
      const { encoding, bytes } = this.files[place.offset] as WrittenChunk;
      const at = into.alloc(bytes.length);
      into.kernels.bytes.set(bytes, at);
      return { at, length: bytes.length, encoding };
    },
  };

  commit(head: Head, round: number, below: (limit: number) => number): void {
    const appender = head.appender();
    const histograms: HistogramSample[] = [];
    for (let i = 0; i < 12; i++) {
      const labels = Labels.fromPairs('__name__', 'm', 'i', String(i));
      const ref = appender.series(labels);
      this.series.set(ref, labels);
      const isLate = below(5) === 0;
      const timestampMs = startMs + round * 5000 - (isLate ? 1000 * (1 + below(30)) : 0);
      if (i > 9 && below(3) > 0) {
        const sample = { ref, timestampMs, histogram: integerHistogram() };
        if (appender.appendHistogram(sample) === 0) histograms.push(sample);
      } else {
        const startTimestampMs = i === 4 && round % 70 > 40 ? timestampMs - 10 : 0;
        appendRows(appender, [ref, timestampMs, below(9) === 0 ? 'stale' : below(7) / 4, startTimestampMs]);
      }
    }
    this.#logFloats(head, appender.staged);
    for (const histogram of histograms) this.log.push({ histogram });
    runAtOnce(appender.publish());
  }

  /** Copies what the log would hold. */
  #logFloats(head: Head, staged: ReturnType<Head['appender']>['staged']): void {
    const { buffer } = head.view().memory;
    const column = (at: number): Float64Array => new Float64Array(buffer, at, staged.length).slice();
    const { refs, timestamps, values, startTimestamps } = staged;
    const starts = startTimestamps === undefined ? undefined : column(startTimestamps);
    const floats = { refs: column(refs), timestamps: column(timestamps), values: column(values) };
    this.log.push({ floats: { ...floats, length: staged.length, startTimestamps: starts } });
  }

  write(head: Head, limit: number): void {
    for (const chunk of head.unwritten(limit)) {
      const offset = this.files.push({ ...chunk, bytes: chunk.bytes.slice() }) - 1;
      head.chunkWritten(chunk.id, { segment: 1, offset }, chunk.encoding);
    }
  }

  restore(head: Head): void {
    for (const [ref, labels] of this.series) head.restoreSeries(ref, labels);
    this.files.forEach((chunk, offset) => {
      assert.ok(head.restoreChunk(chunk, { segment: 1, offset }));
    });
    for (const entry of this.log) {
      if ('floats' in entry) assert.equal(head.replayFloats(entry.floats), 0);
      else assert.ok(head.replayHistogram(entry.histogram));
    }
  }

  /** As a log is read: floats wait for others of their series. */
  restoreStaged(head: Head, kernels: Kernels): void {
    for (const [ref, labels] of this.series) head.restoreSeries(ref, labels);
    this.files.forEach((chunk, offset) => {
      assert.ok(head.restoreChunk(chunk, { segment: 1, offset }));
    });
    const buffer = new KernelBuffer(kernels);
    for (const entry of this.log) {
      if ('histogram' in entry) assert.ok(head.replayHistogram(entry.histogram));
      else if (entry.floats.startTimestamps !== undefined) assert.equal(head.replayFloats(entry.floats), 0);
      else assert.equal(stage(head, buffer, entry.floats), 0);
    }
    buffer.release();
    head.endReplay();
  }
}

/** Answers how many rows have no series. */
function stage(head: Head, buffer: KernelBuffer, batch: FloatBatch): number {
  const { length } = batch;
  const refs = buffer.reserve(Math.max(1, length) * 24);
  const { bytes } = buffer.kernels;
  for (const [i, column] of [batch.refs, batch.timestamps, batch.values].entries()) {
    // As bytes: values may be NaN with a payload.
    bytes.set(new Uint8Array(column.buffer, column.byteOffset, length * 8), refs + i * length * 8);
  }
  return head.stageRows({ length, refs, timestamps: refs + length * 8, values: refs + length * 16 });
}

/** What late chunks say of resets depends on where they were cut. */
function withoutHints(found: [string, string[]][]): [string, string[]][] {
  return found.map(([labels, rows]) => [
    labels,
    rows.map((row) => row.replace(/\|(unknown|not-reset)\|/, '|')),
  ]);
}

describe('what a log and chunk files bring back', () => {
  const seed = Number(process.env.SEED ?? 1);
  for (const written of [0, 3, 1000]) {
    it(`is what was there, ${written} chunks at a time on disk (seed ${seed})`, async () => {
      const random = seededRandom(seed);
      const below = (limit: number): number => Math.floor(random.float() * limit);
      const recorded = new Recorded();
      const options = { chunkRangeMs, outOfOrderWindowMs: 60_000, maxBytes: 16 << 20 };
      const head = await openTestHead(options);
      for (let round = 0; round < 500; round++) {
        recorded.commit(head, round, below);
        if (written > 0 && round % 10 === 0) recorded.write(head, written);
      }
      const kernels = await createTestKernels();
      const read = async (from: Head): Promise<[string, string[]][]> =>
        withoutHints(await readAll(new HeadStorage(from, kernels, recorded.mapped)));
      const expected = await read(head);
      const again = await openTestHead(options);
      recorded.restore(again);
      assert.deepEqual(await read(again), expected);
      assert.deepEqual([again.mintMs, again.maxtMs], [head.mintMs, head.maxtMs]);
      const [staged, memory] = await openHeadAndKernels(options);
      recorded.restoreStaged(staged, memory);
      assert.deepEqual(await read(staged), expected);
      assert.deepEqual([staged.mintMs, staged.maxtMs], [head.mintMs, head.maxtMs]);
    });
  }

  it('is the same however much waits: many scrapes of many series, times far apart among them', async () => {
    const options = { chunkRangeMs, outOfOrderWindowMs: 60_000, maxBytes: 48 << 20 };
    const [staged, memory] = await openHeadAndKernels(options);
    const [direct] = await openHeadAndKernels(options);
    const random = seededRandom(11);
    const count = 3000;
    for (const head of [staged, direct]) {
      for (let i = 0; i < count; i++)
        head.restoreSeries((i + 1) as SeriesRef, Labels.fromPairs('__name__', 'm', 'i', String(i)));
    }
    const buffer = new KernelBuffer(memory);
    let fullStages = 0;
    for (let round = 0; round < 120; round++) {
      const far = round > 100 ? 2 ** 33 : 0;
      const rows = Array.from({ length: count }, (_, i): [number, number, number] => {
        const late = random.float() < 0.001 ? 20_000 : 0;
        return [i + 1, startMs + round * 5000 - late + far, Math.floor(random.float() * 50)];
      });
      rows.push([count + 7, startMs, 1]);
      const batch = batchOf(...rows);
      assert.equal(stage(staged, buffer, batch), 1);
      assert.equal(direct.replayFloats(batch), 1);
      if (!staged.isStageFull) continue;
      fullStages++;
      runAtOnce(staged.settleReplayed());
      assert.equal(staged.isStageFull, false);
    }
    buffer.release();
    staged.endReplay();
    assert.ok(fullStages > 0, 'the stage filled up');
    const kernels = await createTestKernels();
    const read = (head: Head): Promise<[string, string[]][]> => readAll(new HeadStorage(head, kernels));
    assert.deepEqual(await read(staged), await read(direct));
    assert.deepEqual([staged.mintMs, staged.maxtMs], [direct.mintMs, direct.maxtMs]);
    assert.equal(staged.refusedSamples, 0);
  });

  it('counts rows without a series, and passes over samples before the last block', async () => {
    const head = await openTestHead();
    head.restoreSeries(5 as SeriesRef, Labels.fromPairs('__name__', 'm'));
    head.restoreSeries(9 as SeriesRef, Labels.fromPairs('__name__', 'm'));
    head.minValidMs = 2000;
    assert.equal(head.replayFloats(batchOf([5, 1000, 1], [7, 2000, 1], [9, 3000, 3], [5, 4000, 4])), 1);
    const storage = new HeadStorage(head, await createTestKernels());
    assert.deepEqual(await readAll(storage), [['{__name__="m"}', ['3000=3', '4000=4']]]);
    assert.equal(head.seriesCount, 1);
    const appender = head.appender();
    assert.equal(appender.series(Labels.fromPairs('__name__', 'm')), 5);
    assert.equal(appender.series(Labels.fromPairs('__name__', 'other')), 10);
    appender.rollback();
    head.reserveRefs(100 as SeriesRef);
    const later = head.appender();
    assert.equal(later.series(Labels.fromPairs('__name__', 'third')), 101);
    later.rollback();
  });
});

describe('late samples of a log, before the end of the last block', () => {
  for (const [outOfOrderWindowMs, rows] of [
    [60_000, ['1500=2', '3000=4']],
    [0, ['3000=4']],
  ] as const) {
    it(`come back as they were accepted, with a window of ${outOfOrderWindowMs} ms`, async () => {
      const head = await openTestHead({ outOfOrderWindowMs });
      head.restoreSeries(5 as SeriesRef, Labels.fromPairs('__name__', 'm'));
      head.minValidMs = 2500;
      head.replayFloats(batchOf([5, 2000, 1], [5, 1500, 2], [5, 2000, 1], [5, 3000, 4]));
      const storage = new HeadStorage(head, await createTestKernels());
      assert.deepEqual(await readAll(storage), [['{__name__="m"}', [...rows]]]);
    });
  }
});

describe('a head at its limits', () => {
  it('refuses series at 90 % of its memory and takes samples of those it has', async () => {
    const head = await openTestHead({ maxBytes: 4 << 20 });
    const appender = head.appender();
    const refs: SeriesRef[] = [];
    for (let i = 0; ; i++) {
      const ref = appender.series(Labels.fromPairs('__name__', 'm', 'pod', `pod-${i}`));
      if (ref === noSeries) break;
      refs.push(ref);
    }
    assert.ok(refs.length > 1000, `${refs.length} series`);
    assert.equal(head.refusedSeries, 1);
    assert.equal(appender.series(Labels.fromPairs('__name__', 'm', 'pod', 'pod-3')), refs[3]);
    assert.deepEqual(appendRows(appender, [refs[0] as number, 1000, 1]), [0]);
    await appender.commit('scraped');
    assert.equal(head.maxtMs, 1000);
  });

  it('answers `limit` where no sample has room, and stays sound', async () => {
    const head = await openTestHead({ maxBytes: 2 << 20 });
    const storage = new HeadStorage(head, await createTestKernels());
    const random = seededRandom(3);
    const appender = head.appender();
    const refs = Array.from({ length: 200 }, (_, i) =>
      appender.series(Labels.fromPairs('__name__', 'm', 'i', String(i))),
    );
    appender.rollback();
    const counts = new Map<number, number>();
    let refused = 0;
    for (let round = 0; round < 2000 && refused === 0; round++) {
      const each = head.appender();
      const outcomes = appendRows(
        each,
        ...refs.map((ref) => [ref, round * 1000, random.float()] as [number, number, number]),
      );
      outcomes.forEach((outcome, i) => {
        assert.ok(outcome === 0 || outcome === 6);
        if (outcome === 6) refused++;
        else counts.set(i, (counts.get(i) ?? 0) + 1);
      });
      runAtOnce(each.publish());
    }
    assert.ok(refused > 0);
    const found = await readAll(storage);
    assert.equal(found.length, 200);
    for (const [labels, rows] of found) {
      const i = Number(/i="(\d+)"/.exec(labels)?.[1]);
      assert.ok(rows.length <= (counts.get(i) as number));
      assert.ok(rows.length > 100);
    }
  });

  it('keeps a series that an open appender holds, and gives its row to another when it is gone', async () => {
    const head = await openTestHead({ maxSeries: 2 });
    const first = head.appender();
    const [a, b] = ['a', 'b'].map((name) => first.series(Labels.fromPairs('__name__', name)));
    assert.equal(first.series(Labels.fromPairs('__name__', 'c')), noSeries);
    assert.deepEqual(runAtOnce(head.truncateBefore(10)), []);
    first.rollback();
    assert.deepEqual(runAtOnce(head.truncateBefore(10)), [a, b]);
    assert.deepEqual([...head.refs()], []);
    assert.equal(head.seriesLabels(a as SeriesRef), undefined);
    const second = head.appender();
    const c = second.series(Labels.fromPairs('__name__', 'c', 'x', 'y'));
    assert.equal(c, 3);
    assert.equal(head.seriesLabels(c)?.toString(), '{__name__="c", x="y"}');
    assert.deepEqual(appendRows(second, [a as number, 20, 1], [c, 20, 1]), [5, 0]);
    await second.commit('scraped');
    const values = wordsOf(new Float64Array(1));
    setStaleAt(values, 0);
    assert.equal(head.cardinality(10).labelPairCount, 2);
  });

  it('leaves an open reader what it sees, and drops that once the reader has left', async () => {
    const head = await openTestHead({ chunkRangeMs: 10_000 });
    const recorded = new Recorded();
    const storage = new HeadStorage(head, await createTestKernels(), recorded.mapped);
    const appender = head.appender();
    const ref = appender.series(Labels.fromPairs('__name__', 'm'));
    const rows = Array.from({ length: 50 }, (_, i): [number, number, number] => [ref, i * 1000, i]);
    appendRows(appender, ...rows);
    await appender.commit('scraped');
    recorded.write(head, 3);
    const querier = storage.querier(always);
    assert.deepEqual(runAtOnce(head.truncateBefore(100_000)), []);
    recorded.write(head, 10);
    const symbols = new SymbolTable();
    const [[, seen]] = (await drain(querier.select(request(['__name__=m'], { symbols })), symbols)) as [
      [string, string[]],
    ];
    assert.equal(seen.length, 50);
    const other = head.appender();
    other.series(Labels.fromPairs('__name__', 'o'));
    await other.commit('scraped');
    assert.deepEqual(await readAll(storage), []);
    assert.equal(head.cardinality(1).chunkCount, 5);
    querier.close();
    assert.deepEqual(runAtOnce(head.truncateBefore(100_000)), [ref, 2]);
    assert.equal(head.cardinality(1).chunkCount, 0);
    assert.equal(head.seriesCount, 0);
  });
});
