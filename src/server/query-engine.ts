import type { Clock } from '../base/index.js';
import type { Kernels } from '../kernels/index.js';
import {
  createEngine,
  type Engine,
  type ParserOptions,
  parseExpr,
  parseMetricSelector,
  prettyExpr,
} from '../promql/index.js';
import type { QueryParser } from '../web/index.js';

/** Settings of the engine as plain data: every thread makes its own from them. */
export interface QueryEngineSettings {
  readonly lookbackDeltaMs: number;
  readonly timeoutMs: number;
  readonly maxSamples: number;
  /** Of --enable-feature. */
  readonly features: ReadonlySet<string>;
}

export interface QueryEngineParts {
  readonly clock: Clock;
  readonly kernels: Kernels;
  /** What one query may hold in the kernels' memory. */
  readonly queryMaxBytes: number;
  readonly defaultStepMs: () => number;
  readonly maxConcurrency?: number;
}

export function createQueryEngine(settings: QueryEngineSettings, parts: QueryEngineParts): Engine {
  const { lookbackDeltaMs, timeoutMs, maxSamples, features } = settings;
  return createEngine({
    ...parts,
    lookbackDeltaMs,
    timeoutMs,
    maxSamples,
    parserOptions: parserOptionsOf(features),
    delayedNameRemoval: features.has('promql-delayed-name-removal'),
    useStartTimestamps: features.has('use-start-timestamps'),
  });
}

export function parserOptionsOf(features: ReadonlySet<string>): ParserOptions {
  return {
    experimentalFunctions: features.has('promql-experimental-functions'),
    extendedRangeSelectors: features.has('promql-extended-range-selectors'),
    fillModifiers: features.has('promql-binop-fill-modifiers'),
  };
}

export function queryParser(features: ReadonlySet<string>): QueryParser {
  const options = parserOptionsOf(features);
  return {
    parse: (query) => parseExpr(query, options),
    parseSelector: (text) => parseMetricSelector(text),
    pretty: (expr) => prettyExpr(expr),
  };
}
