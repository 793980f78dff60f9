/** The functions of PromQL. Source: promql/parser/functions.go. */
import type { FunctionSignature, ValueType } from '../ast/index.js';

const vector = ['vector'] as const;
const matrix = ['matrix'] as const;
const scalars = ['scalar', 'scalar'] as const;

type Options = { readonly variadic?: number; readonly experimental?: true; readonly returns?: ValueType };
type Row = readonly [names: string, argTypes: readonly ValueType[], options?: Options];

/** Functions of one shape, side by side; they return an instant vector unless said otherwise. */
const rows: readonly Row[] = [
  ['abs absent ceil exp floor ln log10 log2 sgn sqrt sort sort_desc timestamp', vector],
  ['acos acosh asin asinh atan atanh cos cosh sin sinh tan tanh deg rad', vector],
  ['histogram_avg histogram_count histogram_sum histogram_stddev histogram_stdvar', vector],
  ['start_timestamp', vector, { experimental: true }],
  ['day_of_month day_of_week day_of_year days_in_month hour minute month year', vector, { variadic: 1 }],
  ['clamp', ['vector', ...scalars]],
  ['clamp_max clamp_min', ['vector', 'scalar']],
  ['round', ['vector', 'scalar'], { variadic: 1 }],
  ['histogram_fraction', [...scalars, 'vector']],
  ['histogram_quantile', ['scalar', 'vector']],
  ['histogram_quantiles', ['vector', 'string', ...scalars], { variadic: 9, experimental: true }],
  ['info', ['vector', 'vector'], { variadic: 1, experimental: true }],
  ['label_replace', ['vector', 'string', 'string', 'string', 'string']],
  ['label_join', ['vector', 'string', 'string', 'string'], { variadic: -1 }],
  ['sort_by_label sort_by_label_desc', ['vector', 'string'], { variadic: -1, experimental: true }],
  ['changes delta deriv idelta increase irate rate resets', matrix],
  ['absent_over_time avg_over_time count_over_time first_over_time last_over_time', matrix],
  ['max_over_time min_over_time present_over_time stddev_over_time stdvar_over_time sum_over_time', matrix],
  ['mad_over_time ts_of_first_over_time ts_of_last_over_time', matrix, { experimental: true }],
  ['ts_of_max_over_time ts_of_min_over_time', matrix, { experimental: true }],
  ['double_exponential_smoothing', ['matrix', ...scalars], { experimental: true }],
  ['predict_linear', ['matrix', 'scalar']],
  ['quantile_over_time', ['scalar', 'matrix']],
  ['vector', ['scalar']],
  ['scalar', vector, { returns: 'scalar' }],
  ['pi time', [], { returns: 'scalar' }],
  ['end range start step', [], { returns: 'scalar', experimental: true }],
  ['max_of min_of', scalars, { returns: 'scalar', experimental: true }],
];

function signaturesOf([names, argTypes, options = {}]: Row): [string, FunctionSignature][] {
  const { variadic = 0, returns: returnType = 'vector', experimental = false } = options;
  return names
    .split(' ')
    .map((name) => [name, { name, argTypes, variadic, returnType, experimental: experimental === true }]);
}

/** All 90, by name. */
export const functionSignatures: ReadonlyMap<string, FunctionSignature> = new Map(rows.flatMap(signaturesOf));
