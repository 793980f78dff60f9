import { formatFloatPlain, quoteGo } from '../../base/index.js';
import { formatHistogram, isLabelName, toFloatHistogram } from '../../model/index.js';
import { QueryError } from '../errors.js';
import type { AggregateNode } from '../planner/index.js';
import { Grouper } from './aggregate-groups.js';
import type { Evaluation } from './evaluation.js';
import { settleLabels } from './merge-rows.js';
import { absent, float, histogram, type Row, RowMaker } from './rows.js';

/** count_values: one series for each group and value, the value being a label. Source: promql/engine.go. */
export function countValues(
  evaluation: Evaluation,
  node: AggregateNode,
  rows: readonly Row[],
  label: string,
): Row[] {
  if (!isLabelName(label)) throw new QueryError('execution', `invalid label name ${quoteGo(label)}`);
  const { labels: tools } = evaluation;
  const { grid, without } = node;
  const grouper = new Grouper(evaluation, without ? node.grouping : [...node.grouping, label], without);
  const maker = new RowMaker(grid.steps, evaluation.scope);
  const counts: Row[] = [];
  const labelId = tools.symbols.intern(label);
  for (const row of rows) {
    const groupOfValue = new Map<string, number>();
    for (let step = 0; step < grid.steps; step++) {
      const kind = row.present[row.offset + step] as number;
      if (kind === absent) continue;
      const sample = kind === histogram ? row.histograms?.[step] : undefined;
      const text =
        sample === undefined
          ? formatFloatPlain(row.values[row.offset + step] as number)
          : formatHistogram(toFloatHistogram(sample));
      let group = groupOfValue.get(text);
      if (group === undefined) {
        group = grouper.groupOf(tools.set(row.labels, labelId, tools.symbols.intern(text)));
        groupOfValue.set(text, group);
      }
      counts[group] ??= maker.make(grouper.labelsOf(group), false);
      const count = counts[group] as Row;
      const at = count.offset + step;
      count.values[at] = (count.present[at] === float ? (count.values[at] as number) : 0) + 1;
      count.present[at] = float;
    }
  }
  return settleLabels(evaluation, counts, grid.steps);
}
