import { type Random, seededRandom } from '../../src/base/index.js';
import type { FloatEncoding } from '../../src/storage/index.js';
import type { WalCompression, WalSync } from '../../src/tsdb/wal/index.js';
import type { FaultRates, Interruption } from '../support/fault-disk.js';

/** How a life ends: in order, by a signal, by power loss, or by a signal with bits turned at rest afterwards. */
export type End = 'close' | 'kill' | 'crash' | 'flip';

export type Step =
  | { readonly kind: 'commit'; readonly rows: number; readonly seed: number; readonly told: boolean }
  /** With times before those of other commits, where there is a window for them. */
  | { readonly kind: 'late'; readonly rows: number; readonly seed: number; readonly told: boolean }
  | { readonly kind: 'rollback'; readonly rows: number; readonly seed: number }
  | { readonly kind: 'advance'; readonly ms: number }
  | { readonly kind: 'cut' }
  /** Series that a marker has ended go to blocks. */
  | { readonly kind: 'stale' }
  /** Of one series, from so long ago on. */
  | { readonly kind: 'delete'; readonly series: number; readonly agoMs: number; readonly spanMs: number }
  | { readonly kind: 'clean' }
  | { readonly kind: 'reload' }
  | { readonly kind: 'settle' }
  | { readonly kind: 'turns'; readonly count: number }
  | { readonly kind: 'faults'; readonly rates: FaultRates }
  | { readonly kind: 'capacity'; readonly bytes: number }
  | { readonly kind: 'read' }
  /** A copy of all there is, which must read as that does. */
  | { readonly kind: 'snapshot'; readonly withHead: boolean }
  /** Keeps so much for the rest of the life. */
  | { readonly kind: 'retain'; readonly timeMs: number }
  /** The call that is the `at`-th from here, or from the next start on, from 0. */
  | {
      readonly kind: 'interrupt';
      readonly at: number;
      readonly how: Interruption['how'];
      readonly atStart?: boolean;
    }
  | { readonly kind: 'end'; readonly how: End };

export interface Script {
  readonly seed: number;
  readonly sync: WalSync;
  readonly compression: WalCompression;
  readonly segmentSizeBytes: number;
  readonly startTimestamps: boolean;
  readonly floatEncoding?: FloatEncoding;
  /** In most lives. */
  readonly chunkSnapshots?: boolean;
  /** For samples out of order; 0 for none. */
  readonly windowMs: number;
  readonly steps: readonly Step[];
}

const mixes: readonly FaultRates[] = [
  { write: 0.1 },
  { shortWrite: 0.5 },
  { sync: 0.15 },
  { write: 0.1, sync: 0.1, truncate: 0.3, shortWrite: 0.3 },
  { create: 0.3, syncDirectory: 0.3, write: 0.05 },
  { rename: 0.5, remove: 0.3, makeDirectory: 0.3 },
];
const leastSteps = 160;
const moreSteps = 240;

/** The steps of a seed; `lives` end one after the other. */
export function scriptOf(seed: number, sync: WalSync): Script {
  const random = seededRandom(seed);
  const below = (limit: number): number => random.uint32() % limit;
  const steps: Step[] = [];
  for (let left = leastSteps + below(moreSteps); left > 0; left--) steps.push(stepOf(random, below));
  steps.push({ kind: 'end', how: below(2) === 0 ? 'crash' : 'kill' });
  return {
    seed,
    sync,
    compression: (['none', 'snappy', 'zstd'] as const)[below(3)] as WalCompression,
    segmentSizeBytes: 32_768 * (1 + below(3)),
    startTimestamps: below(3) === 0,
    floatEncoding: below(4) === 0 ? 'xor2' : 'xor',
    windowMs: below(2) === 0 ? 40_000 : 0,
    chunkSnapshots: below(2) === 0,
    steps,
  };
}

function stepOf(random: Random, below: (limit: number) => number): Step {
  const fate = below(100);
  const seed = random.uint32();
  if (fate < 52) {
    const rows = 1 + below(below(40) === 0 ? 1500 : 25);
    return { kind: below(4) === 0 ? 'late' : 'commit', rows, seed, told: below(5) < 3 };
  }
  if (fate < 54) return { kind: 'rollback', rows: 1 + below(20), seed };
  if (fate < 68) return { kind: 'advance', ms: [50, 500, 2000, 7000][below(4)] as number };
  if (fate < 72) return { kind: below(4) === 0 ? 'stale' : 'cut' };
  if (fate < 80) return { kind: 'settle' };
  if (fate < 83) return { kind: 'turns', count: 1 + below(12) };
  if (fate < 86) return { kind: 'delete', series: below(12), agoMs: below(60_000), spanMs: below(30_000) };
  if (fate < 87) return { kind: 'clean' };
  if (fate < 88) {
    if (below(4) === 0) return { kind: 'snapshot', withHead: below(3) > 0 };
    return below(8) === 0 ? { kind: 'retain', timeMs: 40_000 + below(60_000) } : { kind: 'reload' };
  }
  if (fate < 92) return { kind: 'faults', rates: below(2) === 0 ? {} : (mixes[below(mixes.length)] ?? {}) };
  if (fate < 94) return { kind: 'capacity', bytes: below(3) === 0 ? 150_000 : Number.POSITIVE_INFINITY };
  if (fate < 97) return { kind: 'read' };
  return { kind: 'end', how: (['close', 'kill', 'crash', 'crash', 'flip'] as const)[below(5)] as End };
}

/** The shortest list that still fails, as far as leaving out ever smaller parts finds it. */
export async function shrink(script: Script, fails: (script: Script) => Promise<boolean>): Promise<Script> {
  let { steps } = script;
  for (let part = Math.ceil(steps.length / 2); part >= 1; part = part === 1 ? 0 : Math.ceil(part / 2)) {
    for (let at = 0; at < steps.length; ) {
      const without = [...steps.slice(0, at), ...steps.slice(at + part)];
      if (await fails({ ...script, steps: without })) steps = without;
      else at += part;
    }
  }
  return { ...script, steps };
}
