import { compareUtf8 } from '../../base/index.js';
import { metricNameLabel } from '../../model/index.js';
import type { LabelIds } from '../../storage/index.js';
import type { VectorMatching } from '../ast/index.js';
import { LabelNumbers, type LabelTools } from './label-tools.js';
import type { Row } from './rows.js';

/** Rows of two vectors by the labels on which they match: group i holds the numbers of its rows on either side. */
export interface MatchGroups {
  readonly count: number;
  /** The group of each row. */
  readonly leftGroups: Uint32Array;
  readonly rightGroups: Uint32Array;
}

/** The labels of a series that take part in matching; the metric name does only when `on` names it. */
export function matchLabels(tools: LabelTools, labels: LabelIds, matching: VectorMatching): LabelIds {
  const { on, matchingLabels } = matching;
  if (on) return tools.keep(labels, tools.ids(matchingLabels));
  return tools.without(labels, tools.ids([metricNameLabel, ...matchingLabels]));
}

export function groupRows(
  tools: LabelTools,
  left: readonly Row[],
  right: readonly Row[],
  matching: VectorMatching,
): MatchGroups {
  const { on, matchingLabels } = matching;
  const names = tools.ids(on ? matchingLabels : [metricNameLabel, ...matchingLabels]);
  const numbers = new LabelNumbers();
  const groupOf = (row: Row) =>
    numbers.number(on ? tools.keep(row.labels, names) : tools.without(row.labels, names));
  const leftGroups = Uint32Array.from(left, groupOf);
  const rightGroups = Uint32Array.from(right, groupOf);
  return { count: numbers.sets.length, leftGroups, rightGroups };
}

/** Numbers of the rows in each group, in their order. */
export function rowsByGroup(groups: Uint32Array, count: number): number[][] {
  const lists: number[][] = Array.from({ length: count }, () => []);
  for (let row = 0; row < groups.length; row++) (lists[groups[row] as number] as number[]).push(row);
  return lists;
}

/** Text of the labels two series match on, for errors. */
export function matchText(tools: LabelTools, labels: LabelIds, matching: VectorMatching): string {
  return tools.toString(matchLabels(tools, labels, matching));
}

/** Two series' texts, the smaller first. */
export function orderedTexts(tools: LabelTools, a: LabelIds, b: LabelIds): [string, string] {
  const texts: [string, string] = [tools.toString(a), tools.toString(b)];
  return texts.sort(compareUtf8) as [string, string];
}
