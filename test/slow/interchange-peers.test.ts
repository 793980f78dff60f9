/** A data directory goes from tsprom to Prometheus and back, and nothing in it differs. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { systemClock } from '../../src/base/index.js';
import {
  type Answers,
  answersOf,
  everything,
  exemplarsNotIn,
  exemplarsQuestion,
  firstDifference,
  type Questions,
  withExemplarsFrom,
} from '../support/interchange/answers.js';
import { type ContentKinds, startMs, timeOf } from '../support/interchange/content.js';
import { type Peer, type RunningPeer, runPeer, tspromPeer } from '../support/interchange/sites.js';
import { writeTurn } from '../support/interchange/write-turn.js';
import { peerPath } from '../support/peers.js';
import { tsprom } from '../support/programs.js';

const run = promisify(execFile);
const settings = { minBlock: '10m', maxBlock: '90m', outOfOrderWindow: '1h' };
const firstSteps = 900;
const furtherSteps = 260;

type Signal = 'SIGTERM' | 'SIGKILL';

interface Circle {
  readonly peers: readonly Peer[];
  readonly signal: Signal;
  readonly kinds: ContentKinds;
  readonly questions: Questions;
  /** The feature memory-snapshot-on-shutdown is on. */
  readonly snapshots: boolean;
}

interface Meta {
  readonly maxTime: number;
  readonly compaction: { readonly level: number; readonly hints?: readonly string[] };
}

function metasIn(directory: string): Meta[] {
  return readdirSync(directory)
    .filter((name) => /^[0-9A-Z]{26}$/.test(name))
    .map((name) => JSON.parse(readFileSync(path.join(directory, name, 'meta.json'), 'utf8')) as Meta);
}

/** Upstream takes no exemplar before it out of the log (tsdb/head_wal.go loadWAL); tsprom takes all. */
function headFromMs(directory: string): number {
  const inOrder = metasIn(directory).filter(({ compaction }) => compaction.hints === undefined);
  return Math.max(...inOrder.map(({ maxTime }) => maxTime));
}

/** Waits until the blocks of a directory have been the same for a while. */
async function settled(directory: string): Promise<void> {
  let before = '';
  for (let look = 0; look < 30; look++) {
    const names = readdirSync(directory).sort().join();
    if (names === before && !names.includes('tmp')) return;
    before = names;
    await systemClock.sleep(1500);
  }
}

/**
 * Warnings say that late blocks overlap, and that the log has samples of series that the head has let go of: a checkpoint
 * drops the series, and the samples with the next one.
 */
function complaintsIn(log: string): string[] {
  return log.split('\n').filter((line) => /level=error|level=warn.*corrupt/i.test(line));
}

function assertSame(found: Answers, expected: Answers, who: string): void {
  assert.deepEqual([...found.keys()], [...expected.keys()], who);
  for (const [question, text] of expected) {
    const difference = firstDifference(found.get(question) as string, text);
    assert.equal(difference, undefined, `${who}: ${decodeURIComponent(question)}`);
  }
}

const withoutExemplars = (answers: Answers): Answers =>
  new Map([...answers].filter(([question]) => question !== exemplarsQuestion));

/**
 * What was answered before the end is answered after it. Exemplars before the samples of the head may be gone: they are
 * in the log alone, and the log is cut back (tsdb/wlog/checkpoint.go). Those that are left were answered at some time.
 */
function assertKept(found: Answers, earlier: readonly Answers[], who: string): void {
  assertSame(withoutExemplars(found), withoutExemplars(earlier.at(-1) as Answers), who);
  const asked = earlier.map((answers) => answers.get(exemplarsQuestion) as string);
  const unknown = exemplarsNotIn(asked, found.get(exemplarsQuestion) as string);
  assert.deepEqual(unknown.slice(0, 5), [], `${who}: exemplars that nobody wrote`);
}

/** Sorted: the order of equal times and of series is not promised. */
async function dumped(command: readonly string[], directory: string): Promise<string[]> {
  const [program = '', ...args] = [...command, 'tsdb', 'dump', directory];
  const { stdout } = await run(program, args, { maxBuffer: 2 ** 29, timeout: 60_000 });
  return stdout.split('\n').sort();
}

function assertSameLines(found: readonly string[], expected: readonly string[], who: string): void {
  const [own, theirs] = [new Set(found), new Set(expected)];
  const apart = [
    ...found.filter((line) => !theirs.has(line)).map((line) => `alone here: ${line}`),
    ...expected.filter((line) => !own.has(line)).map((line) => `alone there: ${line}`),
  ];
  assert.deepEqual([apart.slice(0, 5), found.length], [[], expected.length], `${who}: dump`);
}

async function withPeer<T>(
  { peer, directory, signal }: { peer: Peer; directory: string; signal: Signal },
  use: (running: RunningPeer) => Promise<T>,
): Promise<T> {
  const running = await runPeer(peer, directory, settings);
  try {
    const result = await use(running);
    await running.stop(signal);
    return result;
  } finally {
    await running.stop('SIGKILL').catch(() => undefined);
  }
}

/**
 * Each peer finds what the one before it has answered, adds to it, cuts and merges blocks and deletes; then it is ended
 * and opens a copy once more, which it and the next peer answer the same.
 */
