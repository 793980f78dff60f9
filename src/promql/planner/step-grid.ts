import type { StepGrid } from './plan.js';

export function stepGrid(startMs: number, endMs: number, stepMs: number): StepGrid {
  if (endMs < startMs) return { startMs, stepMs, steps: 0 };
  if (stepMs <= 0) return { startMs, stepMs: 1, steps: 1 };
  const steps = Math.floor((endMs - startMs) / stepMs) + 1;
  return { startMs, stepMs, steps, isRange: endMs > startMs };
}

/** The grid of a part that is evaluated at the first step alone. */
export function firstStep(grid: StepGrid): StepGrid {
  return { startMs: grid.startMs, stepMs: grid.stepMs, steps: Math.min(grid.steps, 1) };
}

/**
 * The steps at which a subquery's inner expression is evaluated: multiples of its own step, the first one after the
 * open left end. `firstMs` and `stepMs` say where the outer steps look. Source: promql/engine.go, subqueryTimeRange
 * (whose division truncates toward zero).
 */
export function subqueryGrid(options: {
  outer: StepGrid;
  firstMs: number;
  stepMs: number;
  rangeMs: number;
  innerStepMs: number;
}): StepGrid {
  const { outer, firstMs, stepMs, rangeMs, innerStepMs } = options;
  if (outer.steps === 0) return { startMs: firstMs, stepMs: innerStepMs, steps: 0 };
  const left = firstMs - rangeMs;
  let startMs = innerStepMs * Math.trunc(left / innerStepMs);
  if (startMs <= left) startMs += innerStepMs;
  return stepGrid(startMs, firstMs + (outer.steps - 1) * stepMs, innerStepMs);
}
