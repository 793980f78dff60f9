import assert from 'node:assert/strict';
import { type Random, seededRandom } from '../../../src/base/index.js';
import { Labels } from '../../../src/model/index.js';
import { type Appender, SymbolTable } from '../../../src/storage/index.js';
import { type Database, openDatabase } from '../../../src/tsdb/index.js';
import type { WalSync } from '../../../src/tsdb/wal/index.js';
import { always, request } from '../../storage/storage-samples.js';
import { FaultDisk, type FaultRates } from '../../support/fault-disk.js';
import { kernelModule, sharedKernels } from '../../support/kernels.js';
import { ManualClock } from './manual-clock.js';

/** `doubtful`: rejected while the disk also refused to cut back or to sync, so that the bytes may have stayed. */
type Fate = 'open' | 'acknowledged' | 'written' | 'rejected' | 'doubtful';

interface Attempt {
  readonly series: number;
  readonly timestampMs: number;
  readonly value: number;
  fate: Fate;
}

const directory = '/data';
const seriesLabels = Array.from({ length: 12 }, (_, i) =>
  Labels.fromPairs('__name__', 'm', 'series', String(i)),
);
const faultMixes: readonly FaultRates[] = [
  {},
  {},
  { write: 0.15 },
  { shortWrite: 0.5 },
  { sync: 0.2 },
  { write: 0.1, sync: 0.1, truncate: 0.3, shortWrite: 0.3 },
  { create: 0.3, syncDirectory: 0.3, write: 0.1 },
];

/** One life of a data directory: commits with faults, then a crash or an end, again and again. */
class Simulation {
  readonly attempts: Attempt[] = [];
  readonly #random: Random;
  readonly #sync: WalSync;
  #disk: FaultDisk;
  #nextTimeMs = 1000;
  #nextValue = 1;

  constructor(seed: number, sync: WalSync) {
    this.#random = seededRandom(seed);
    this.#sync = sync;
    this.#disk = new FaultDisk(this.#random);
  }

  #below(limit: number): number {
    return Math.floor(this.#random.float() * limit);
  }

  async #open(clock: ManualClock): Promise<Database> {
    return openDatabase({
      directory,
      disk: this.#disk,
      clock,
      kernelModule: await kernelModule(),
      readerKernels: await sharedKernels(),
      headMaxBytes: 32 << 20,
      lock: false,
      walSync: this.#sync,
      walCompression: this.#random.float() < 0.5 ? 'snappy' : 'none',
      segmentSizeBytes: 32768 * (1 + this.#below(2)),
    });
  }

