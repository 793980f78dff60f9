import assert from 'node:assert/strict';
import { AssertionError, type CorruptionError, type Random, seededRandom } from '../../src/base/index.js';
import { Matcher } from '../../src/model/index.js';
import { type Database, openDatabase, openReadOnly } from '../../src/tsdb/index.js';
import { FaultDisk, type Interruption } from '../support/fault-disk.js';
import { kernelModule, sharedKernels } from '../support/kernels.js';
import { ManualClock } from '../tsdb/db/manual-clock.js';
import { type Attempt, type Expectation, type FoundRows, Oracle } from './oracle.js';
import { appendRandomRows, readRows, seriesLabels } from './samples.js';
import type { End, Script, Step } from './steps.js';

const directory = '/data';
/** Small, so that heads are cut often. */
const blockMs = 10_000;
/** Time passes in steps, with a turn of the event loop in each. */
const sliceMs = 250;
/** What `interval` promises, and the step in which its timer fires. */
const intervalMs = 1000 + sliceMs;

/** Whatever the disk does is an outcome; a mistake of ours is none. */
function ignoreFault(error: unknown): void {
  if (error instanceof AssertionError || error instanceof TypeError || error instanceof RangeError)
    throw error;
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** What a script did. */
export interface Outcome {
  /** Samples whose sender was told. */
  readonly told: number;
  readonly fired: ReadonlyMap<string, number>;
  readonly lives: number;
  readonly blocks: number;
  readonly deletions: number;
  readonly checkpoints: number;
}

/** Runs a script against the database on a disk with its faults, and rejects at the first broken promise. */
export async function runScript(script: Script): Promise<Outcome> {
  return new Run(script).all();
}

class Run {
  readonly #script: Script;
  readonly #oracle = new Oracle();
  #disk: FaultDisk;
  #clock = new ManualClock();
  #database: Database | undefined;
  #pending: Promise<void>[] = [];
  #nextMs = 1_700_000_000_000;
  /** Times that samples were sent with, each once. */
  readonly #used = new Set<number>();
  #windowMs = 0;
  #told = 0;
  #lives = 0;
  #blocks = 0;
  #deletions = 0;
  #checkpoints = 0;
  #isDecayed = false;
  /** By the read that runs. */
  #isDamaged = false;
  #startInterruption: Interruption | undefined;
  #snapshots = 0;
  /** 0 for ever. */
  #retentionMs = 0;
  /** Syncs may have failed since the start: what was written before may be gone. */
  #syncFailed = false;

  constructor(script: Script) {
    this.#script = script;
    this.#disk = new FaultDisk(seededRandom(script.seed ^ 0x5eed));
  }

  async all(): Promise<Outcome> {
    await this.#start(() => false);
    for (const step of this.#script.steps) await this.#do(step);
    await this.#end('close');
    const [told, lives] = [this.#told, this.#lives];
    const [blocks, checkpoints, deletions] = [this.#blocks, this.#checkpoints, this.#deletions];
    return { told, fired: this.#disk.fired, lives, blocks, checkpoints, deletions };
  }

  /** Damage is told where bits were turned, and until the next start where a sync failed, and nowhere else. */
  readonly #onDamage = (damage: CorruptionError): void => {
    if (!this.#isDecayed && !this.#syncFailed) throw damage;
    this.#isDamaged = true;
  };

  get #db(): Database {
    assert.ok(this.#database !== undefined);
    return this.#database;
  }

  async #start(isDue: Expectation['isDue']): Promise<void> {
    const { sync, windowMs } = this.#script;
    // Every third life is one without a window.
    this.#windowMs = this.#lives % 3 === 2 ? 0 : windowMs;
    this.#clock = new ManualClock();
    this.#lives++;
    this.#syncFailed = false;
    this.#retentionMs = 0;
    this.#database = await this.#open();
    const leftovers = this.#disk.fileNames().filter((name) => name.includes('.tmp'));
    assert.deepEqual(leftovers, [], 'leftovers of unfinished work');
    if (!this.#isDecayed) assert.equal(this.#database.stats.brokenBlocks, 0, 'a block cannot be read');
    const mayComeBack = sync !== 'commit';
    const found = await readRows(this.#database, this.#onDamage);
    this.#oracle.check(found, { isDue, isStart: true, mayComeBack });
  }

  async #open(): Promise<Database> {
    const { sync, compression, segmentSizeBytes, startTimestamps, floatEncoding = 'xor' } = this.#script;
    const chunkSnapshots = this.#script.chunkSnapshots === true && this.#lives % 4 !== 3;
    return openDatabase({
      directory,
      disk: this.#disk,
      clock: this.#clock,
      random: this.#disk.random,
      kernelModule: await kernelModule(),
      readerKernels: await sharedKernels(),
      headMaxBytes: 16 << 20,
      minBlockDurationMs: blockMs,
      maxBlockDurationMs: 9 * blockMs,
      outOfOrderWindowMs: this.#windowMs,
      lock: false,
      walSync: sync,
      walCompression: compression,
      segmentSizeBytes,
      walStartTimestamps: startTimestamps,
      ...{ floatEncoding, chunkSnapshots },
    });
  }

  async #do(step: Step): Promise<void> {
    switch (step.kind) {
      case 'commit':
      case 'late':
        this.#commit(step);
        return;
      case 'rollback': {
        const appender = this.#db.appender();
        this.#append(appender, step, 'refused');
        appender.rollback();
        return;
      }
      case 'advance':
        this.#nextMs += step.ms;
        for (let left = step.ms; left > 0; left -= sliceMs) {
          this.#clock.advance(Math.min(left, sliceMs));
          await turn();
        }
        return;
      case 'cut':
        await this.#db.maybeCut().catch(ignoreFault);
        return;
      case 'stale':
        return this.#db.compactStale();
      case 'delete':
        return this.#delete(step);
      case 'clean':
        await this.#db.cleanTombstones().catch(ignoreFault);
        return;
      case 'reload':
        return this.#db.showBlocks();
      case 'settle':
        await Promise.all(this.#pending.splice(0));
        return;
      case 'turns':
        for (let i = 0; i < step.count; i++) await turn();
        return;
      case 'faults':
        this.#disk.rates = step.rates;
        if ((step.rates.sync ?? 0) > 0) this.#syncFailed = true;
        return;
      case 'interrupt':
        if (step.atStart === true) this.#startInterruption = { at: step.at, how: step.how };
        else this.#disk.interruption = { at: this.#disk.operations + step.at, how: step.how };
        this.#syncFailed = true;
        return;
      case 'snapshot':
        return this.#snapshot(step.withHead);
      case 'retain':
        // Bits that were turned may say that a block is newer than all others.
        if (this.#isDecayed) return;
        this.#retentionMs = step.timeMs;
        this.#db.applySettings({ retention: { timeMs: step.timeMs, sizeBytes: 0, percentage: 0 } });
        this.#expire();
        return this.#db.showBlocks();
      case 'capacity':
        this.#disk.capacityBytes = step.bytes;
        return;
      case 'read': {
        if (this.#retentionMs > 0) this.#expire();
        // What is committed is shown, whatever the disk does.
        const due = new Set(this.#oracle.attempts.filter(({ fate }) => fate === 'told' || fate === 'shown'));
        this.#isDamaged = false;
        const found = await readRows(this.#db, this.#onDamage);
        const isWhole = !this.#isDamaged;
        const isDue = (attempt: Attempt): boolean => isWhole && due.has(attempt);
        this.#oracle.check(found, { isDue, isStart: false, mayComeBack: false });
        return;
      }
      case 'end':
        return this.#end(step.how);
    }
  }

  async #delete({ series, agoMs, spanMs }: Extract<Step, { kind: 'delete' }>): Promise<void> {
    const labels = seriesLabels(series);
    const mintMs = this.#nextMs - agoMs;
    const maxtMs = mintMs + spanMs;
    const { seen } = this.#oracle.deleting(labels.toString(), mintMs, maxtMs);
    const matchers = [new Matcher('=', 'série', labels.get('série') ?? '')];
    try {
      await this.#db.deleteSamples({ matcherSets: [matchers], mintMs, maxtMs });
      this.#deletions++;
      for (const attempt of seen) if (attempt.fate !== 'decayed') attempt.deletion = 'done';
    } catch (error) {
      ignoreFault(error);
    }
  }

  /** A time within the window that nothing was sent with. */
  readonly #lateTime = (_: number, random: Random): number => {
    let timeMs = this.#nextMs - 1 - (random.uint32() % (this.#windowMs / 2));
    while (this.#used.has(timeMs)) timeMs--;
    this.#used.add(timeMs);
    return timeMs;
  };

  /** Newer blocks end at most a range behind the newest sample; late ones may reach further. */
  #expire(): void {
    this.#oracle.expire(this.#nextMs + 2 * blockMs - this.#retentionMs);
  }

  /** Nobody writes meanwhile; a snapshot that is reported whole reads as the database does. */
  async #snapshot(withHead: boolean): Promise<void> {
    await Promise.all(this.#pending.splice(0));
    const into = `${directory}/snapshots/${this.#snapshots++}`;
    this.#isDamaged = false;
    try {
      await this.#db.snapshot(into, withHead);
    } catch (error) {
      ignoreFault(error);
      return;
    }
    const rates = this.#disk.rates;
    this.#disk.rates = {};
    // Once it is reported it is on stable storage.
    const found = await this.#readCopy(into, this.#disk.afterPowerLoss());
    const all = await readRows(this.#db, this.#onDamage);
    this.#disk.rates = rates;
    if (withHead && !this.#isDamaged && !this.#isDecayed)
      assert.deepEqual(found, all, 'a snapshot is not what there is');
  }

  async #readCopy(copied: string, disk: FaultDisk): Promise<FoundRows> {
    const isEmpty = !disk.fileNames().some((name) => name.startsWith(`${copied}/`));
    if (isEmpty) return new Map();
    const options = { directory: copied, disk, kernelModule: await kernelModule() };
    const copy = await openReadOnly(options);
    const found = await readRows(copy, this.#onDamage);
    await copy.close();
    return found;
  }

  #append(
    appender: ReturnType<Database['appender']>,
    { kind, rows, seed }: Extract<Step, { kind: 'commit' | 'late' | 'rollback' }>,
    fate: Attempt['fate'],
  ): Attempt[] {
    const withStarts = this.#script.startTimestamps;
    const isLate = kind === 'late' && this.#windowMs > 0;
    const timeOf = isLate ? this.#lateTime : undefined;
    const place = { fromMs: this.#nextMs, timeOf, withStarts, mayBeRefused: this.#isDecayed };
    const sent = appendRandomRows(appender, { rows, seed, ...place });
    for (let i = 0; i < rows && !isLate; i++) this.#used.add(this.#nextMs++);
    for (const attempt of sent) attempt.fate = fate;
    this.#oracle.attempts.push(...sent);
    return sent;
  }

  #commit(step: Extract<Step, { kind: 'commit' | 'late' }>): void {
    const appender = this.#db.appender();
    const own = this.#append(appender, step, 'open');
    const disk = this.#disk;
    const clock = this.#clock;
    const done = appender.commit(step.told ? 'acknowledged' : 'scraped').then(
      () => {
        // Whoever is told after the end is told by nobody.
        if (disk.isDead) return;
        if (step.told) this.#told += own.length;
        for (const attempt of own) {
          attempt.fate = step.told ? 'told' : 'shown';
          attempt.committedMs = clock.nowMs();
        }
      },
      () => {
        const { sync, truncate } = disk.rates;
        const isSure = !sync && !truncate && !disk.isDead && disk.interruption === undefined;
        for (const attempt of own) attempt.fate = isSure ? 'taken back' : 'doubtful';
      },
    );
    this.#pending.push(done);
  }

  async #end(how: End): Promise<void> {
    const before = this.#disk;
    const database = this.#db;
    const pending = this.#pending.splice(0);
    if ((before.rates.sync ?? 0) > 0 || before.capacityBytes < Number.POSITIVE_INFINITY)
      this.#syncFailed = true;
    if (how === 'close') {
      before.rates = {};
      before.capacityBytes = Number.POSITIVE_INFINITY;
      await Promise.all(pending);
      await database.close().catch(ignoreFault);
    }
    const endMs = this.#clock.nowMs();
    this.#disk = how === 'crash' ? before.crash() : before.kill();
    await Promise.allSettled(pending);
    await database.close().catch(() => undefined);
    this.#blocks += database.stats.compactions;
    this.#checkpoints += database.stats.checkpoints;
    if (how === 'flip') {
      this.#isDecayed = true;
      this.#oracle.decay();
      this.#flip();
    }
    const { sync } = this.#script;
    if (sync !== 'commit' && (how === 'crash' || this.#syncFailed)) this.#oracle.doubtDeletions();
    if (sync !== 'commit' && how === 'crash') this.#oracle.doubtCuts();
    if (this.#retentionMs > 0) this.#expire();
    const isDue = this.#dueAfter(how, endMs, before.interruption !== undefined);
    if (this.#startInterruption === undefined) return this.#start(isDue);
    await this.#startInterrupted(this.#startInterruption);
    await this.#start(isDue);
  }

  /** A start that may fail at one call, and the end of what came of it. */
  async #startInterrupted({ at, how }: Interruption): Promise<void> {
    this.#startInterruption = undefined;
    const disk = this.#disk;
    disk.interruption = { at: disk.operations + at, how };
    try {
      this.#database = await this.#open();
      await this.#database.close();
    } catch (error) {
      ignoreFault(error);
    }
    this.#disk = disk.isDead ? disk.crash() : disk.kill();
  }

  #dueAfter(how: End, endMs: number, isInterrupted: boolean): Expectation['isDue'] {
    const { sync } = this.#script;
    const syncFailed = this.#syncFailed;
    // What was told before it was synced goes with the sync.
    if (sync !== 'commit' && (syncFailed || (sync === 'none' && how === 'crash'))) return () => false;
    if (how === 'close' && !isInterrupted) return ({ fate }) => fate === 'told' || fate === 'shown';
    if (how !== 'crash' || sync === 'commit') return ({ fate }) => fate === 'told';
    return ({ fate, committedMs }) => fate === 'told' && endMs - committedMs > intervalMs;
  }

  /** Turns bits in a few files at rest. */
  #flip(): void {
    const { random } = this.#disk;
    const files = this.#disk.fileNames().filter((name) => !name.endsWith('lock'));
    for (let left = 1 + (random.uint32() % 3); left > 0 && files.length > 0; left--) {
      const file = files[random.uint32() % files.length] as string;
      const size = this.#disk.sizeOf(file);
      if (size > 0) this.#disk.flip(file, random.uint32() % size, 1 << (random.uint32() % 8));
    }
  }
}
