import { type Clock, messageOf, systemClock } from '../../../src/base/index.js';
import type { Kernels } from '../../../src/kernels/index.js';
import { createEngine, type Engine, QueryError, type QueryResult } from '../../../src/promql/index.js';
import { createMemoryStore, type Queryable, type Storage } from '../../../src/storage/index.js';
import { pinToTime } from './at-variant.js';
import { difference } from './compare-result.js';
import { loadSeries } from './load-series.js';
import { type EvalCommand, type ExpectKind, parseScript } from './parse-script.js';

export interface EvalOutcome {
  readonly line: number;
  readonly query: string;
  /** What is wrong; undefined for a pass. */
  readonly reason: string | undefined;
}

/** Options of upstream's own test engine. */
export function scriptEngine(kernels: Kernels, clock: Clock = systemClock): Engine {
  return createEngine({
    kernels,
    clock,
    lookbackDeltaMs: 300_000,
    timeoutMs: 100_000,
    maxSamples: 10_000,
    defaultStepMs: () => 60_000,
    delayedNameRemoval: true,
    useStartTimestamps: true,
    parserOptions: { experimentalFunctions: true, extendedRangeSelectors: true, fillModifiers: true },
  });
}

export async function runScript(text: string, engine: Engine): Promise<EvalOutcome[]> {
  const outcomes: EvalOutcome[] = [];
  let store: Storage = createMemoryStore();
  for (const command of parseScript(text)) {
    if (command.kind === 'clear') store = createMemoryStore();
    else if (command.kind === 'load') await loadSeries(store, command);
    else {
      const { line, query } = command;
      outcomes.push({ line, query, reason: await firstDifference(command, engine, store) });
    }
  }
  return outcomes;
}

async function firstDifference(
  command: EvalCommand,
  engine: Engine,
  queryable: Queryable,
): Promise<string | undefined> {
  const { query, evalMs } = command;
  if (command.isRange) {
    const { startMs, endMs, stepMs } = command;
    return attempt(command, () => engine.range({ queryable, query, startMs, endMs, stepMs }), true);
  }
  const instant = attempt(command, () => engine.instant({ queryable, query, timeMs: evalMs }), true);
  const wrong = (await instant) ?? (await inRangeMode(command, engine, queryable, query));
  if (wrong !== undefined) return wrong;
  const pinned = pinToTime(query, evalMs);
  if (pinned === undefined) return undefined;
  const otherTimes =
    evalMs === 0 ? [-1000, 1000] : [-10 * evalMs, 0, Math.trunc(evalMs / 5), evalMs, 10 * evalMs];
  for (const timeMs of otherTimes) {
    const again = await attempt(command, () => engine.instant({ queryable, query: pinned, timeMs }), false);
    if (again !== undefined) return `pinned with @ at ${timeMs}: ${again}`;
  }
  return undefined;
}

/** The middle step of a range query answers what the instant query does. */
async function inRangeMode(
  command: EvalCommand,
  engine: Engine,
  queryable: Queryable,
  query: string,
): Promise<string | undefined> {
  const fails = command.expectations.some(({ kind }) => kind === 'fail');
  if (command.onlyInstant || command.ordered || fails || /(start|end|range|step)\(\)/.test(query))
    return undefined;
  const { evalMs } = command;
  const range = { startMs: evalMs - 60_000, endMs: evalMs + 60_000, stepMs: 60_000 };
  const wrong = await attempt(command, () => engine.range({ queryable, query, ...range }), false, evalMs);
  return wrong === undefined ? undefined : `in range mode: ${wrong}`;
}

async function attempt(
  command: EvalCommand,
  run: () => Promise<QueryResult>,
  withAnnotations: boolean,
  onlyMs?: number,
): Promise<string | undefined> {
  const failure = command.expectations.find(({ kind }) => kind === 'fail');
  let result: QueryResult;
  try {
    result = await run();
  } catch (error) {
    const text = messageOf(error);
    if (failure !== undefined)
      return failure.matches(text) ? undefined : `failed with another error: ${text}`;
    return `failed: ${text}${error instanceof QueryError ? '' : (error as Error).stack}`;
  }
  if (failure !== undefined) return 'did not fail';
  const wrongNotes = withAnnotations ? wrongAnnotations(command, result) : undefined;
  return wrongNotes ?? difference(command, result.value, onlyMs);
}

function wrongAnnotations(command: EvalCommand, { warnings, infos }: QueryResult): string | undefined {
  return wrongLevel(command, 'warn', 'no_warn', warnings) ?? wrongLevel(command, 'info', 'no_info', infos);
}

function wrongLevel(
  { expectations }: EvalCommand,
  wanted: ExpectKind,
  unwanted: ExpectKind,
  found: readonly string[],
): string | undefined {
  const expected = expectations.filter(({ kind }) => kind === wanted);
  if (expectations.some(({ kind }) => kind === unwanted) && found.length > 0)
    return `unexpected ${found.join('; ')}`;
  if (expected.length === 0) return undefined;
  if (!expected.every(({ matches }) => found.some(matches)))
    return `no such ${wanted} among: ${found.join('; ')}`;
  const stray = found.find((text) => !expected.some(({ matches }) => matches(text)));
  return stray === undefined ? undefined : `unexpected ${stray}`;
}