async function goRound(root: string, { peers, signal, kinds, questions, snapshots }: Circle): Promise<void> {
  const data = path.join(root, 'data');
  mkdirSync(data);
  let step = 0;
  const ask = ({ url }: RunningPeer) => answersOf(url, { fromMs: startMs, toMs: timeOf(step) }, questions);
  const live: Answers[] = [];
  let again: Answers | undefined;
  for (const [turn, peer] of peers.entries()) {
    const who = `${peer.name}, turn ${turn}`;
    await withPeer({ peer, directory: data, signal }, async (running) => {
      if (again !== undefined) {
        const found = await ask(running);
        const fromMs = headFromMs(data);
        const own = withExemplarsFrom(found, fromMs);
        assertSame(own, withExemplarsFrom(again, fromMs), `${who} beside the one before it`);
        assertKept(found, live, `${who} after the one before it`);
      }
      const to = step + (turn === 0 ? firstSteps : furtherSteps);
      const { forgetsLateDeletions = false } = peer;
      await writeTurn(running.url, { steps: { from: step, to }, kinds, deletesLate: !forgetsLateDeletions });
      step = to;
      await settled(data);
      assert.deepEqual(complaintsIn(running.program.output), [], who);
      if (snapshots && turn > 0) assert.match(running.program.output, /chunk snapshot loaded/, who);
      live.push(await ask(running));
    });
    const levels = new Set(metasIn(data).map(({ compaction }) => compaction.level));
    assert.ok(levels.size > 1, `${who}: blocks of levels ${[...levels]}`);
    const copy = path.join(root, `copy-${turn}`);
    cpSync(data, copy, { recursive: true, filter: (source) => !source.endsWith('.sock') });
    again = await withPeer({ peer, directory: copy, signal: 'SIGTERM' }, ask);
    assertKept(again, live, `${who} opened again`);
    const promtool = peerPath('promtool');
    if (promtool !== undefined)
      assertSameLines(await dumped(tsprom, data), await dumped([promtool], data), who);
  }
}

interface Side {
  readonly program: string;
  readonly peer: Omit<Peer, 'command'>;
  readonly kinds: ContentKinds;
  readonly questions: Questions;
}

const newest: Side = {
  program: 'prometheus',
  peer: { name: 'Prometheus 3.14', flags: tspromPeer.flags },
  kinds: {
    customBuckets: true,
    lateHistograms: true,
    lateEvery: 1,
    bothInOne: true,
    deletedGauges: true,
    utf8Names: true,
  },
  questions: {
    selectors: [everything],
    expressions: ['rate(c_total[5m])', 'count by (__name__) ({__name__!=""})'],
  },
};

/**
 * What 2.42 does not know or keep by itself is left out, beside all that a receiver of remote write 1.0 does not give to
 * the storage (start timestamps, metadata) and what tsprom does not write unasked (zstd, XOR2).
 */
const debian: Side = {
  program: 'prometheus-2.42',
  peer: {
    name: 'Prometheus 2.42',
    flags: ['--enable-feature=exemplar-storage,native-histograms'],
    // A deletion is kept for what was in order (tsdb/head.go Delete): after a start late samples are there again.
    forgetsLateDeletions: true,
  },
  kinds: {
    // Schema -53 and the fields of its bounds came with 2.53 (model/histogram/generic.go, tsdb/chunkenc).
    customBuckets: false,
    // Late histograms are refused: its WBL holds floats alone (tsdb/head_append.go AppendHistogram).
    lateHistograms: false,
    // It has now and then lost a late sample over its own start where a series had more than a chunk of 32.
    lateEvery: 10,
    // A query reads the next chunk with the histogram that the last left (tsdb/querier.go): kinds get mixed up.
    bothInOne: false,
    // A chunk of a gauge cannot be written once more without what is deleted ("unexpected schema change").
    deletedGauges: false,
    // Remote write refuses names of labels that are not ASCII (model/labels IsValid).
    utf8Names: false,
  },
  questions: {
    selectors: ['{__name__!~"h|mixed",__name__!=""}', 'h{integer="true"}', 'h{integer="false"}', 'mixed'],
    // Ranges of version 2 include their beginnings: functions over them differ by that.
    expressions: [],
  },
};

describe('a data directory from hand to hand', function () {
  this.timeout(180_000);
  let root = '';
  beforeEach(() => {
    root = mkdtempSync(path.join(tmpdir(), 'interchange-'));
  });
  afterEach(() => rmSync(root, { recursive: true, force: true }));

  for (const [{ program, peer: beside, kinds, questions }, signal, snapshots] of [
    [newest, 'SIGTERM', false],
    [newest, 'SIGKILL', false],
    [newest, 'SIGTERM', true],
    [debian, 'SIGTERM', false],
    [debian, 'SIGKILL', false],
  ] as const) {
    const { name } = beside;
    const how = snapshots ? `${signal} with a chunk snapshot` : signal;
    it(`tsprom → ${name} → tsprom → ${name} → tsprom, each ended by ${how}`, async function () {
      const found = peerPath(program);
      if (found === undefined) this.skip();
      const added = snapshots ? ['--enable-feature=memory-snapshot-on-shutdown'] : [];
      const own = { ...tspromPeer, flags: [...tspromPeer.flags, ...added] };
      const peer = { ...beside, command: [found], flags: [...beside.flags, ...added] };
      await goRound(root, { peers: [own, peer, own, peer, own], signal, kinds, questions, snapshots });
    });
  }
});
