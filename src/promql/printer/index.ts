export { exprJson } from './expr-json.js';
export { formatQuery } from './format-query.js';
export { type PrettyOptions, prettyExpr } from './pretty-expr.js';
export { printExpr } from './print-expr.js';
