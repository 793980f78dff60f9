import { assert } from '../../base/index.js';
import { wordsOf } from '../../model/index.js';
import { histogramKind, type LabelIds, type SeriesColumns } from '../../storage/index.js';
import { QueryError } from '../errors.js';
import type { Plan, RangeSelectNode } from '../planner/index.js';
import type { MatrixValue, QueryValue, VectorValue } from '../value.js';
import type { Evaluation } from './evaluation.js';
import { endsOf, floatAtEnd, floatAtStart } from './interpolate.js';
import { dropDelayedNames, mergeSameLabels } from './merge-rows.js';
import { expandingFailed, openSeries } from './row-stream.js';
import { type NodeResult, type Row, withoutEmpty } from './rows.js';
import { SampleWindow } from './sample-window.js';
import { hasStale, isStaleRow } from './sieve.js';
import { borrowedColumns, columnsOfRow, HistogramList } from './subquery-columns.js';

/** The value of an evaluated query, in the shape its type and kind of query ask for. */
export function queryValue(evaluation: Evaluation, plan: Plan, result: NodeResult): QueryValue {
  const { resultGrid: grid, isRange } = plan;
  const timestampMs = grid.startMs;
  if (result.kind === 'string') return { kind: 'string', timestampMs, value: result.value };
  const { symbols } = evaluation.labels;
  if (result.kind === 'scalar') {
    if (!isRange) return { kind: 'scalar', timestampMs, value: result.values[0] as number };
    const timestamps = Float64Array.from(result.values, (_, i) => grid.startMs + i * grid.stepMs);
    const columns = { length: timestamps.length, timestamps, values: result.values };
    return { kind: 'matrix', symbols, series: [{ labels: new Uint32Array(0), columns }] };
  }
  let rows = withoutEmpty(result.rows, grid.steps);
  if (evaluation.delayedNameRemoval) {
    dropDelayedNames(evaluation, rows);
    rows = mergeSameLabels(rows, grid.steps);
  }
  if (!isRange && plan.resultType === 'vector') return vectorValue(evaluation, rows, timestampMs);
  return sortedMatrix(
    evaluation,
    rows.map((row) => ({
      labels: row.labels,
      columns: evaluation.borrows
        ? borrowedColumns(evaluation, row, grid)
        : columnsOfRow(evaluation, row, grid),
    })),
  );
}

function vectorValue(evaluation: Evaluation, rows: readonly Row[], timestampMs: number): VectorValue {
  const values = Float64Array.from(rows, ({ values, offset }) => values[offset] as number);
  const anyHistogram = rows.some(({ histograms }) => histograms?.[0] !== undefined);
  return {
    kind: 'vector',
    symbols: evaluation.labels.symbols,
    timestampMs,
    labels: rows.map(({ labels }) => labels),
    values,
    histograms: anyHistogram ? rows.map(({ histograms }) => histograms?.[0]) : undefined,
  };
}

type MatrixSeries = { readonly labels: LabelIds; readonly columns: SeriesColumns };

function sortedMatrix(evaluation: Evaluation, series: MatrixSeries[]): MatrixValue {
  const { labels: tools } = evaluation;
  const ranks = tools.ranks(series.map(({ labels }) => labels));
  series.sort((a, b) => tools.compareRanked(ranks, a.labels, b.labels));
  return { kind: 'matrix', symbols: evaluation.labels.symbols, series };
}

/** A range selector as a whole query: its samples as they are stored, stale markers left out. */
export async function rangeSelectValue(evaluation: Evaluation, node: RangeSelectNode): Promise<MatrixValue> {
  const set = openSeries(evaluation, node.selector);
  const { extension } = node.selector;
  const series: MatrixSeries[] = [];
  if (set === undefined) return sortedMatrix(evaluation, series);
  try {
    for (;;) {
      const pause = evaluation.guard.checkpoint();
      if (pause !== undefined) await pause;
      const more = set.next();
      if (!(typeof more === 'boolean' ? more : await more)) break;
      const stored = copyWithoutStale(set.columns);
      const columns = extension === undefined ? stored : extendedColumns(evaluation, node, stored);
      if (columns.length === 0) continue;
      evaluation.guard.hold(columns.length);
      evaluation.guard.count(columns.length, columns.length);
      series.push({ labels: set.labels, columns });
    }
  } catch (error) {
    throw expandingFailed(error);
  } finally {
    for (const warning of set.warnings) evaluation.annotations.addStorageWarning(warning);
    set.close();
  }
  return sortedMatrix(evaluation, series);
}

/** The range's ends and what lies between them. Source: promql/engine.go (extendFloats). */
function extendedColumns(
  { lookbackDeltaMs }: Evaluation,
  { selector, rangeMs }: RangeSelectNode,
  stored: SeriesColumns,
): SeriesColumns {
  const { extension, firstMs: endMs } = selector;
  if (stored.kinds?.includes(histogramKind) === true)
    throw new QueryError('execution', `${extension} modifier is not supported with histograms`);
  const none = { length: 0, timestamps: new Float64Array(0), values: new Float64Array(0) };
  const rows = Uint32Array.from({ length: stored.length }, (_, i) => i);
  const window = new SampleWindow(stored, rows, {
    ...{ rangeMs, extension, lookbackMs: lookbackDeltaMs, usesStarts: false, statsOnly: false },
  });
  window.moveTo(endMs);
  const ends = window.from === window.to ? undefined : endsOf(window);
  if (ends === undefined) return none;
  const { startMs } = window;
  const times = [startMs];
  const values = [floatAtStart(window, ends, false)];
  for (let i = ends.first; i <= ends.last; i++) {
    const timeMs = window.timeOf(i);
    if ((i === ends.first && timeMs <= startMs) || (i === ends.last && timeMs >= endMs)) continue;
    times.push(timeMs);
    values.push(window.valueOf(i));
  }
  const [timestamps, column] = [
    Float64Array.from([...times, endMs]),
    Float64Array.from([...values, floatAtEnd(window, ends, false)]),
  ];
  return { length: timestamps.length, timestamps, values: column };
}

function copyWithoutStale(columns: SeriesColumns): SeriesColumns {
  if (columns.kinds === undefined && !hasStale(columns)) {
    const { length, timestamps, values } = columns;
    return { length, timestamps: timestamps.slice(0, length), values: values.slice(0, length) };
  }
  const words = wordsOf(columns.values);
  const rows: number[] = [];
  for (let i = 0; i < columns.length; i++) if (!isStaleRow(columns, words, i)) rows.push(i);
  const { kinds, histograms } = columns;
  const copy = {
    length: rows.length,
    timestamps: Float64Array.from(rows, (i) => columns.timestamps[i] as number),
    values: Float64Array.from(rows, (i) => columns.values[i] as number),
  };
  if (kinds === undefined) return copy;
  assert(histograms !== undefined, 'columns with kinds have histograms');
  return {
    ...copy,
    kinds: Uint8Array.from(rows, (i) => kinds[i] as number),
    histograms: new HistogramList(rows.map((i) => (kinds[i] === 1 ? histograms.at(i) : undefined))),
  };
}
