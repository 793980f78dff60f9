import assert from 'node:assert/strict';
import type { WalSync } from '../../src/tsdb/wal/index.js';
import type { Interruption } from '../support/fault-disk.js';
import { runScript } from './run-script.js';
import type { End, Script, Step } from './steps.js';

type How = Interruption['how'];

export interface Scenario {
  readonly name: string;
  readonly before: readonly Step[];
  /** One call of these is interrupted; without any, one of the start that follows. */
  readonly steps: readonly Step[];
  readonly windowMs?: number;
  readonly chunkSnapshots?: boolean;
  /** How the life ends, where it does not matter which call was interrupted. */
  readonly end?: End;
  /** Nothing follows that would sync what the steps left unsynced. */
  readonly endsAtOnce?: boolean;
}

const commit = (seed: number, rows = 40): Step => ({ kind: 'commit', rows, seed, told: true });
const late = (seed: number): Step => ({ kind: 'late', rows: 20, seed, told: true });
const settle: Step = { kind: 'settle' };
const advance: Step = { kind: 'advance', ms: 7000 };
const filled = (from: number, rounds: number): Step[] =>
  Array.from({ length: rounds }, (_, i) => [commit(from + i), settle, advance]).flat();
const deletion: Step = { kind: 'delete', series: 1, agoMs: 60_000, spanMs: 59_000 };
const cut: Step = { kind: 'cut' };

export const scenarios: readonly Scenario[] = [
  {
    name: 'commit with a change of segment',
    before: [],
    steps: [commit(1, 1500), settle, commit(2, 1500), settle],
  },
  {
    name: 'commit that is written again',
    before: [commit(3), settle],
    steps: [commit(4), settle],
    endsAtOnce: true,
  },
  { name: 'cut, checkpoint and truncation', before: filled(10, 7), steps: [...filled(17, 4), cut] },
  {
    name: 'compaction of blocks',
    before: [...filled(20, 8), cut, ...filled(30, 12)],
    steps: [...filled(42, 5), cut],
  },
  { name: 'deletion in head and blocks', before: [...filled(50, 7), cut], steps: [deletion] },
  {
    name: 'late samples become blocks',
    before: filled(70, 6),
    steps: [late(80), late(81), settle, ...filled(82, 4), cut],
    windowMs: 40_000,
  },
  {
    name: 'deletion of late samples',
    before: [...filled(90, 6), late(96), late(97), settle],
    steps: [deletion],
    windowMs: 40_000,
  },
  { name: 'snapshot', before: [...filled(100, 7), cut], steps: [{ kind: 'snapshot', withHead: true }] },
  // These seeds end two series with a marker.
  { name: 'series that have ended', before: filled(140, 3), steps: [{ kind: 'stale' }] },
  { name: 'retention', before: [...filled(110, 12), cut], steps: [{ kind: 'retain', timeMs: 30_000 }] },
  { name: 'orderly end', before: [...filled(120, 3), commit(124)], steps: [settle], end: 'close' },
  { name: 'start', before: [...filled(130, 7), cut, deletion, commit(138), settle], steps: [] },
  {
    name: 'start with late samples',
    before: [...filled(140, 4), late(145), late(146), settle],
    steps: [],
    windowMs: 40_000,
  },
  {
    name: 'orderly end with a chunk snapshot',
    before: [...filled(150, 3), { kind: 'end', how: 'close' }, commit(153)],
    steps: [settle],
    chunkSnapshots: true,
    end: 'close',
  },
  {
    name: 'start with a chunk snapshot',
    before: [
      ...filled(160, 7),
      cut,
      late(168),
      deletion,
      settle,
      { kind: 'end', how: 'close' },
      commit(169),
      settle,
    ],
    steps: [],
    chunkSnapshots: true,
    windowMs: 40_000,
  },
  { name: 'cleaning of tombstones', before: [...filled(60, 7), cut, deletion], steps: [{ kind: 'clean' }] },
];

const modes: readonly (readonly [how: How, end: End])[] = [
  ['fails', 'crash'],
  ['noSpace', 'kill'],
  ['dies', 'crash'],
  ['dies', 'kill'],
];

export interface FailNthReport {
  /** Calls of the scenario, the most over its modes. */
  readonly calls: number;
  readonly runs: number;
  readonly fired: number;
}

/** Interrupts every `stride`-th call, until one is not reached. What failed is repeated after the next start. */
export async function failNth(
  scenario: Scenario,
  stride: number,
  sync: WalSync = 'commit',
): Promise<FailNthReport> {
  let [calls, runs, fired] = [0, 0, 0];
  for (const [how, end] of modes) {
    for (let at = 0; ; at += stride) {
      const script: Script = {
        ...{ seed: at, sync, compression: 'none', segmentSizeBytes: 32_768, startTimestamps: false },
        windowMs: scenario.windowMs ?? 0,
        chunkSnapshots: scenario.chunkSnapshots ?? false,
        steps: stepsOf(scenario, { at, how, end }),
      };
      const outcome = await runScript(script).catch((cause: unknown) => {
        const place = `${scenario.name}, ${how} at call ${at}, then ${end}, wal-sync=${sync}`;
        throw new Error(`${place}: ${String(cause)}`, { cause });
      });
      runs++;
      const isReached = (outcome.fired.get(`call ${how}`) ?? 0) > 0;
      if (!isReached) break;
      fired++;
      calls = Math.max(calls, at + 1);
      assert.ok(at < 5000, 'a scenario without an end');
    }
  }
  return { calls, runs, fired };
}

interface Fault {
  readonly at: number;
  readonly how: How;
  readonly end: End;
}

function stepsOf({ before, steps, end: lastEnd, endsAtOnce }: Scenario, { at, how, end }: Fault): Step[] {
  const onward: Step[] =
    how === 'dies' || lastEnd === 'close' || endsAtOnce ? [] : [commit(900), settle, { kind: 'read' }];
  const after: Step[] = [...steps, commit(901), settle, { kind: 'end', how: 'crash' }];
  if (steps.length === 0)
    return [...before, { kind: 'interrupt', at, how, atStart: true }, { kind: 'end', how: end }, ...after];
  const ending: Step = { kind: 'end', how: how === 'dies' ? end : (lastEnd ?? end) };
  return [...before, { kind: 'interrupt', at, how }, ...steps, ...onward, ending, ...after];
}
