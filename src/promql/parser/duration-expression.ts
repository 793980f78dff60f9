/**
 * Durations and arithmetic on them. Source: promql/parser/generated_parser.y (duration_expr and its
 * relatives).
 */
import type { DurationExpr, DurationOperand, PositionRange } from '../ast/index.js';
import type { Token } from '../lexer/index.js';
import type { Draft } from './draft.js';
import { isOutOfRange, parseNumberLiteral } from './literals.js';
import type { TokenStream } from './token-stream.js';

export type DraftDuration = Draft<DurationOperand>;
type Operator = '+' | '-' | '*' | '/' | '%' | '^';

const precedences: ReadonlyMap<string, number> = new Map([
  ['+', 1],
  ['-', 1],
  ['*', 2],
  ['/', 2],
  ['%', 2],
  ['^', 3],
]);
/** A sign binds as tightly as `*`: what follows it ends before the next `*`. */
export const signPrecedence = 2;
const rightAssociative = 3;

interface Pending {
  readonly left: DraftDuration;
  readonly operator: Token;
  readonly precedence: number;
}

/**
 * A duration expression; goes on behind `left` when that is given. Operators of a precedence up to `floor`
 * end it. Waiting operands stand in an array, so that long chains need no stack.
 */
export function parseDurationExpression(
  tokens: TokenStream,
  { left, floor = 0 }: { readonly left?: DraftDuration; readonly floor?: number } = {},
): DraftDuration {
  const pending: Pending[] = [];
  let operand = left ?? parseOperand(tokens);
  for (;;) {
    const precedence = precedences.get(tokens.peek()) ?? 0;
    const ends = precedence <= floor;
    for (;;) {
      const top = pending.at(-1);
      if (top === undefined) break;
      const reduces = ends || top.precedence > precedence;
      if (!reduces && (top.precedence < precedence || precedence === rightAssociative)) break;
      pending.pop();
      operand = combine(tokens, top, operand);
    }
    if (ends) return operand;
    pending.push({ left: operand, operator: tokens.shift(), precedence });
    operand = parseOperand(tokens);
  }
}

function combine(tokens: TokenStream, { left, operator }: Pending, right: DraftDuration): DraftDuration {
  const op = operator.kind as Operator;
  if ((op === '/' || op === '%') && right.kind === 'number' && right.value === 0) {
    tokens.problem(operator, op === '/' ? 'division by zero' : 'modulo by zero');
    return noDuration();
  }
  return duration({ op, left, right, position: { start: left.position.start, end: right.position.end } });
}

function parseOperand(tokens: TokenStream): DraftDuration {
  for (;;) {
    switch (tokens.peek()) {
      case 'number':
      case 'duration':
        return parseNumberInRange(tokens);
      case '+':
      case '-': {
        const sign = tokens.shift();
        const operand = tokens.nested(() => parseDurationExpression(tokens, { floor: signPrecedence }));
        return applySign(tokens, sign, operand);
      }
      case 'step':
      case 'range':
        return parseStepOrRange(tokens);
      case 'min_of':
      case 'max_of':
        return parseExtremum(tokens);
      case '(':
        return parseParenthesized(tokens);
    }
    tokens.reject();
  }
}

export function parseNumberInRange(tokens: TokenStream): DraftDuration {
  const literal = parseNumberLiteral(tokens);
  if (!isOutOfRange(literal.value)) return literal;
  tokens.problem(literal.position, 'duration out of range');
  return noDuration();
}

export function parseStepOrRange(tokens: TokenStream): Draft<DurationExpr> {
  const { kind, start } = tokens.shift();
  tokens.expect('(');
  const { end } = tokens.expect(')');
  return duration({ op: kind as 'step' | 'range', position: { start, end } });
}

/** `min_of(a, b)`. Its position is that of its operands, as upstream's. */
export function parseExtremum(tokens: TokenStream): Draft<DurationExpr> {
  const op = tokens.shift().kind as 'min_of' | 'max_of';
  tokens.expect('(');
  const left = tokens.nested(() => parseUpTo(tokens, ','));
  const right = tokens.nested(() => parseUpTo(tokens, ')'));
  return duration({ op, left, right, position: { start: left.position.start, end: right.position.end } });
}

function parseParenthesized(tokens: TokenStream): Draft<DurationExpr> {
  const { start } = tokens.shift();
  const inner = tokens.nested(() => parseUpTo(tokens, ')'));
  return wrap(inner, { start, end: inner.position.end });
}

/** A duration expression and the token that must stand behind it. */
export function parseUpTo(tokens: TokenStream, closing: ',' | ')'): DraftDuration {
  let expression = parseDurationExpression(tokens);
  while (tokens.peek() !== closing) {
    tokens.reject();
    expression = parseDurationExpression(tokens, { left: expression });
  }
  tokens.shift();
  return expression;
}

/** Remembers parentheses for printing; a number gets a node of its own to hold them. */
export function wrap(inner: DraftDuration, position: PositionRange): Draft<DurationExpr> {
  if (inner.kind === 'number') return duration({ op: '+', right: inner, wrapped: true, position });
  inner.wrapped = true;
  return inner;
}

export function applySign(tokens: TokenStream, sign: Token, operand: DraftDuration): DraftDuration {
  if (operand.kind === 'duration') {
    if (sign.kind === '+') return operand;
    const position = { start: sign.start, end: operand.position.end };
    return duration({ op: '-', right: operand, position });
  }
  if (sign.kind === '-') operand.value = -operand.value;
  if (isOutOfRange(operand.value)) {
    tokens.problem(sign, 'duration out of range');
    return noDuration();
  }
  operand.position = { start: sign.start, end: operand.position.end };
  return operand;
}

export function duration(fields: {
  readonly op: DurationExpr['op'];
  readonly left?: DraftDuration;
  readonly right?: DraftDuration;
  readonly wrapped?: boolean;
  readonly position: PositionRange;
}): Draft<DurationExpr> {
  const { op, left, right, wrapped = false, position } = fields;
  return { kind: 'duration', op, left, right, wrapped, position };
}

/** What stands in for a duration that was reported. */
export function noDuration(): DraftDuration {
  return { kind: 'number', value: 0, isDuration: false, position: { start: 0, end: 0 } };
}
