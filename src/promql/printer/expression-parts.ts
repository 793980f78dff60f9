/** How each node prints, one level deep: texts, and child nodes in their places. Source: printer.go. */
import { formatDuration, formatFloatPlain, formatFloatShortest, quoteGo } from '../../base/index.js';
import { isLegacyLabelName } from '../../model/index.js';
import {
  type AggregateExpr,
  type BinaryExpr,
  type DurationExpr,
  type Expr,
  millisecondsOf,
  type NumberLiteral,
} from '../ast/index.js';
import { matrixSelectorParts, subquerySuffixParts, vectorSelectorParts } from './selector-text.js';

export type Part = string | Expr;

export function partsOf(expr: Expr): readonly Part[] {
  switch (expr.kind) {
    case 'aggregate': {
      const param = expr.param === undefined ? [] : [expr.param, ', '];
      return [`${aggregateHead(expr)}(`, ...param, expr.expr, ')'];
    }
    case 'binary':
      return [expr.left, ` ${binaryOperator(expr)} `, expr.right];
    case 'call':
      return [`${expr.func.name}(`, ...expr.args.flatMap((arg, i) => (i === 0 ? [arg] : [', ', arg])), ')'];
    case 'duration':
      return durationParts(expr);
    case 'matrix-selector':
      return matrixSelectorParts(expr);
    case 'number':
      return [numberText(expr)];
    case 'paren':
      return ['(', expr.expr, ')'];
    case 'string':
      return [quoteGo(expr.value)];
    case 'subquery':
      return [expr.expr, ...subquerySuffixParts(expr)];
    case 'unary':
      return [expr.op, expr.expr];
    case 'vector-selector':
      return vectorSelectorParts(expr);
  }
}

/** `sum by (a, b) `, without the arguments. */
export function aggregateHead({ op, grouping, without }: AggregateExpr): string {
  if (without) return `${op} without (${labelList(grouping)}) `;
  return grouping.length > 0 ? `${op} by (${labelList(grouping)}) ` : op;
}

/** The operator with its modifiers: `== bool on (a) group_left ()`. */
export function binaryOperator({ op, returnBool, matching }: BinaryExpr): string {
  let text = returnBool ? `${op} bool` : op;
  if (matching === undefined) return text;
  const { cardinality, on, matchingLabels, include, fillLeft, fillRight } = matching;
  const grouped = cardinality === 'many-to-one' || cardinality === 'one-to-many';
  if (matchingLabels.length > 0 || on || grouped) {
    text += ` ${on ? 'on' : 'ignoring'} (${labelList(matchingLabels)})`;
  }
  if (grouped) text += ` group_${cardinality === 'many-to-one' ? 'left' : 'right'} (${labelList(include)})`;
  if (fillLeft !== undefined && fillLeft === fillRight)
    return `${text} fill (${formatFloatShortest(fillLeft)})`;
  if (fillLeft !== undefined) text += ` fill_left (${formatFloatShortest(fillLeft)})`;
  if (fillRight !== undefined) text += ` fill_right (${formatFloatShortest(fillRight)})`;
  return text;
}

function durationParts({ op, left, right, wrapped }: DurationExpr): readonly Part[] {
  const inner: Part[] = [];
  if (op === 'step' || op === 'range') inner.push(`${op}()`);
  else if (left === undefined) inner.push(op === '-' ? '-' : '', ...(right === undefined ? [] : [right]));
  else if (right === undefined) inner.push(left);
  else if (op === 'min_of' || op === 'max_of') inner.push(`${op}(`, left, ', ', right, ')');
  else inner.push(left, ` ${op} `, right);
  return wrapped ? ['(', ...inner, ')'] : inner;
}

function numberText({ value, isDuration }: NumberLiteral): string {
  if (!isDuration) return formatFloatPlain(value);
  const text = formatDuration(millisecondsOf(Math.trunc(Math.abs(value) * 1e9)));
  return value < 0 ? `-${text}` : text;
}

function labelList(labels: readonly string[]): string {
  return labels.map((label) => (isLegacyLabelName(label) ? label : quoteGo(label))).join(', ');
}
