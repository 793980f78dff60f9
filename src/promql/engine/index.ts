export type { StepGrid } from '../planner/index.js';
export type { NaNObservations } from './annotations.js';
export {
  ColumnEngine,
  type Engine,
  type EngineSettings,
  type InstantRequest,
  type RangeRequest,
} from './engine.js';
export type {
  CallFunction,
  CallInput,
  Evaluation,
  FunctionTable,
  WindowFunction,
  WindowNotes,
} from './evaluation.js';
export { goMax, goMin } from './go-math.js';
export {
  addSaid,
  endsOf,
  floatAtEnd,
  floatAtStart,
  interpolateHistograms,
  type Saying,
  type WindowEnds,
} from './interpolate.js';
export { LabelNumbers } from './label-tools.js';
export { dropName, mergeSameLabels, settleLabels } from './merge-rows.js';
export {
  absent,
  float,
  histogram,
  keepFloats,
  type Row,
  RowMaker,
  type VectorResult,
  withoutEmpty,
} from './rows.js';
export type { SampleWindow } from './sample-window.js';
