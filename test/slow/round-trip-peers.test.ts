/** Formats that tsprom writes and Prometheus reads, beside those of block-, tsdb-, offline- and checkpoint-peers. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { type Random, seededRandom, systemClock, systemDisk } from '../../src/base/index.js';
import { chunkEncoding } from '../../src/chunkenc/index.js';
import { type Histogram, Labels } from '../../src/model/index.js';
import { cutChunks, type SeriesRef, SeriesRows } from '../../src/storage/index.js';
import { type BlockSeriesInput, createUlid, writeBlock } from '../../src/tsdb/block/index.js';
import { openIndex } from '../../src/tsdb/index/index.js';
import { openReadOnly } from '../../src/tsdb/index.js';
import { type SnapshotSeries, writeSnapshot } from '../../src/tsdb/snapshot/index.js';
import { writeTombstones } from '../../src/tsdb/tombstones/index.js';
import { encodeExemplars, encodeHistograms, encodeSamples, encodeSeries } from '../../src/tsdb/wal/index.js';
import { batchOf, integerHistogram } from '../storage/storage-samples.js';
import { createTestKernels } from '../support/kernels.js';
import { peerPath } from '../support/peers.js';
import { askApi, runPrometheus } from '../support/run-prometheus.js';
import { eachSeries, lines } from '../tsdb/offline/digests.js';
import { logSegment } from '../tsdb/offline/log-segment.js';

const run = promisify(execFile);
const seed = Number(process.env.SEED ?? 20261123);
const samples = 60;
const stepMs = 5000;
const startMs = 1_700_000_000_000;
const endS = (startMs + samples * stepMs) / 1000;
const ref = (n: number): SeriesRef => n as SeriesRef;

interface MadeSeries {
  readonly labels: Labels;
  readonly rows: SeriesRows;
  /** A text a sample: time in seconds, and the value or a histogram's count and sum. */
  readonly texts: readonly string[];
}

/** Floats with odd bits and histograms of both kinds, in chunks of the encodings asked for. */
function madeSeries(random: Random, encodings: readonly number[]): MadeSeries[] {
  return encodings.map((encoding, n) => {
    const rows = new SeriesRows();
    const texts: string[] = [];
    const hasStarts = encoding >= chunkEncoding.xor2;
    for (let i = 0; i < samples; i++) {
      const timestampMs = startMs + i * stepMs;
      const start = hasStarts ? timestampMs - 1 : 0;
      if (encoding === chunkEncoding.xor || encoding === chunkEncoding.xor2) {
        const value = [-0, Number.POSITIVE_INFINITY, 1 / 3, random.float() * 1e9][
          random.uint32() % 4
        ] as number;
        const [low, high] = new Uint32Array(Float64Array.of(value).buffer);
        rows.appendFloat(timestampMs, low as number, high as number, start);
        texts.push(`${timestampMs / 1000} ${goText(value)}`);
      } else {
        const integer =
          encoding === chunkEncoding.histogram || encoding === chunkEncoding.histogramWithStarts;
        const histogram = growing(i, integer);
        rows.appendHistogram(timestampMs, histogram, start);
        texts.push(`${timestampMs / 1000} ${histogram.count} ${histogram.sum}`);
      }
    }
    return { labels: Labels.fromPairs('__name__', 'm', 'ü', '"\n', 'n', String(n)), rows, texts };
  });
}

function goText(value: number): string {
  if (Object.is(value, -0)) return '-0';
  if (value === Number.POSITIVE_INFINITY) return '+Inf';
  return String(value);
}

function growing(i: number, integer: boolean): Histogram {
  const positiveBuckets = Float64Array.of(i, 2 * i, 3, i);
  return integerHistogram({ integer, positiveBuckets, count: 4 * i + 5, sum: i / 4 });
}

interface Served {
  readonly metric: Record<string, string>;
  readonly values?: readonly [number, string][];
  readonly histograms?: readonly [number, { readonly count: string; readonly sum: string }][];
}

