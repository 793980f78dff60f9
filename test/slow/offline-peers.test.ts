import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { ByteWriter, type Random, seededRandom, systemClock, systemDisk } from '../../src/base/index.js';
import { chunkEncoding } from '../../src/chunkenc/index.js';
import { Labels } from '../../src/model/index.js';
import { cutChunks, type HistogramSample, type SeriesRef, SeriesRows } from '../../src/storage/index.js';
import { type BlockSeriesInput, createUlid, writeBlock } from '../../src/tsdb/block/index.js';
import { openReadOnly } from '../../src/tsdb/index.js';
import {
  encodeExemplars,
  encodeHistograms,
  encodeHistogramsV2,
  encodeMetadata,
  encodeMmapMarkers,
  encodeSamples,
  encodeSamplesV2,
  encodeSeries,
  encodeTombstones,
  histogramRecordType,
  recordType,
} from '../../src/tsdb/wal/index.js';
import { randomHistograms } from '../chunkenc/random-samples.js';
import { batchOf } from '../storage/storage-samples.js';
import { peerPath } from '../support/peers.js';
import { eachSeries, lines } from '../tsdb/offline/digests.js';
import { type EncodeRecord, logSegment } from '../tsdb/offline/log-segment.js';

const run = promisify(execFile);
const startMs = 1_700_000_000_000;
const seriesCount = 60;
const rounds = 40;

const ref = (n: number): SeriesRef => n as SeriesRef;
const labelsOf = (n: number): Labels => Labels.fromPairs('__name__', 'm', 'n', String(n), 'ü', '"\n');

/** Series 1 to 20 are floats, 21 to 40 integer histograms, 41 to 60 those of doubles. */
function histogramsOf(random: Random, integer: boolean, timestampMs: number): HistogramSample[] {
  const first = integer ? 21 : 41;
  const made = randomHistograms(random, 20, integer).filter(({ histogram }) => !histogram.stale);
  return made.map(({ histogram }, i) => ({
    ref: ref(first + i),
    timestampMs,
    histogram,
    startTimestampMs: i % 3 === 0 ? 0 : timestampMs - 500,
  }));
}

function logOf(random: Random, types: Set<number>): { wal: EncodeRecord[]; wbl: EncodeRecord[] } {
  const entries = Array.from({ length: seriesCount }, (_, i) => ({
    ref: ref(i + 1),
    labels: labelsOf(i + 1),
  }));
  const wal: EncodeRecord[] = [(writer) => encodeSeries(writer, entries)];
  const wbl: EncodeRecord[] = [];
  for (let round = 0; round < rounds; round++) {
    const timeMs = startMs + round * 10_000;
    const rows = (atMs: number) =>
      batchOf(
        ...Array.from({ length: 20 }, (_, i): [number, number, number | 'stale', number] => [
          i + 1,
          atMs + i,
          random.float() < 0.05 ? 'stale' : random.float() * 1000,
          random.float() < 0.5 ? 0 : atMs - 100,
        ]),
      );
    const sampled = rows(timeMs);
    if (round % 2 === 0) wal.push((writer) => encodeSamples(writer, sampled));
    else wal.push((writer) => encodeSamplesV2(writer, sampled));
    for (const integer of [true, false]) {
      const samples = histogramsOf(random, integer, timeMs);
      if (round % 2 === 1) wal.push((writer) => encodeHistogramsV2(writer, integer, samples));
      for (const type of new Set(samples.map(({ histogram }) => histogramRecordType(histogram)))) {
        const of = samples.filter(({ histogram }) => histogramRecordType(histogram) === type);
        if (round % 2 === 0) wal.push((writer) => encodeHistograms(writer, type, of));
      }
    }
    if (round === 0) continue;
    // Between the samples in order, one round before.
    const late = rows(timeMs - 15_000 + 1);
    wbl.push((writer) => encodeSamples(writer, late));
    if (round === 20)
      wbl.push((writer) => encodeMmapMarkers(writer, [{ ref: ref(3), fileIndex: 0, offset: 0 }]));
    const samples = histogramsOf(random, round % 2 === 0, timeMs - 5000);
    wbl.push((writer) => encodeHistogramsV2(writer, round % 2 === 0, samples));
  }
  wal.push(
    (writer) =>
      encodeTombstones(writer, [{ ref: ref(2), mintMs: startMs + 50_000, maxtMs: startMs + 90_000 }]),
    (writer) => encodeMetadata(writer, [{ ref: ref(1), metadata: { type: 'gauge', unit: 's', help: 'x' } }]),
    (writer) =>
      encodeExemplars(writer, [
        {
          ref: ref(1),
          exemplar: {
            labels: Labels.fromPairs('t', 'x'),
            value: 1,
            timestampMs: startMs,
            hasTimestamp: true,
          },
        },
      ]),
  );
  for (const encode of [...wal, ...wbl]) {
    const writer = new ByteWriter();
    encode(writer);
    types.add(writer.take()[0] as number);
  }
  return { wal, wbl };
}

