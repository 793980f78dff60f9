export { expandTemplate } from './expand-template.js';
export { compileLabelRegexp, type LabelRegexp } from './label-regexp.js';
export { compileRegexp, compileSearch, type RegexpGroups, type SubmatchRegexp } from './submatch-regexp.js';
export { RegexpSyntaxError } from './syntax-error.js';
