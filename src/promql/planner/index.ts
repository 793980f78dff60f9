export { buildPlan } from './build-plan.js';
export * from './plan.js';
export { lastStepMs, stepGrid, subqueryGrid } from './step-grid.js';
