import { quoteGo } from '../../base/index.js';
import type { BinaryExpr, PositionRange, ValueType } from '../ast/index.js';
import type { Draft } from './draft.js';
import type { TokenStream } from './token-stream.js';

const comparisons: ReadonlySet<string> = new Set(['==', '!=', '<=', '<', '>=', '>']);
const setOperators: ReadonlySet<string> = new Set(['and', 'or', 'unless']);

interface OperandTypes {
  readonly left: ValueType;
  readonly right: ValueType;
}

/** One operation whose operands were checked. Source: parse.go (checkAST, BinaryExpr). */
export function checkBinaryOperands(
  tokens: TokenStream,
  expr: Draft<BinaryExpr>,
  types: OperandTypes,
): ValueType {
  const { op, returnBool } = expr;
  const scalars = types.left === 'scalar' && types.right === 'scalar';
  if (returnBool && !comparisons.has(op)) {
    tokens.problem(operatorRange(tokens, expr), 'bool modifier can only be used on comparison operators');
  }
  if (comparisons.has(op) && !returnBool && scalars) {
    tokens.problem(operatorRange(tokens, expr), 'comparisons between scalars must use BOOL modifier');
  }
  if (setOperators.has(op) && expr.matching?.cardinality === 'one-to-one') {
    expr.matching = { ...expr.matching, cardinality: 'many-to-many' };
  }
  checkLabelsOnce(tokens, expr);
  for (const side of ['left', 'right'] as const) {
    if (types[side] === 'scalar' || types[side] === 'vector') continue;
    const message = 'binary expression must contain only scalar and instant vector types';
    tokens.problem(expr[side].position, message);
  }
  checkMatching(tokens, expr, types);
  if ((types.left === 'scalar' || types.right === 'scalar') && setOperators.has(op)) {
    const message = `set operator ${quoteGo(op)} not allowed in binary scalar expression`;
    tokens.problem(expr.position, message);
  }
  return scalars ? 'scalar' : 'vector';
}

function checkLabelsOnce(tokens: TokenStream, expr: BinaryExpr): void {
  const { matching } = expr;
  if (matching === undefined || !matching.on || matching.include.length === 0) return;
  const counts = new Map<string, number>();
  for (const label of matching.include) counts.set(label, (counts.get(label) ?? 0) + 1);
  for (const label of matching.matchingLabels) {
    const message = `label ${quoteGo(label)} must not occur in ON and GROUP clause at once`;
    for (let i = counts.get(label) ?? 0; i > 0; i--) tokens.problem(operatorRange(tokens, expr), message);
  }
}

function checkMatching(tokens: TokenStream, expr: Draft<BinaryExpr>, types: OperandTypes): void {
  const { matching, op, position } = expr;
  if (matching === undefined) return;
  const fills = matching.fillLeft !== undefined || matching.fillRight !== undefined;
  if (types.left !== 'vector' || types.right !== 'vector') {
    if (matching.matchingLabels.length > 0) {
      tokens.problem(position, 'vector matching only allowed between instant vectors');
    }
    if (fills) tokens.problem(position, 'filling in missing series only allowed between instant vectors');
    expr.matching = undefined;
  } else if (setOperators.has(op)) {
    if (matching.cardinality === 'one-to-many' || matching.cardinality === 'many-to-one') {
      tokens.problem(position, `no grouping allowed for ${quoteGo(op)} operation`);
    }
    if (matching.cardinality !== 'many-to-many') {
      tokens.problem(position, 'set operations must always be many-to-many');
    }
    if (fills) tokens.problem(position, 'filling in missing series not allowed for set operators');
  }
}

/** From behind the left side to before the right side, without white space; the last byte is not counted. */
function operatorRange({ source }: TokenStream, { left, right }: BinaryExpr): PositionRange {
  let start = left.position.end;
  while (source.isSpaceAt(start)) start++;
  let end = right.position.start - 1;
  while (source.isSpaceAt(end)) end--;
  return { start, end };
}
