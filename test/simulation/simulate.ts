import type { WalSync } from '../../src/tsdb/wal/index.js';
import { runScript } from './run-script.js';
import { type Script, scriptOf, shrink } from './steps.js';

export interface SimulationReport {
  readonly seeds: number;
  readonly medianSteps: number;
  /** Samples whose sender was told. */
  readonly told: number;
  readonly lives: number;
  readonly blocks: number;
  readonly deletions: number;
  readonly checkpoints: number;
  readonly fired: ReadonlyMap<string, number>;
}

export interface SimulationRequest {
  readonly sync: WalSync;
  readonly first: number;
  readonly count: number;
}

/** Runs the scripts of `count` seeds; rejects with the shortest script found that fails, and how to repeat it. */
export async function simulate(request: SimulationRequest): Promise<SimulationReport> {
  const { sync, first, count } = request;
  const given = process.env.SEED;
  const seeds = given === undefined ? Array.from({ length: count }, (_, i) => first + i) : [Number(given)];
  const steps: number[] = [];
  const fired = new Map<string, number>();
  const sums = { told: 0, lives: 0, blocks: 0, checkpoints: 0, deletions: 0 };
  for (const seed of seeds) {
    const script = scriptOf(seed, sync);
    steps.push(script.steps.length);
    const outcome = await runScript(script).catch((error: unknown) => explain(script, error));
    sums.told += outcome.told;
    sums.lives += outcome.lives;
    sums.blocks += outcome.blocks;
    sums.deletions += outcome.deletions;
    sums.checkpoints += outcome.checkpoints;
    for (const [fault, times] of outcome.fired) fired.set(fault, (fired.get(fault) ?? 0) + times);
  }
  steps.sort((a, b) => a - b);
  return { seeds: seeds.length, medianSteps: steps[steps.length >> 1] ?? 0, ...sums, fired };
}

async function explain(script: Script, error: unknown): Promise<never> {
  const fails = async (shorter: Script): Promise<boolean> => {
    try {
      await runScript(shorter);
      return false;
    } catch {
      return true;
    }
  };
  const shortest = await shrink(script, fails);
  const last = await runScript(shortest).catch((failure: unknown) => failure);
  const cause = last instanceof Error ? last : error;
  const list = shortest.steps.map((step) => `  ${JSON.stringify(step)}`).join('\n');
  throw new Error(
    `SEED=${script.seed} repeats this (wal-sync=${script.sync}); ${script.steps.length} steps shrunk to\n${list}\n` +
      `${cause instanceof Error ? cause.message : String(cause)}`,
    { cause },
  );
}
