import assert from 'node:assert/strict';
import { seededRandom } from '../../../src/base/index.js';
import { Labels } from '../../../src/model/index.js';
import { type Queryable, SymbolTable } from '../../../src/storage/index.js';
import { type Database, openDatabase, openReadOnly } from '../../../src/tsdb/index.js';
import { decodeRecord, SampleColumns, SegmentReader } from '../../../src/tsdb/wal/index.js';
import { always, appendRows, request } from '../../storage/storage-samples.js';
import { FaultDisk } from '../../support/fault-disk.js';
import { kernelModule, sharedKernels } from '../../support/kernels.js';
import { ManualClock } from './manual-clock.js';

const directory = '/data';
const segmentSizeBytes = 2 * 32768;
const samplesPerCommit = 20;
const seriesCount = 40;

interface Logged {
  readonly level: string;
  readonly message: string;
}

async function open(disk: FaultDisk, lines: Logged[] = []): Promise<Database> {
  const line = (level: string) => (message: string) => {
    lines.push({ level, message });
  };
  return openDatabase({
    directory,
    disk,
    clock: new ManualClock(),
    kernelModule: await kernelModule(),
    readerKernels: await sharedKernels(),
    headMaxBytes: 64 << 20,
    lock: false,
    segmentSizeBytes,
    walCompression: 'none',
    logger: { debug: line('debug'), info: line('info'), warn: line('warn'), error: line('error') },
  });
}

/** Commits of rising times; series appear as they go. Every value is its time. */
async function fill(database: Database, commits: number, startMs = 0): Promise<void> {
  for (let commit = 0; commit < commits; commit++) {
    const appender = database.appender();
    for (let i = 0; i < samplesPerCommit; i++) {
      const series = (commit + i * 3) % Math.min(seriesCount, commit + 1);
      const ref = appender.series(
        Labels.fromPairs('__name__', 'm', 'series', String(series), 'pad', 'x'.repeat(40)),
      );
      const timeMs = startMs + commit * samplesPerCommit + i;
      appendRows(appender, [ref, timeMs, timeMs]);
    }
    await appender.commit('acknowledged');
  }
}

async function times(database: Queryable): Promise<number[]> {
  const found: number[] = [];
  const symbols = new SymbolTable();
  const querier = database.querier(always);
  const set = querier.select(request(['__name__=m'], { symbols }));
  while (await set.next()) {
    for (let i = 0; i < set.columns.length; i++) {
      assert.equal(set.columns.timestamps[i], set.columns.values[i]);
      found.push(set.columns.timestamps[i] as number);
    }
  }
  querier.close();
  return found.sort((a, b) => a - b);
}

/** A data directory as a killed process leaves it: several segments, the last one without end. */
async function written(commits: number, seed = 1): Promise<FaultDisk> {
  const disk = new FaultDisk(seededRandom(seed));
  await fill(await open(disk), commits);
  return disk.kill();
}

const segmentNames = (disk: FaultDisk): string[] =>
  disk.fileNames().filter((name) => /\/wal\/\d{8}$/.test(name));
const quarantined = (disk: FaultDisk): string[] =>
  disk.fileNames().filter((name) => name.startsWith(`${directory}/quarantine/`));

async function recordEnds(disk: FaultDisk, file: string): Promise<number[]> {
  const reader = await SegmentReader.open(disk, file);
  const ends: number[] = [0];
  while (await reader.fill()) while (reader.next()) ends.push(reader.goodEndByte);
  return ends;
}