/** By the label n, what a server answers. */
async function served(url: string): Promise<Map<string, readonly string[]>> {
  const query = new URLSearchParams({ query: 'm[2h]', time: String(endS) });
  const { result } = await askApi<{ result: readonly Served[] }>(url, `query?${query}`);
  return new Map(
    result.map(({ metric, values = [], histograms = [] }) => [
      metric.n as string,
      [
        ...values.map(([time, value]) => `${time} ${Number.isNaN(Number(value)) ? value : goNumber(value)}`),
        ...histograms.map(([time, { count, sum }]) => `${time} ${count} ${sum}`),
      ],
    ]),
  );
}

const goNumber = (text: string): string => (text === '+Inf' ? text : goText(Number(text)));

describe(`formats that Prometheus reads (seed ${seed})`, function () {
  this.timeout(60_000);
  let root = '';
  beforeEach(() => {
    root = mkdtempSync(path.join(tmpdir(), 'round-trip-'));
    mkdirSync(path.join(root, 'wal'));
  });
  afterEach(() => rmSync(root, { recursive: true, force: true }));

  for (const compression of ['none', 'snappy', 'zstd'] as const)
    it(`a chunk snapshot with every encoding, deletions and exemplars, ${compression}: Prometheus 3.14`, async function () {
      const program = peerPath('prometheus');
      if (program === undefined) this.skip();
      const made = madeSeries(seededRandom(seed), [1, 2, 3, 4, 5, 6, 1]);
      const series: SnapshotSeries[] = made.map(({ labels, rows }, i) => {
        const [chunk] = cutChunks(rows.columns(0, rows.length));
        assert.ok(chunk !== undefined);
        return { ref: ref(i + 1), labels, chunk };
      });
      series.push({ ref: ref(99), labels: Labels.fromPairs('__name__', 'empty') });
      const segment = logSegment([(writer) => encodeSeries(writer, series)]);
      writeFileSync(path.join(root, 'wal', '00000000'), segment);
      const exemplar = { value: 7, timestampMs: startMs + 1000, hasTimestamp: true };
      await writeSnapshot(
        {
          directory: root,
          segment: 0,
          offset: segment.length,
          series,
          tombstones: new Map([[7, [{ mintMs: startMs, maxtMs: startMs + 10 * stepMs }]]]),
          exemplars: [{ ref: ref(1), exemplar: { labels: Labels.fromPairs('trace', 'x'), ...exemplar } }],
          compression,
        },
        { disk: systemDisk, kernels: await createTestKernels() },
      );
      const features = '--enable-feature=memory-snapshot-on-shutdown,exemplar-storage';
      const server = await runPrometheus(program, root, [features]);
      try {
        assert.match(server.log, /Chunk snapshot loading time/);
        assert.doesNotMatch(server.log, /level=(WARN|ERROR)/);
        const found = await served(server.url);
        for (const [i, { texts }] of made.entries())
          assert.deepEqual(found.get(String(i)), i === 6 ? texts.slice(11) : texts, `series ${i}`);
        const query = new URLSearchParams({ query: 'm', start: String(startMs / 1000), end: String(endS) });
        const exemplars = await askApi<{ exemplars: unknown[] }[]>(server.url, `query_exemplars?${query}`);
        assert.deepEqual(exemplars[0]?.exemplars, [
          { labels: { trace: 'x' }, value: '7', timestamp: startMs / 1000 + 1 },
        ]);
      } finally {
        await server.stop();
      }
    });

  for (const [name, program, features] of [
    ['3.14', 'prometheus', 'exemplar-storage'],
    ['2.42', 'prometheus-2.42', 'exemplar-storage,native-histograms'],
  ] as const)
    it(`a log with floats, histograms and exemplars: Prometheus ${name}`, async function () {
      const found = peerPath(program);
      if (found === undefined) this.skip();
      const made = madeSeries(seededRandom(seed), [1, 2, 3]);
      const entries = made.map(({ labels }, i) => ({ ref: ref(i + 1), labels }));
      const times = Array.from({ length: samples }, (_, i) => i);
      const { timestamps, values } = (made[0] as MadeSeries).rows.columns(0, samples);
      const floats = times.map((i) => [1, timestamps[i] as number, values[i] as number] as const);
      const histograms = (type: 7 | 8) =>
        times.map((i) => ({
          ref: ref(type - 5),
          timestampMs: startMs + i * stepMs,
          histogram: growing(i, type === 7),
        }));
      const exemplar = { value: 7, timestampMs: startMs + 1000, hasTimestamp: true };
      const segment = logSegment([
        (writer) => encodeSeries(writer, entries),
        (writer) => encodeSamples(writer, batchOf(...floats)),
        (writer) => encodeHistograms(writer, 7, histograms(7)),
        (writer) => encodeHistograms(writer, 8, histograms(8)),
        (writer) =>
          encodeExemplars(writer, [
            { ref: ref(1), exemplar: { labels: Labels.fromPairs('trace', 'x'), ...exemplar } },
          ]),
      ]);
      writeFileSync(path.join(root, 'wal', '00000000'), segment);
      const server = await runPrometheus(found, root, [`--enable-feature=${features}`]);
      try {
        const rows = await served(server.url);
        for (const [i, { texts }] of made.entries())
          assert.deepEqual(rows.get(String(i)), texts, `series ${i}`);
        const query = new URLSearchParams({ query: 'm', start: String(startMs / 1000), end: String(endS) });
        const exemplars = await askApi<unknown[]>(server.url, `query_exemplars?${query}`);
        assert.equal(exemplars.length, 1);
      } finally {
        await server.stop();
      }
    });

  for (const [name, program, encodings] of [
    ['3.14', 'prometheus', [1, 2, 3, 4, 5, 6]],
    ['2.42', 'prometheus-2.42', [1, 2, 3]],
  ] as const)
    it(`a block with deletions and every field of meta.json: Prometheus ${name}`, async function () {
      const found = peerPath(program);
      if (found === undefined) this.skip();
      const random = seededRandom(seed);
      const made = madeSeries(random, encodings);
      const ulid = createUlid(systemClock, random);
      await writeBlock({
        disk: systemDisk,
        directory: root,
        ulid,
        mintMs: startMs,
        endMs: startMs + samples * stepMs,
        compaction: {
          level: 2,
          sources: [createUlid(systemClock, random), createUlid(systemClock, random)],
          parents: [{ ulid: createUlid(systemClock, random), mintMs: startMs, endMs: startMs + stepMs }],
          hints: ['from-out-of-order', 'from-stale-series'],
        },
        series: madeBlock(made),
      });
      const directory = path.join(root, ulid);
      const deleted = [{ mintMs: startMs + 5 * stepMs, maxtMs: startMs + 9 * stepMs }];
      const block = await firstSeries(directory);
      await writeTombstones(systemDisk, directory, new Map([[block, deleted]]));
      const server = await runPrometheus(found, root, ['--enable-feature=native-histograms']);
      try {
        const rows = await served(server.url);
        for (const [i, { texts }] of made.entries()) {
          const left = i === 0 ? [...texts.slice(0, 5), ...texts.slice(10)] : texts;
          assert.deepEqual(rows.get(String(i)), left, `series ${i}`);
        }
      } finally {
        await server.stop();
      }
      const promtool = peerPath('promtool');
      if (promtool === undefined || name === '2.42') return;
      const { stdout } = await run(promtool, ['tsdb', 'dump', root], { maxBuffer: 2 ** 26 });
      const theirs = stdout.split('\n').filter((line) => line !== '');
      assert.deepEqual((await ownDump(root)).sort(), theirs.sort());
    });
});

function* madeBlock(made: readonly MadeSeries[]): Generator<BlockSeriesInput> {
  for (const { labels, rows } of made) {
    const chunks = cutChunks(rows.columns(0, rows.length)).map((chunk) => ({
      ...chunk,
      samples: rows.rowAfter(chunk.maxtMs) - rows.rowAtOrAfter(chunk.mintMs),
    }));
    yield { labels, chunks };
  }
}

async function firstSeries(directory: string): Promise<number> {
  const index = await openIndex(systemDisk, path.join(directory, 'index'));
  const [id] = index.scanner().postings('', '');
  await index.close();
  return id as number;
}

async function ownDump(directory: string): Promise<string[]> {
  const own: string[] = [];
  const database = await openReadOnly({ directory, disk: systemDisk, headFrom: 'last-block' });
  await eachSeries(database, (series, columns) => {
    for (const line of lines(columns)) {
      const space = line.indexOf(' ');
      own.push(`${series} ${line.slice(space + 1, -1)} ${line.slice(0, space)}`);
    }
  });
  await database.close();
  return own;
}
