export { relabel, relabelLabels } from './relabel.js';
export {
  compileRelabelRegexp,
  type RelabelRegexp,
} from './relabel-regexp.js';
export {
  checkRelabelRule,
  defaultPattern,
  defaultReplacement,
  defaultSeparator,
  isLegacyLabelTemplate,
  type RelabelAction,
  type RelabelRule,
  relabelActions,
} from './rule.js';