describe('a damaged log', () => {
  it('cut at any byte of its last two records loses these alone and can be written again', async () => {
    const whole = await written(60);
    const file = segmentNames(whole).at(-1) as string;
    const ends = await recordEnds(whole, file);
    const size = ends.at(-1) as number;
    const from = ends.at(-3) as number;
    assert.ok(size - from > 200);
    for (let cut = from; cut <= size; cut++) {
      const disk = whole.kill();
      await disk.truncate(file, cut);
      const lines: Logged[] = [];
      const database = await open(disk, lines);
      const lostCommits = ends.slice(-2).filter((end) => end > cut).length;
      assert.equal((await times(database)).length, (60 - lostCommits) * samplesPerCommit, `cut at ${cut}`);
      const { replay } = database.stats;
      const torn = !ends.includes(cut);
      assert.deepEqual([replay.tornTails, replay.corruptions], [torn ? 1 : 0, 0]);
      assert.deepEqual(
        lines.filter(({ level }) => level !== 'info').map(({ level }) => level),
        torn ? ['warn'] : [],
      );
      if (cut % 5 !== 0) continue;
      await fill(database, 1, 100_000);
      await database.close();
      const again = await open(disk.kill());
      assert.equal((await times(again)).length, (61 - lostCommits) * samplesPerCommit);
      assert.equal(again.stats.replay.tornTails + again.stats.replay.corruptions, 0);
      await again.close();
    }
  });

  it('keeps what was mended though the power goes at once', async () => {
    for (let seed = 1; seed <= 10; seed++) {
      const whole = await written(200, seed);
      const disk = whole.kill();
      disk.flip(segmentNames(disk)[0] as string, 20_000, 1);
      const database = await open(disk);
      assert.equal(database.stats.replay.corruptions, 1);
      const found = await times(database);
      const again = await open(disk.crash());
      assert.equal((await times(again)).length, found.length, `seed ${seed}`);
      await again.close();
    }
  });

  it('with one flipped byte anywhere loses one record, and no segment', async () => {
    const commits = 600;
    const whole = await written(commits);
    const names = segmentNames(whole);
    assert.ok(names.length >= 3, `${names.length} segments`);
    const random = seededRandom(5);
    for (let turn = 0; turn < 40; turn++) {
      const disk = whole.kill();
      const name = names[turn % (names.length - 1)] as string;
      const size = (await disk.stat(name))?.sizeBytes ?? 0;
      disk.flip(name, Math.floor(random.float() * size), 1 << (turn % 8));
      const database = await open(disk);
      const found = await times(database);
      const { replay } = database.stats;
      const lost = commits * samplesPerCommit - found.length;
      // A damaged length costs the rest of its page; a page holds about a hundred of these commits.
      assert.ok(lost <= 32768 / 13, `${lost} samples lost`);
      assert.equal(replay.unknownRefs.series, 0, 'orphans');
      assert.ok(segmentNames(disk).length >= names.length);
      if (replay.corruptions > 0) assert.equal(quarantined(disk).length, 1);
      await database.close();
      // What is left is whole.
      const again = await open(disk.kill());
      assert.equal((await times(again)).length, found.length);
      assert.equal(again.stats.replay.corruptions, 0);
      await again.close();
    }
  });

  it('whose first page is gone orphans no sample: the series stand in the next segment too', async () => {
    const whole = await written(600);
    const [first] = segmentNames(whole) as [string];
    const ends = await recordEnds(whole, first);
    for (let at = 0; at < 32768; at++) whole.flip(first, at, 0x55);
    const database = await open(whole);
    const found = await times(database);
    assert.equal(database.stats.replay.unknownRefs.series, 0);
    assert.ok(found.length > 600 * samplesPerCommit * 0.6, `${found.length}`);
    assert.ok(ends.length > 10);
    // Everything behind the damaged page is there.
    const last = found.at(-1) as number;
    const start = found[0] as number;
    assert.equal(found.length, last - start + 1);
    await database.close();
  });

  it('with a missing segment starts, says so, and fills the gap', async () => {
    const disk = await written(600);
    const names = segmentNames(disk);
    await disk.remove(names[1] as string);
    const lines: Logged[] = [];
    const database = await open(disk, lines);
    assert.ok(lines.some(({ level, message }) => level === 'error' && message.includes('missing')));
    assert.ok((await times(database)).length > 0);
    assert.deepEqual(segmentNames(disk).slice(0, names.length), names);
    await database.close();
  });

  it('is read and not touched by a read-only opening', async () => {
    const disk = await written(30);
    const file = segmentNames(disk).at(-1) as string;
    const size = (await disk.stat(file))?.sizeBytes ?? 0;
    await disk.truncate(file, size - 5);
    const before = disk.fileNames();
    for (const target of [directory, `${directory}/wal`]) {
      const database = await openReadOnly({
        directory: target,
        disk,
        clock: new ManualClock(),
        kernelModule: await kernelModule(),
      });
      assert.equal((await times(database)).length, 29 * samplesPerCommit);
      assert.equal(database.stats.tornTails, 1);
      await database.close();
    }
    assert.deepEqual(disk.fileNames(), before);
    assert.equal((await disk.stat(file))?.sizeBytes, size - 5);
    await assert.rejects(
      openReadOnly({
        directory: '/other',
        disk,
        clock: new ManualClock(),
        kernelModule: await kernelModule(),
      }),
      /no write-ahead log/,
    );
  });
});

describe('a full disk', () => {
  it('refuses commits by name, shows nothing of them, and takes later ones when there is room again', async () => {
    const disk = new FaultDisk(seededRandom(1));
    const database = await open(disk);
    await fill(database, 5);
    disk.capacityBytes = 0;
    await assert.rejects(fill(database, 1, 50_000), {
      code: 'disk-full',
      message: /no space left on device/,
    });
    await assert.rejects(fill(database, 1, 50_000), { code: 'disk-full' });
    assert.equal((await times(database)).length, 5 * samplesPerCommit);
    disk.capacityBytes = Number.POSITIVE_INFINITY;
    await fill(database, 3, 60_000);
    const again = await open(disk.kill());
    assert.equal((await times(again)).length, 8 * samplesPerCommit);
    assert.equal(again.stats.replay.corruptions + again.stats.replay.tornTails, 0);
    await again.close();
  });
});

describe('series records', () => {
  it('are written once, however many commits want them at a time, and once more in the next segment', async () => {
    const disk = new FaultDisk(seededRandom(1));
    const database = await open(disk);
    const labels = Labels.fromPairs('__name__', 'm');
    const commits = [1, 2, 3].map((time) => {
      const appender = database.appender();
      appendRows(appender, [appender.series(labels), time, time]);
      return appender.commit(time === 2 ? 'scraped' : 'acknowledged');
    });
    await Promise.all(commits);
    await fill(database, 300, 1000);
    await database.close();
    const seen = new Map<number, number[]>();
    for (const [segment, name] of segmentNames(disk).entries()) {
      const reader = await SegmentReader.open(disk, name);
      while (await reader.fill()) {
        while (reader.next()) {
          const record = decodeRecord(reader.record, new SampleColumns());
          if (record.kind !== 'series') continue;
          for (const { ref } of record.entries) {
            seen.set(ref, [...(seen.get(ref) ?? []), segment, record.copy ? 129 : 1]);
          }
        }
      }
    }
    const [places] = seen.values();
    assert.deepEqual(places, [0, 1, 1, 129]);
    for (const found of seen.values()) assert.ok(found.length <= 4);
  });

  it('that a start finds written once stand in the segment it makes', async () => {
    const disk = await written(3);
    const database = await open(disk);
    await database.close();
    const file = segmentNames(disk).at(-1) as string;
    const reader = await SegmentReader.open(disk, file);
    await reader.fill();
    assert.ok(reader.next());
    assert.equal(reader.record[0], 129);
  });
});
