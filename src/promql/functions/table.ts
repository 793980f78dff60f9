import type { FunctionTable } from '../engine/index.js';
import { absenceFunctions } from './absence.js';
import { dateFunctions } from './dates.js';
import { histogramFunctions } from './histograms.js';
import { labelFunctions } from './labels.js';
import { mathFunctions } from './math.js';
import { overTimeFunctions } from './over-time.js';
import { rateFunctions } from './rates.js';
import { scalarFunctions } from './scalars.js';
import { sortFunctions } from './sorting.js';

/** All functions that can be evaluated, by name. */
export function functionTable(): FunctionTable {
  return {
    calls: new Map([
      ...mathFunctions,
      ...dateFunctions,
      ...scalarFunctions,
      ...absenceFunctions,
      ...sortFunctions,
      ...labelFunctions,
      ...histogramFunctions,
    ]),
    windows: new Map([...rateFunctions, ...overTimeFunctions]),
  };
}
