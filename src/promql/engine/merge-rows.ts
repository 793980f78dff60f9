import type { LabelIds } from '../../storage/index.js';
import { QueryError } from '../errors.js';
import type { Evaluation } from './evaluation.js';
import { LabelNumbers } from './label-tools.js';
import { absent, type Row } from './rows.js';

export function sameLabelset(): QueryError {
  return new QueryError('execution', 'vector cannot contain metrics with the same labelset');
}

export function hasSameLabels(rows: readonly Row[]): boolean {
  if (rows.length < 2) return false;
  const numbers = new LabelNumbers();
  return rows.some((row, i) => numbers.number(row.labels) !== i);
}

/**
 * Series that came to bear the same labels become one where their samples do not overlap in time; where they do, the
 * query fails. Source: promql/engine.go, mergeSeriesWithSameLabelset and rangeEval.
 */
export function mergeSameLabels(rows: Row[], steps: number): Row[] {
  if (!hasSameLabels(rows)) return rows;
  const numbers = new LabelNumbers();
  const merged: Row[] = [];
  for (const row of rows) {
    const number = numbers.number(row.labels);
    const into = merged[number];
    if (into === undefined) merged.push(row);
    else mergeInto(into, row, steps);
  }
  return merged;
}

function mergeInto(into: Row, row: Row, steps: number): void {
  for (let i = 0; i < steps; i++) {
    const kind = row.present[row.offset + i] as number;
    if (kind === absent) continue;
    if (into.present[into.offset + i] !== absent) throw sameLabelset();
    into.present[into.offset + i] = kind;
    into.values[into.offset + i] = row.values[row.offset + i] as number;
    const histogram = row.histograms?.[i];
    if (histogram === undefined) continue;
    into.histograms ??= [];
    into.histograms[i] = histogram;
  }
  into.dropName ||= row.dropName;
}

/**
 * After a node that may have given two series the same labels. With delayed name removal, an instant query looks at
 * the end alone, when the names are gone.
 */
export function settleLabels(evaluation: Evaluation, rows: Row[], steps: number): Row[] {
  return steps === 1 && evaluation.delayedNameRemoval ? rows : mergeSameLabels(rows, steps);
}

/** What a function that loses the metric's name answers with: the name goes now, or is marked to go. */
export function dropName(evaluation: Evaluation, row: Row): Row {
  if (!evaluation.delayedNameRemoval) row.labels = evaluation.labels.dropMetadata(row.labels);
  row.dropName = true;
  return row;
}

/** The names that waited for the end of the query go. */
export function dropDelayedNames(evaluation: Evaluation, rows: Row[]): void {
  for (const row of rows) {
    if (row.dropName) row.labels = evaluation.labels.dropMetadata(row.labels) as LabelIds;
  }
}