/** Every encoding, a series each; the names say which. */
function* encodedSeries(random: Random): Generator<BlockSeriesInput> {
  const all: BlockSeriesInput[] = [];
  for (const encoding of Object.values(chunkEncoding)) {
    for (let n = 0; n < 10; n++) {
      const rows = new SeriesRows();
      const isFloat = encoding === chunkEncoding.xor || encoding === chunkEncoding.xor2;
      const integer = encoding === chunkEncoding.histogram || encoding === chunkEncoding.histogramWithStarts;
      const made = isFloat ? [] : randomHistograms(random, 200, integer);
      const words = new Uint32Array(Float64Array.from({ length: 200 }, () => random.float() * 1e6).buffer);
      for (let i = 0; i < 200; i++) {
        const timestampMs = startMs + i * 5000;
        const startTimestampMs = encoding >= chunkEncoding.xor2 ? timestampMs - 1 - (i % 7) : 0;
        const histogram = made[i]?.histogram;
        if (isFloat)
          rows.appendFloat(timestampMs, words[2 * i] as number, words[2 * i + 1] as number, startTimestampMs);
        else if (histogram !== undefined) rows.appendHistogram(timestampMs, histogram, startTimestampMs);
      }
      const chunks = cutChunks(rows.columns(0, rows.length)).map((chunk) => ({
        ...chunk,
        samples: rows.rowAfter(chunk.maxtMs) - rows.rowAtOrAfter(chunk.mintMs),
      }));
      assert.ok(
        chunks.every((chunk) => chunk.encoding === encoding),
        `encoding ${encoding}`,
      );
      all.push({
        labels: Labels.fromPairs('__name__', 'e', 'encoding', String(encoding), 'n', String(n)),
        chunks,
      });
    }
  }
  yield* all.sort((a, b) => a.labels.compare(b.labels));
}

