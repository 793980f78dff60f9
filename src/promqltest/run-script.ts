import { type Clock, messageOf } from '../base/index.js';
import type { Kernels } from '../kernels/index.js';
import { createEngine, type Engine, ParseError, QueryError, type QueryResult } from '../promql/index.js';
import type { Storage } from '../storage/index.js';
import { wrongAnnotations } from './check-annotations.js';
import { wrongStep, wrongValue } from './compare-value.js';
import { loadSamples } from './load-samples.js';
import { scriptParserOptions } from './parse-evaluation.js';
import { parseScript } from './parse-script.js';
import { pinToTime } from './pin-to-time.js';
import type { EvalCommand } from './script.js';

/** Where a script's samples go. */
export interface ScriptStore {
  readonly storage: Storage;
  close(): Promise<void>;
}

export interface ScriptParts {
  readonly kernels: Kernels;
  readonly clock: Clock;
  /** An empty one, at the beginning and after each `clear`. */
  openStore(): Promise<ScriptStore>;
}

export interface EvalOutcome {
  readonly line: number;
  readonly query: string;
  /** What is wrong; undefined for a pass. */
  readonly failure: string | undefined;
}

/** Runs a script and answers what became of each evaluation, in turn. Throws `ScriptError` for a mistake in the script. */
export async function* runScript(text: string, parts: ScriptParts): AsyncGenerator<EvalOutcome> {
  const commands = parseScript(text);
  const engine = createScriptEngine(parts);
  let store = await parts.openStore();
  try {
    for (const command of commands) {
      if (command.kind === 'clear') {
        await store.close();
        store = await parts.openStore();
      } else if (command.kind === 'load') await loadSamples(store.storage, command);
      else {
        const { line, query } = command;
        yield { line, query, failure: await failureOf(command, engine, store.storage) };
      }
    }
  } finally {
    await store.close();
  }
}

/** Source: promqltest.NewTestEngine. */
function createScriptEngine({ kernels, clock }: ScriptParts): Engine {
  return createEngine({
    ...{ kernels, clock },
    lookbackDeltaMs: 300_000,
    timeoutMs: 100_000,
    maxSamples: 10_000,
    defaultStepMs: () => 60_000,
    delayedNameRemoval: true,
    useStartTimestamps: true,
    parserOptions: scriptParserOptions,
  });
}

async function failureOf(
  command: EvalCommand,
  engine: Engine,
  queryable: Storage,
): Promise<string | undefined> {
  const { query, timeMs } = command;
  if (command.isRange) {
    const { startMs, endMs, stepMs } = command;
    const range = { queryable, query, startMs, endMs, stepMs };
    const attempt = await tried(command, () => engine.range(range));
    return attempt.failure ?? (attempt.result && wrongResult(command, attempt.result));
  }
  for (const variant of [{ query, timeMs }, ...pinnedVariants(query, timeMs)]) {
    const failure = await instantFailure(command, variant, { engine, queryable });
    if (failure !== undefined)
      return variant.query === query
        ? failure
        : `as ${variant.query} at ${variant.timeMs / 1000}s: ${failure}`;
  }
  return undefined;
}

interface Variant {
  readonly query: string;
  readonly timeMs: number;
}

/** The query with `@` on its selectors answers the same at any time, where nothing else in it depends on time. */
function pinnedVariants(query: string, timeMs: number): Variant[] {
  const pinned = pinToTime(query, timeMs);
  if (pinned === undefined) return [];
  const times =
    timeMs === 0 ? [-1000, 0, 1000] : [-10 * timeMs, 0, Math.trunc(timeMs / 5), timeMs, 10 * timeMs];
  return times.map((time) => ({ query: pinned, timeMs: time }));
}

async function instantFailure(
  command: EvalCommand,
  { query, timeMs }: Variant,
  { engine, queryable }: { engine: Engine; queryable: Storage },
): Promise<string | undefined> {
  const attempt = await tried(command, () => engine.instant({ queryable, query, timeMs }));
  if (attempt.failure !== undefined) return attempt.failure;
  const { result } = attempt;
  if (result === undefined) return undefined;
  const wrong = wrongResult(command, result);
  if (wrong !== undefined || command.isInstantOnly || /(?:start|end|range|step)\(\)/.test(query))
    return wrong;
  const range = { startMs: timeMs - 60_000, endMs: timeMs + 60_000, stepMs: 60_000 };
  try {
    const { value } = await engine.range({ queryable, query, ...range });
    // The order is a range query's own.
    if (command.isOrdered) return undefined;
    const wrongThere = wrongStep(command, value, { kind: result.value.kind, timeMs });
    return wrongThere === undefined ? undefined : `in range mode: ${wrongThere}`;
  } catch (error) {
    return `in range mode: ${errorText(error)}`;
  }
}

/** A result, or what is wrong with there being one or none; neither where an error was expected. */
interface Attempt {
  readonly result?: QueryResult;
  readonly failure?: string;
}

async function tried({ expectations }: EvalCommand, run: () => Promise<QueryResult>): Promise<Attempt> {
  const expected = expectations.find(({ subject }) => subject === 'fail');
  let result: QueryResult;
  try {
    result = await run();
  } catch (error) {
    const text = errorText(error);
    if (expected === undefined) return { failure: `error evaluating query: ${text}` };
    return expected.matches(text)
      ? {}
      : { failure: `expected error matching "${expected.text}", but got: ${text}` };
  }
  return expected === undefined ? { result } : { failure: 'expected error evaluating query but got none' };
}

/** Of a query's own errors; others are ours. */
function errorText(error: unknown): string {
  if (error instanceof QueryError || error instanceof ParseError) return messageOf(error);
  throw error;
}

function wrongResult(command: EvalCommand, result: QueryResult): string | undefined {
  return wrongAnnotations(command, result) ?? wrongValue(command, result.value);
}
