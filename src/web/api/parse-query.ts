/**
 * A query's tree as JSON, for editors. Source: web/api/v1/translate_ast.go; keys are in order, as upstream
 * sorts them.
 */
import { formatFloatPlain } from '../../base/index.js';
import type {
  AtModifier,
  BinaryExpr,
  DurationOperand,
  Expr,
  VectorMatching,
  VectorSelector,
} from '../../promql/index.js';
import { type JsonBody, jsonText } from '../json/index.js';
import type { Answer, Route, WebContext, WebRequest } from '../route.js';
import { asQueryParameter } from './query-error.js';

async function parseQuery({ form }: WebRequest, { ports }: WebContext): Promise<Answer> {
  const expr = await asQueryParameter(() => ports.parser.parse(form.get('query')));
  return { kind: 'data', data: treeBody(expr) };
}

/** What is left to be written: JSON as it stands, an expression, or an operand of a duration. */
type Part = string | { readonly expr: Expr | undefined } | { readonly duration: DurationOperand | undefined };

/** Without recursion: queries nest deep. */
function treeBody(expr: Expr): JsonBody {
  return function* (out) {
    const pending: Part[] = [{ expr }];
    for (let part = pending.pop(); part !== undefined; part = pending.pop()) {
      if (typeof part === 'string') out.text(part);
      else if ('expr' in part) pushReversed(pending, expressionParts(part.expr));
      else pushReversed(pending, durationParts(part.duration));
      if (out.isFull) yield out.take();
    }
  };
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
      return [jsonText({ type: 'stringLiteral', val: expr.value })];
    case 'paren':
      return ['{"expr":', { expr: expr.expr }, ',"type":"parenExpr"}'];
    case 'unary':
      return ['{"expr":', { expr: expr.expr }, `,"op":"${expr.op}","type":"unaryExpr"}`];
    case 'duration':
      return durationParts(expr);
    case 'binary':
      return binaryParts(expr);
    case 'aggregate': {
      const grouping = jsonText(expr.grouping);
      const head: Part[] = ['{"expr":', { expr: expr.expr }, `,"grouping":${grouping},"op":"${expr.op}"`];
      return [...head, ',"param":', { expr: expr.param }, `,"type":"aggregation","without":${expr.without}}`];
    }
    case 'call': {
      const { name, argTypes, variadic, returnType } = expr.func;
      const args = expr.args.flatMap((arg, i): Part[] => [i === 0 ? '' : ',', { expr: arg }]);
      const func = jsonText({ argTypes, name, returnType, variadic });
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
  const matchers = selector.matchers.map(({ name, type, value }) => ({ name, type, value }));
  return [
    `{"anchored":${anchored},"matchers":${jsonText(matchers)},"name":${jsonText(name)},"offset":${offsetMs}`,
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
    `,"matching":${matchingText(matching)},"op":${jsonText(op)},"rhs":`,
    { expr: right },
    ',"type":"binaryExpr"}',
  ];
}

function matchingText(matching: VectorMatching | undefined): string {
  if (matching === undefined) return 'null';
  return jsonText({
    card: matching.cardinality,
    fillValues: { lhs: matching.fillLeft ?? null, rhs: matching.fillRight ?? null },
    include: matching.include,
    labels: matching.matchingLabels,
    on: matching.on,
  });
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
    `,"op":${jsonText(op)},"rhs":`,
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

export const parseQueryRoute: Route = {
  name: '/parse_query',
  methods: { GET: parseQuery, POST: parseQuery },
};
