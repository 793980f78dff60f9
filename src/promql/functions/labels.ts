/** Functions that work on series, not on samples: once a series. Source: promql/functions.go. */
import { compileRegexp, expandTemplate, isLabelName, metricNameLabel } from '../../model/index.js';
import { type CallFunction, mergeSameLabels, type Row } from '../engine/index.js';
import { QueryError } from '../errors.js';
import { rowsOf, textOf } from './arguments.js';

function failed(message: string): QueryError {
  return new QueryError('execution', message);
}

function setLabel(row: Row, name: string, labels: Row['labels']): void {
  row.labels = labels;
  // A name that was just given stays.
  if (name === metricNameLabel) row.dropName = false;
}

const labelReplace: CallFunction = (input) => {
  const [target, replacement, source, pattern] = [1, 2, 3, 4].map((i) => textOf(input, i)) as [
    string,
    string,
    string,
    string,
  ];
  const regexp = compile(pattern);
  if (!isLabelName(target))
    throw failed(`invalid destination label name in label_replace(): ${target.toWellFormed()}`);
  const { labels: tools } = input.evaluation;
  const sourceId = tools.symbols.intern(source);
  const expanded = new Map<number, string | undefined>();
  for (const row of rowsOf(input, 0)) {
    const value = tools.get(row.labels, sourceId);
    if (!expanded.has(value)) {
      const groups = regexp.match(tools.symbols.text(value));
      expanded.set(value, groups === undefined ? undefined : expandTemplate(replacement, groups));
    }
    const result = expanded.get(value);
    if (result !== undefined) setLabel(row, target, tools.setText(row.labels, target, result));
  }
  return { kind: 'vector', rows: mergeSameLabels(rowsOf(input, 0), input.grid.steps) };
};

function compile(pattern: string): ReturnType<typeof compileRegexp> {
  try {
    return compileRegexp(pattern);
  } catch {
    throw failed(`invalid regular expression in label_replace(): ${pattern}`);
  }
}

const labelJoin: CallFunction = (input) => {
  const target = textOf(input, 1);
  const separator = textOf(input, 2);
  const { labels: tools } = input.evaluation;
  const sources = input.args.slice(3).map((_, i) => textOf(input, i + 3));
  for (const source of sources) {
    if (!isLabelName(source))
      throw failed(`invalid source label name in label_join(): ${source.toWellFormed()}`);
  }
  if (!isLabelName(target))
    throw failed(`invalid destination label name in label_join(): ${target.toWellFormed()}`);
  const ids = sources.map((source) => tools.symbols.intern(source));
  for (const row of rowsOf(input, 0)) {
    const value = ids.map((id) => tools.text(row.labels, id)).join(separator);
    setLabel(row, target, tools.setText(row.labels, target, value));
  }
  return { kind: 'vector', rows: mergeSameLabels(rowsOf(input, 0), input.grid.steps) };
};

export const labelFunctions: readonly (readonly [name: string, run: CallFunction])[] = [
  ['label_replace', labelReplace],
  ['label_join', labelJoin],
];
