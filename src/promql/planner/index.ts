export { buildPlan } from './build-plan.js';
export * from './plan.js';
