export { type EvalOutcome, runScript, type ScriptParts, type ScriptStore } from './run-script.js';
export { ScriptError } from './script.js';
