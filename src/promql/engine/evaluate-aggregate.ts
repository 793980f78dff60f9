import { QueryError } from '../errors.js';
import type { AggregateNode } from '../planner/index.js';
import { countValues } from './aggregate-count-values.js';
import { GroupAggregation } from './aggregate-groups.js';
import { selectSeries } from './aggregate-select.js';
import type { Evaluation } from './evaluation.js';
import type { RowStream } from './row-stream.js';
import type { NodeResult, Row, VectorResult } from './rows.js';

const selecting: ReadonlySet<string> = new Set(['topk', 'bottomk', 'limitk', 'limit_ratio']);

/** Takes the rows off the stream one at a time; only what the operation must remember is kept. */
export async function aggregate(
  evaluation: Evaluation,
  node: AggregateNode,
  input: RowStream,
  param: NodeResult | undefined,
): Promise<VectorResult> {
  if (node.op === 'count_values') {
    const label = param?.kind === 'string' ? param.value : '';
    return { kind: 'vector', rows: countValues(evaluation, node, await drain(input), label) };
  }
  const scalars = param?.kind === 'scalar' ? param.values : undefined;
  if (selecting.has(node.op)) {
    if (scalars === undefined) throw new QueryError('execution', `${node.op} needs a scalar parameter`);
    return { kind: 'vector', rows: selectSeries(evaluation, node, await drain(input), scalars) };
  }
  const groups = new GroupAggregation(evaluation, node, scalars);
  for (;;) {
    const more = input.next();
    if (!(typeof more === 'boolean' ? more : await more)) break;
    groups.add(groups.keepsRows ? input.detach() : input.row);
  }
  // Behind what was to be said within.
  if (node.op === 'quantile') warnOfQuantiles(evaluation, node, scalars);
  return { kind: 'vector', rows: groups.finish() };
}

export async function drain(input: RowStream): Promise<Row[]> {
  const rows: Row[] = [];
  for (;;) {
    const more = input.next();
    if (!(typeof more === 'boolean' ? more : await more)) return rows;
    rows.push(input.detach());
  }
}

function warnOfQuantiles(
  { annotations }: Evaluation,
  node: AggregateNode,
  param: Float64Array | undefined,
): void {
  if (param === undefined || param.length === 0) return;
  const position = node.paramPosition ?? node.position;
  let min = Number.MAX_VALUE;
  let max = -Number.MAX_VALUE;
  for (const q of param) {
    if (Number.isNaN(q)) annotations.invalidQuantile(Number.NaN, position);
    min = Math.min(min, q);
    max = Math.max(max, q);
  }
  if (max > 1) annotations.invalidQuantile(max, position);
  if (min < 0) annotations.invalidQuantile(min, position);
}
