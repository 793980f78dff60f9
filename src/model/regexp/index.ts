export { compileLabelRegexp, type LabelRegexp, RegexpSyntaxError } from './label-regexp.js';
