/** The tree in the form of the corpus: upstream's node names and fields, with zero values left out. */
import type { Matcher } from '../../../src/model/index.js';
import type { AtModifier, Expr, PositionRange, VectorMatching } from '../../../src/promql/index.js';

export type JsonValue = null | boolean | number | string | JsonValue[] | { [key: string]: JsonValue };

const operatorNames: Readonly<Record<string, string>> = {
  '+': 'ADD',
  '-': 'SUB',
  '*': 'MUL',
  '/': 'DIV',
  '%': 'MOD',
  '^': 'POW',
  '==': 'EQLC',
  '!=': 'NEQ',
  '<=': 'LTE',
  '<': 'LSS',
  '>=': 'GTE',
  '>': 'GTR',
  '</': 'TRIM_UPPER',
  '>/': 'TRIM_LOWER',
  and: 'LAND',
  or: 'LOR',
  unless: 'LUNLESS',
};

const cardinalities = {
  'one-to-one': 'CardOneToOne',
  'many-to-one': 'CardManyToOne',
  'one-to-many': 'CardOneToMany',
  'many-to-many': 'CardManyToMany',
} as const;

/** Every node with its position in place of upstream's PosRange, StartPos and EndPos. */
export function upstreamTree(expr: Expr): JsonValue {
  const position = range(expr.position);
  switch (expr.kind) {
    case 'number':
      return clean({ $type: 'NumberLiteral', Val: number(expr.value), Duration: expr.isDuration, position });
    case 'string':
      return clean({ $type: 'StringLiteral', Val: text(expr.value), position });
    case 'paren':
      return { $type: 'ParenExpr', Expr: upstreamTree(expr.expr), position };
    case 'unary':
      return { $type: 'UnaryExpr', Op: operator(expr.op), Expr: upstreamTree(expr.expr), position };
    case 'call':
      return clean({ $type: 'Call', Func: expr.func.name, Args: expr.args.map(upstreamTree), position });
    default:
      return clean({ ...composite(expr), position });
  }
}

type Composite = Exclude<Expr, { kind: 'number' | 'string' | 'paren' | 'unary' | 'call' }>;

function composite(expr: Composite): Record<string, JsonValue> {
  switch (expr.kind) {
    case 'aggregate':
      return {
        $type: 'AggregateExpr',
        Op: operator(expr.op),
        Expr: upstreamTree(expr.expr),
        Param: optional(expr.param),
        Grouping: [...expr.grouping],
        Without: expr.without,
      };
    case 'binary':
      return {
        $type: 'BinaryExpr',
        Op: operator(expr.op),
        LHS: upstreamTree(expr.left),
        RHS: upstreamTree(expr.right),
        VectorMatching: expr.matching === undefined ? null : matching(expr.matching),
        ReturnBool: expr.returnBool,
      };
    case 'duration':
      return {
        $type: 'DurationExpr',
        Op: operator(expr.op),
        LHS: optional(expr.left),
        RHS: optional(expr.right),
        Wrapped: expr.wrapped,
      };
    case 'matrix-selector':
      return {
        $type: 'MatrixSelector',
        VectorSelector: upstreamTree(expr.selector),
        Range: expr.rangeMs,
        RangeExpr: optional(expr.rangeExpr),
      };
    case 'subquery':
      return {
        $type: 'SubqueryExpr',
        Expr: upstreamTree(expr.expr),
        Range: expr.rangeMs,
        RangeExpr: optional(expr.rangeExpr),
        Step: expr.stepMs,
        StepExpr: optional(expr.stepExpr),
        ...timed(expr),
      };
    case 'vector-selector':
      return {
        $type: 'VectorSelector',
        Name: expr.name,
        LabelMatchers: expr.matchers.map(matcher),
        Anchored: expr.anchored,
        Smoothed: expr.smoothed,
        BypassEmptyMatcherCheck: expr.bypassEmptyMatcherCheck,
        ...timed(expr),
      };
  }
}

function timed(expr: Extract<Expr, { kind: 'subquery' | 'vector-selector' }>): Record<string, JsonValue> {
  return {
    OriginalOffset: expr.offsetMs,
    OriginalOffsetExpr: optional(expr.offsetExpr),
    ...at(expr.at),
  };
}

