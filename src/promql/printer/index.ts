export { type PrettyOptions, prettyExpr } from './pretty-expr.js';
export { printExpr } from './print-expr.js';
