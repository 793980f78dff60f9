/**
 * A query's tree as JSON, for editors. Source: web/api/v1/translate_ast.go; keys are in order, as upstream
 * sorts them.
 */
import { formatApiFloat, formatFloatPlain, jsonString } from '../../base/index.js';
import type {
  AtModifier,
  BinaryExpr,
  DurationOperand,
  Expr,
  VectorMatching,
  VectorSelector,
} from '../ast/index.js';

/** What is left to be written: JSON as it stands, an expression, or an operand of a duration. */
type Part = string | { readonly expr: Expr | undefined } | { readonly duration: DurationOperand | undefined };

/** In pieces, and without recursion: queries nest deep. */
export function* exprJson(expr: Expr): Iterable<string> {
  const pending: Part[] = [{ expr }];
  for (let part = pending.pop(); part !== undefined; part = pending.pop()) {
    if (typeof part === 'string') yield part;
    else if ('expr' in part) pushReversed(pending, expressionParts(part.expr));
    else pushReversed(pending, durationParts(part.duration));
  }
}

function pushReversed(pending: Part[], parts: readonly Part[]): void {
  for (let i = parts.length - 1; i >= 0; i--) pending.push(parts[i] as Part);
}

function expressionParts(expr: Expr | undefined): Part[] {
  if (expr === undefined) return ['null'];
  switch (expr.kind) {
    case 'number':
      return [`{"type":"numberLiteral","val":"${formatFloatPlain(expr.value)}"}`];
    case 'string':
      return [`{"type":"stringLiteral","val":${jsonString(expr.value)}}`];
    case 'paren':
      return ['{"expr":', { expr: expr.expr }, ',"type":"parenExpr"}'];
    case 'unary':
      return ['{"expr":', { expr: expr.expr }, `,"op":"${expr.op}","type":"unaryExpr"}`];
    case 'duration':
      return durationParts(expr);
    case 'binary':
      return binaryParts(expr);
    case 'aggregate': {
      const grouping = textList(expr.grouping);
      const head: Part[] = ['{"expr":', { expr: expr.expr }, `,"grouping":${grouping},"op":"${expr.op}"`];
      return [...head, ',"param":', { expr: expr.param }, `,"type":"aggregation","without":${expr.without}}`];
    }
    case 'call': {
      const { name, argTypes, variadic, returnType } = expr.func;
      const args = expr.args.flatMap((arg, i): Part[] => [i === 0 ? '' : ',', { expr: arg }]);
      const signature = `{"argTypes":${textList(argTypes)},"name":"${name}"`;
      const func = `${signature},"returnType":"${returnType}","variadic":${variadic}}`;
      return ['{"args":[', ...args, `],"func":${func},"type":"call"}`];
    }
    case 'vector-selector':
      return selectorParts(expr, [], 'vectorSelector');
    case 'matrix-selector': {
      const range: Part[] = [`,"range":${expr.rangeMs},"rangeExpr":`, { duration: expr.rangeExpr }];
      return selectorParts(expr.selector, range, 'matrixSelector');
    }
    case 'subquery':
      return [
        '{"expr":',
        { expr: expr.expr },
        `,"offset":${expr.offsetMs},"offsetExpr":`,
        { duration: expr.offsetExpr },
        `,"range":${expr.rangeMs},"rangeExpr":`,
        { duration: expr.rangeExpr },
        `,"startOrEnd":${startOrEnd(expr.at)},"step":${expr.stepMs},"stepExpr":`,
        { duration: expr.stepExpr },
        `,"timestamp":${timestamp(expr.at)},"type":"subquery"}`,
      ];
  }
}

function selectorParts(selector: VectorSelector, range: Part[], type: string): Part[] {
  const { anchored, smoothed, name, offsetMs, offsetExpr, at } = selector;
  const matchers = selector.matchers.map(
    ({ name: label, type: kind, value }) =>
      `{"name":${jsonString(label)},"type":"${kind}","value":${jsonString(value)}}`,
  );
  return [
    `{"anchored":${anchored},"matchers":[${matchers.join(',')}],"name":${jsonString(name)},"offset":${offsetMs}`,
    ',"offsetExpr":',
    { duration: offsetExpr },
    ...range,
    `,"smoothed":${smoothed},"startOrEnd":${startOrEnd(at)},"timestamp":${timestamp(at)},"type":"${type}"}`,
  ];
}

function binaryParts({ left, right, matching, op, returnBool }: BinaryExpr): Part[] {
  return [
    `{"bool":${returnBool},"lhs":`,
    { expr: left },
    `,"matching":${matchingText(matching)},"op":${jsonString(op)},"rhs":`,
    { expr: right },
    ',"type":"binaryExpr"}',
  ];
}

function matchingText(matching: VectorMatching | undefined): string {
  if (matching === undefined) return 'null';
  const { cardinality, fillLeft, fillRight, include, matchingLabels, on } = matching;
  const fill = `{"lhs":${numberOrNull(fillLeft)},"rhs":${numberOrNull(fillRight)}}`;
  const labels = `"include":${textList(include)},"labels":${textList(matchingLabels)}`;
  return `{"card":"${cardinality}","fillValues":${fill},${labels},"on":${on}}`;
}

function numberOrNull(value: number | undefined): string {
  return value !== undefined && Number.isFinite(value) ? formatApiFloat(value) : 'null';
}

function textList(texts: readonly string[]): string {
  return `[${texts.map(jsonString).join(',')}]`;
}

function durationParts(operand: DurationOperand | undefined): Part[] {
  if (operand === undefined) return ['null'];
  if (operand.kind === 'number') {
    const value = formatFloatPlain(operand.value);
    return [`{"duration":${operand.isDuration},"type":"numberLiteral","val":"${value}"}`];
  }
  const { left, right, op, wrapped } = operand;
  return [
    '{"lhs":',
    { duration: left },
    `,"op":${jsonString(op)},"rhs":`,
    { duration: right },
    `,"type":"durationExpr","wrapped":${wrapped}}`,
  ];
}

function startOrEnd(at: AtModifier | undefined): string {
  return at !== undefined && 'preprocessor' in at ? `"${at.preprocessor}"` : 'null';
}

function timestamp(at: AtModifier | undefined): string {
  return at !== undefined && 'timestampMs' in at ? String(at.timestampMs) : 'null';
}
