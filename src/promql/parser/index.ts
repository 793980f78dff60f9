export { documentedType } from './check-types.js';
export { functionSignatures } from './function-signatures.js';
export type { ParserOptions } from './options.js';
export { type ParsedNumber, parseNumber } from './parse-number.js';
export { parseExpr, parseMetric, parseMetricSelector } from './parse-query.js';
export { parseSeriesDescription } from './parse-series.js';
export type { CombineHistograms, SeriesDescription, SeriesOptions, SeriesValue } from './series-value.js';