function at(modifier: AtModifier | undefined): Record<string, JsonValue> {
  if (modifier === undefined) return {};
  if ('preprocessor' in modifier) return { StartOrEnd: modifier.preprocessor.toUpperCase() };
  // Zero is a time, not the absence of one.
  return { Timestamp: String(modifier.timestampMs) };
}

function matching(value: VectorMatching): JsonValue {
  return clean({
    $type: 'VectorMatching',
    Card: value.cardinality === 'one-to-one' ? '' : cardinalities[value.cardinality],
    MatchingLabels: [...value.matchingLabels],
    On: value.on,
    Include: [...value.include],
    FillLeft: value.fillLeft ?? null,
    FillRight: value.fillRight ?? null,
  });
}

function matcher({ type, name, value }: Matcher): JsonValue {
  return { type, name, value };
}

function optional(expr: Expr | undefined): JsonValue {
  return expr === undefined ? null : upstreamTree(expr);
}

function operator(op: string): string {
  return operatorNames[op] ?? op.toUpperCase();
}

/** Bytes that are not UTF-8 stand in strings as lone surrogates. */
function text(value: string): JsonValue {
  if (value.isWellFormed()) return value;
  const bytes = [...value].map((character) => {
    const point = character.codePointAt(0) as number;
    return point >= 0xdc80 && point < 0xdd00 ? Buffer.of(point & 0xff) : Buffer.from(character);
  });
  return { $bytes_base64: Buffer.concat(bytes).toString('base64') };
}

function number(value: number): JsonValue {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? '+Inf' : '-Inf';
  return Object.is(value, -0) ? '-0' : value;
}

function range({ start, end }: PositionRange): JsonValue {
  return [start, end];
}

function clean(fields: Record<string, JsonValue>): JsonValue {
  const isZero = (value: JsonValue): boolean =>
    value === null ||
    value === false ||
    value === 0 ||
    value === '' ||
    (Array.isArray(value) && value.length === 0);
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => !isZero(value)));
}

/** A tree of the corpus with `position` computed as upstream's PositionRange() does. */
export function withPositions(node: JsonValue): JsonValue {
  if (Array.isArray(node)) return node.map(withPositions);
  if (node === null || typeof node !== 'object') return node;
  const { PosRange, StartPos, EndPos, ...rest } = node;
  const fields: Record<string, JsonValue> = {};
  for (const [key, value] of Object.entries(rest)) fields[key] = withPositions(value);
  if (fields.Timestamp !== undefined) fields.Timestamp = String(fields.Timestamp);
  if (fields.$type === 'VectorMatching' && fields.Card === 'CardOneToOne') delete fields.Card;
  if (fields.$type !== 'VectorMatching' && typeof fields.$type === 'string') {
    fields.position = positionOf({ PosRange, StartPos, EndPos }, fields);
  }
  return clean(fields);
}

type Places = Record<'PosRange' | 'StartPos' | 'EndPos', JsonValue | undefined>;

function positionOf({ PosRange, StartPos, EndPos }: Places, fields: Record<string, JsonValue>): JsonValue {
  const of = (key: string): [number, number] | undefined => {
    const child = fields[key] as { position?: [number, number] } | undefined;
    return child?.position;
  };
  if (PosRange !== undefined) {
    const { Start = 0, End = 0 } = PosRange as { Start?: number; End?: number };
    return [Start, End];
  }
  const start = (StartPos as number | undefined) ?? 0;
  const end = (EndPos as number | undefined) ?? 0;
  switch (fields.$type) {
    case 'BinaryExpr':
      return [of('LHS')?.[0] ?? 0, of('RHS')?.[1] ?? 0];
    case 'DurationExpr':
      return [of('LHS')?.[0] ?? start, of('RHS')?.[1] ?? of('LHS')?.[1] ?? end];
    case 'MatrixSelector':
      return [of('VectorSelector')?.[0] ?? 0, end];
    case 'UnaryExpr':
      return [start, of('Expr')?.[1] ?? 0];
    default:
      return [of('Expr')?.[0] ?? 0, end];
  }
}
