import type { SelectHints } from '../../storage/index.js';
import type { AtModifier, DurationExpr, VectorSelector } from '../ast/index.js';
import { durationMs } from './durations.js';
import type { PlanRequest, SelectorPlan, StepGrid } from './plan.js';

/** What stands around a selector and tells a store what the series are for. */
export interface HintContext {
  readonly func: string;
  readonly grouping: readonly string[] | undefined;
  readonly by: boolean;
  /**
   * What is needed of native histograms: of `stats` count and sum alone; `buckets` needs all of them whatever stands
   * further in. Source: promql/engine.go (detectHistogramStatsDecoding).
   */
  readonly needs: 'all' | 'stats' | 'buckets';
  /** The step of the innermost subquery, or of the query; 0 for none. */
  readonly stepMs: number;
}

interface Shifted {
  readonly at: AtModifier | undefined;
  readonly offsetMs: number;
  readonly offsetExpr: DurationExpr | undefined;
}

/** The moment that a grid's steps look at through `offset` and `@`. */
export function lookedAt(
  shifted: Shifted,
  grid: StepGrid,
  request: PlanRequest,
): { firstMs: number; stepMs: number } {
  const offsetMs = offsetOf(shifted, request);
  const atMs = atTimeOf(shifted.at, request);
  if (atMs !== undefined) return { firstMs: atMs - offsetMs, stepMs: 0 };
  return { firstMs: grid.startMs - offsetMs, stepMs: grid.stepMs };
}

export function atTimeOf(at: AtModifier | undefined, request: PlanRequest): number | undefined {
  if (at === undefined) return undefined;
  if ('timestampMs' in at) return at.timestampMs;
  return at.preprocessor === 'start' ? request.startMs : request.endMs;
}

export function lengthOf(expr: DurationExpr | undefined, plainMs: number, request: PlanRequest): number {
  return expr === undefined ? plainMs : durationMs(expr, false, durationContext(request));
}

export function offsetOf(
  { offsetMs, offsetExpr }: Pick<Shifted, 'offsetMs' | 'offsetExpr'>,
  request: PlanRequest,
): number {
  return offsetExpr === undefined ? offsetMs : durationMs(offsetExpr, true, durationContext(request));
}

function durationContext({ startMs, endMs, stepMs, query }: PlanRequest) {
  return { stepMs, rangeMs: endMs - startMs, query };
}

/** `rangeMs` is 0 for an instant selector, whose window is the lookback. */
export function planSelector(options: {
  selector: VectorSelector;
  grid: StepGrid;
  rangeMs: number;
  hints: HintContext;
  request: PlanRequest;
}): SelectorPlan {
  const { selector, grid, rangeMs, hints, request } = options;
  const { firstMs, stepMs } = lookedAt(selector, grid, request);
  const lastMs = firstMs + Math.max(grid.steps - 1, 0) * stepMs;
  // The left edge is excluded, hence one millisecond less.
  const extension = extensionOf(selector);
  const { lookbackDeltaMs } = request;
  const reachMs = rangeMs === 0 ? lookbackDeltaMs : rangeMs + (extension === undefined ? 0 : lookbackDeltaMs);
  const mintMs = firstMs - reachMs + 1;
  const maxtMs = lastMs + (extension === 'smoothed' ? lookbackDeltaMs : 0);
  return {
    matchers: selector.matchers,
    firstMs,
    stepMs,
    window: { mintMs, maxtMs },
    extension,
    hints: selectHints(hints, rangeMs),
    statsOnly: hints.needs === 'stats',
    position: selector.position,
  };
}

function extensionOf({ anchored, smoothed }: VectorSelector): SelectorPlan['extension'] {
  if (anchored) return 'anchored';
  return smoothed ? 'smoothed' : undefined;
}

function selectHints({ func, grouping, by, stepMs }: HintContext, rangeMs: number): SelectHints {
  return { stepMs, rangeMs, func, ...(grouping === undefined ? {} : { grouping, by }) };
}

/** The number that start(), end(), range() or step() stands for, in seconds; an instant query has no step. */
export function contextValue(name: string, { startMs, endMs, stepMs }: PlanRequest): number {
  if (name === 'start') return startMs / 1000;
  if (name === 'end') return endMs / 1000;
  if (name === 'range') return (endMs - startMs) / 1000;
  return startMs === endMs ? 0 : stepMs / 1000;
}

const figures: ReadonlySet<string> = new Set(['histogram_count', 'histogram_sum', 'histogram_avg']);
const wholes: ReadonlySet<string> = new Set([
  'histogram_quantile',
  'histogram_quantiles',
  'histogram_fraction',
]);

/** What the arguments of a call must have of native histograms. */
export function needsBelow(func: string, { needs }: HintContext): HintContext['needs'] {
  if (needs === 'buckets' || wholes.has(func)) return 'buckets';
  return figures.has(func) ? 'stats' : needs;
}