describe('what is written, read by promtool and offline', function () {
  this.timeout(120_000);
  const promtool = peerPath('promtool');
  let root: string;
  before(function () {
    if (promtool === undefined) this.skip();
  });
  beforeEach(() => {
    root = mkdtempSync(path.join(tmpdir(), 'offline-peers-'));
    mkdirSync(path.join(root, 'wal'));
  });
  afterEach(() => rmSync(root, { recursive: true, force: true }));

  async function compare(): Promise<number> {
    const own: string[] = [];
    const database = await openReadOnly({ directory: root, disk: systemDisk, headFrom: 'last-block' });
    const { corruptions, unknownRecords, unknownSchemas } = database.stats;
    assert.deepEqual(
      [corruptions, unknownRecords, unknownSchemas, database.lateLog.corruptions],
      [0, 0, 0, 0],
    );
    await eachSeries(database, (series, columns) => {
      for (const line of lines(columns)) {
        const space = line.indexOf(' ');
        own.push(`${series} ${line.slice(space + 1, -1)} ${line.slice(0, space)}`);
      }
    });
    await database.close();
    const { stdout } = await run(promtool as string, ['tsdb', 'dump', root], { maxBuffer: 2 ** 30 });
    const theirs = stdout.split('\n').filter((line) => line !== '');
    const [left, right] = [new Set(own), new Set(theirs)];
    const missing = theirs.filter((line) => !left.has(line));
    const more = own.filter((line) => !right.has(line));
    assert.deepEqual([missing.slice(0, 5), more.slice(0, 5), missing.length, more.length], [[], [], 0, 0]);
    assert.equal(own.length, theirs.length);
    return own.length;
  }

  for (const compression of ['none', 'snappy', 'zstd'] as const) {
    it(`records of every type, ${compression}`, async () => {
      const seed = 1 + Math.floor(Math.random() * 2 ** 31);
      const types = new Set<number>();
      const { wal, wbl } = logOf(seededRandom(seed), types);
      mkdirSync(path.join(root, 'wbl'));
      writeFileSync(path.join(root, 'wal', '00000000'), logSegment(wal, compression));
      writeFileSync(path.join(root, 'wbl', '00000000'), logSegment(wbl, compression));
      const wanted = Object.values(recordType).filter((type) => type !== recordType.seriesCopy);
      process.stdout.write(`      seed ${seed}\n`);
      assert.deepEqual(
        [...types].sort((a, b) => a - b),
        wanted,
      );
      assert.ok((await compare()) > 2000);
    });
  }

  it('chunks of every encoding', async () => {
    const seed = 1 + Math.floor(Math.random() * 2 ** 31);
    process.stdout.write(`      seed ${seed}\n`);
    const random = seededRandom(seed);
    await writeBlock({
      disk: systemDisk,
      directory: root,
      ulid: createUlid(systemClock, random),
      mintMs: startMs,
      endMs: startMs + 200 * 5000,
      series: encodedSeries(random),
    });
    assert.equal(await compare(), 6 * 10 * 200);
  });

  it('a directory that Prometheus writes meanwhile', async function () {
    const prometheus = peerPath('prometheus');
    if (prometheus === undefined) this.skip();
    const address = `127.0.0.1:${await freePort()}`;
    const config = path.join(root, 'prometheus.yml');
    writeFileSync(
      config,
      `scrape_configs: [{job_name: own, scrape_interval: 200ms, static_configs: [{targets: ['${address}']}]}]`,
    );
    const data = path.join(root, 'live');
    const child = spawn(
      prometheus,
      [
        `--config.file=${config}`,
        `--storage.tsdb.path=${data}`,
        `--web.listen-address=${address}`,
        '--storage.tsdb.min-block-duration=2s',
        '--storage.tsdb.max-block-duration=4s',
        '--storage.tsdb.wal-segment-size=10MB',
      ],
      { stdio: 'ignore' },
    );
    try {
      let before = 0;
      for (let look = 0; look < 8; look++) {
        await systemClock.sleep(1000);
        if (statSync(path.join(data, 'wal'), { throwIfNoEntry: false }) === undefined) continue;
        const samples = await countSamples(data);
        assert.ok(samples >= before, `${samples} after ${before}`);
        before = samples;
      }
      assert.ok(before > 1000);
    } finally {
      child.kill();
      await once(child, 'exit');
    }
    assert.equal(child.exitCode, 0);
    rmSync(path.join(root, 'wal'), { recursive: true });
    root = data;
    await compare();
    root = path.dirname(data);
  });
});

async function countSamples(directory: string): Promise<number> {
  const database = await openReadOnly({ directory, disk: systemDisk });
  let samples = 0;
  await eachSeries(database, (_series, columns) => {
    samples += columns.length;
  });
  assert.equal(database.stats.corruptions, 0);
  await database.close();
  return samples;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}