  async life(): Promise<void> {
    const clock = new ManualClock();
    const database = await this.#open(clock);
    await this.#verify(database);
    this.#disk.rates = faultMixes[this.#below(faultMixes.length)] as FaultRates;
    const pending: Promise<void>[] = [];
    const turns = 2 + this.#below(20);
    for (let turn = 0; turn < turns; turn++) {
      if (this.#random.float() < 0.1)
        this.#disk.capacityBytes = this.#random.float() < 0.6 ? 60_000 : Infinity;
      for (let commits = this.#below(4); commits >= 0; commits--) pending.push(this.#commit(database));
      const wait = this.#random.float();
      if (wait < 0.4) await Promise.all(pending.splice(0));
      else if (wait < 0.6) clock.advance(500);
      else for (let i = this.#below(12); i > 0; i--) await Promise.resolve();
    }
    await this.#end(database, pending);
  }

  async #end(database: Database, pending: Promise<void>[]): Promise<void> {
    const before = this.#disk;
    const how = this.#random.float();
    if (how < 0.25) {
      await Promise.all(pending);
      await database.close();
    }
    // Whoever is told after the crash is told by nobody.
    const told = this.attempts.map(({ fate }) => fate);
    this.#disk = how < 0.5 ? before.kill() : before.crash();
    await Promise.allSettled(pending);
    this.attempts.forEach((attempt, i) => {
      attempt.fate = told[i] as Fate;
    });
  }

  #commit(database: Database): Promise<void> {
    const appender = database.appender();
    const own = this.#append(appender, 1 + this.#below(this.#random.float() < 0.03 ? 3000 : 20));
    if (this.#random.float() < 0.05) {
      appender.rollback();
      for (const attempt of own) attempt.fate = 'rejected';
      return Promise.resolve();
    }
    const acknowledged = this.#random.float() < 0.6;
    return appender.commit(acknowledged ? 'acknowledged' : 'scraped').then(
      () => {
        for (const attempt of own) attempt.fate = acknowledged ? 'acknowledged' : 'written';
      },
      () => {
        const { sync, truncate } = this.#disk.rates;
        for (const attempt of own) attempt.fate = sync || truncate ? 'doubtful' : 'rejected';
      },
    );
  }

  /** Every sample has a time of its own, so that none stands in the way of another. */
  #append(appender: Appender, rows: number): Attempt[] {
    const own: Attempt[] = [];
    const refs = new Map<number, number>();
    for (let i = 0; i < rows; i++) {
      const series = this.#below(seriesLabels.length);
      if (!refs.has(series)) refs.set(series, appender.series(seriesLabels[series] as Labels));
      own.push({ series, timestampMs: this.#nextTimeMs++, value: this.#nextValue++, fate: 'open' });
    }
    const outcomes = new Uint8Array(rows);
    const refused = appender.appendFloats(
      {
        length: rows,
        refs: Float64Array.from(own, ({ series }) => refs.get(series) as number),
        timestamps: Float64Array.from(own, ({ timestampMs }) => timestampMs),
        values: Float64Array.from(own, ({ value }) => value),
      },
      outcomes,
    );
    assert.equal(refused, 0);
    for (const attempt of own) this.attempts.push(attempt);
    return own;
  }

  async #verify(database: Database): Promise<void> {
    const found = await readSamples(database);
    for (const attempt of this.attempts) {
      const value = found.get(`${attempt.series}@${attempt.timestampMs}`);
      found.delete(`${attempt.series}@${attempt.timestampMs}`);
      if (value !== undefined) assert.equal(value, attempt.value, 'a wrong value');
      if (this.#sync === 'commit' && attempt.fate === 'acknowledged') {
        assert.notEqual(value, undefined, `lost: ${JSON.stringify(attempt)}`);
      }
      if (attempt.fate === 'rejected') assert.equal(value, undefined, `phantom: ${JSON.stringify(attempt)}`);
      // What one start has found, every later start must find.
      if (value !== undefined && this.#sync === 'commit') attempt.fate = 'acknowledged';
      if (value === undefined) attempt.fate = 'rejected';
    }
    assert.equal(found.size, 0, 'samples nobody sent');
    assert.equal(database.stats.replay.unknownRefs.series, 0, 'orphans');
  }
}

async function readSamples(database: Database): Promise<Map<string, number>> {
  const found = new Map<string, number>();
  const symbols = new SymbolTable();
  const querier = database.querier(always);
  const set = querier.select(request(['__name__=m'], { symbols }));
  while (await set.next()) {
    const series = symbols.labels(set.labels).get('series');
    const { columns } = set;
    for (let i = 0; i < columns.length; i++) {
      found.set(`${series}@${columns.timestamps[i]}`, columns.values[i] as number);
    }
  }
  set.close();
  querier.close();
  return found;
}

async function simulate(seed: number, sync: WalSync): Promise<Simulation> {
  const simulation = new Simulation(seed, sync);
  try {
    for (let life = 0; life < 4; life++) await simulation.life();
  } catch (error) {
    throw new Error(`SEED=${seed} repeats this (${sync})`, { cause: error });
  }
  return simulation;
}

describe('a database on a disk that fails and loses power', () => {
  const given = process.env.SEED;
  const seeds = given === undefined ? Array.from({ length: 200 }, (_, i) => i + 1) : [Number(given)];

  it('commit: loses nothing acknowledged, shows nothing rejected, always opens', async () => {
    let acknowledged = 0;
    for (const seed of seeds) {
      const { attempts } = await simulate(seed, 'commit');
      acknowledged += attempts.filter(({ fate }) => fate === 'acknowledged').length;
    }
    if (given === undefined) assert.ok(acknowledged > 10_000, `${acknowledged} acknowledged`);
  });

  it('interval: shows nothing that was not sent and always opens', async () => {
    for (const seed of seeds.slice(0, 40)) await simulate(seed, 'interval');
  });
});
