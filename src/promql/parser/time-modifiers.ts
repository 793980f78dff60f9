/** `offset`, `@`, `anchored` and `smoothed` behind an expression. Source: generated_parser.y, parse.go. */
import { formatGoFixed } from '../../base/index.js';
import {
  type AtModifier,
  type MatrixSelector,
  millisecondsOf,
  nanosecondsOf,
  roundHalfAway,
  type SubqueryExpr,
  type VectorSelector,
} from '../ast/index.js';
import type { ParserContext } from './context.js';
import type { Draft } from './draft.js';
import type { DraftExpr } from './draft-expr.js';
import {
  applySign,
  type DraftDuration,
  duration,
  parseDurationExpression,
  parseExtremum,
  parseNumberInRange,
  parseStepOrRange,
  parseUpTo,
  signPrecedence,
  wrap,
} from './duration-expression.js';
import { literalValue, parseNumberLiteral } from './literals.js';
import type { TokenStream } from './token-stream.js';

const behindWhat = 'must be preceded by an instant vector selector or range vector selector or a subquery';

/** The node that holds the modifier, and the one whose end moves with it. */
interface Target {
  readonly holder: Draft<VectorSelector> | Draft<SubqueryExpr>;
  readonly outer: Draft<VectorSelector> | Draft<SubqueryExpr> | Draft<MatrixSelector>;
}

/** Undefined when the expression takes no such modifier, which is then reported. */
function targetOf({ tokens }: ParserContext, expr: DraftExpr, modifier: string): Target | undefined {
  switch (expr.kind) {
    case 'vector-selector':
    case 'subquery':
      return { holder: expr, outer: expr };
    case 'matrix-selector':
      if (expr.selector.kind === 'vector-selector') return { holder: expr.selector, outer: expr };
      tokens.problem(expr.position, 'ranges only allowed for vector selectors');
      return undefined;
    default:
      tokens.problem(expr.position, `${modifier} modifier ${behindWhat}`);
      return undefined;
  }
}

/** The lookahead is `offset`. */
export function parseOffset(context: ParserContext, expr: DraftExpr): void {
  const { tokens } = context;
  tokens.shift();
  const offset = tokens.attempt<DraftDuration | undefined>(
    () => parseOffsetDuration(tokens),
    () => {
      tokens.unexpected('offset', 'number, duration, step(), or range()');
      return undefined;
    },
  );
  if (offset === undefined) return;
  const target = targetOf(context, expr, 'offset');
  if (target === undefined) return;
  const { holder, outer } = target;
  if (context.movedInTime.has(holder)) tokens.problem(expr.position, 'offset may not be set multiple times');
  else setOffset(context, holder, offset);
  outer.position = { start: outer.position.start, end: tokens.lastClosing };
}

function setOffset({ movedInTime }: ParserContext, holder: Target['holder'], offset: DraftDuration): void {
  if (offset.kind === 'duration') {
    holder.offsetExpr = offset;
    movedInTime.add(holder);
    return;
  }
  const nanoseconds = nanosecondsOf(offset.value);
  holder.offsetMs = millisecondsOf(nanoseconds);
  if (nanoseconds !== 0) movedInTime.add(holder);
}

/**
 * Signs bind tighter here than in other durations: `foo offset -2^2` is `(foo offset -2)^2`, and so a number
 * ends the offset. What begins with a parenthesis or two signs goes on with further operators.
 */
function parseOffsetDuration(tokens: TokenStream): DraftDuration {
  switch (tokens.peek()) {
    case 'number':
    case 'duration':
      return parseNumberInRange(tokens);
    case 'step':
    case 'range':
      return parseStepOrRange(tokens);
    case 'min_of':
    case 'max_of':
      return parseExtremum(tokens);
    case '+':
    case '-':
      return parseSignedOffset(tokens);
    default:
      return parseDurationExpression(tokens);
  }
}

function parseSignedOffset(tokens: TokenStream): DraftDuration {
  const sign = tokens.shift();
  for (;;) {
    switch (tokens.peek()) {
      case 'number':
      case 'duration':
        return applySign(tokens, sign, parseNumberLiteral(tokens));
      case 'step':
      case 'range':
      case 'min_of':
      case 'max_of': {
        const right = tokens.peek().endsWith('_of') ? parseExtremum(tokens) : parseStepOrRange(tokens);
        const position = { start: sign.start, end: right.position.end };
        return duration({ op: sign.kind as '+' | '-', right, position });
      }
      case '(': {
        tokens.shift();
        const inner = tokens.nested(() => parseUpTo(tokens, ')'));
        return applySign(tokens, sign, wrap(inner, inner.position));
      }
      case '+':
      case '-':
        return parseDoublySigned(tokens, sign);
    }
    tokens.reject();
  }
}

function parseDoublySigned(tokens: TokenStream, sign: Parameters<typeof applySign>[1]): DraftDuration {
  const operand = tokens.nested(() => parseDurationExpression(tokens, { floor: signPrecedence }));
  return parseDurationExpression(tokens, { left: applySign(tokens, sign, operand) });
}

/** The lookahead is `@`. */
export function parseAt(context: ParserContext, expr: DraftExpr): void {
  const { tokens } = context;
  tokens.shift();
  const at = tokens.attempt<number | 'start' | 'end' | undefined>(
    () => parseAtTime(tokens),
    () => {
      tokens.unexpected('@', 'timestamp');
      return undefined;
    },
  );
  if (at === undefined) return;
  if (typeof at === 'number' && !(Math.abs(at) < 2 ** 63)) {
    tokens.problem(expr.position, `timestamp out of bounds for @ modifier: ${formatGoFixed(at, 6)}`);
  }
  const target = targetOf(context, expr, '@');
  if (target === undefined) return;
  const { holder, outer } = target;
  if (holder.at !== undefined) {
    tokens.problem(expr.position, '@ <timestamp> may not be set multiple times');
    return;
  }
  holder.at = atModifier(at);
  outer.position = { start: outer.position.start, end: tokens.lastClosing };
}

function atModifier(at: number | 'start' | 'end'): AtModifier {
  return typeof at === 'number' ? { timestampMs: roundHalfAway(at * 1000) + 0 } : { preprocessor: at };
}

/** Seconds, or the name of a preprocessor. */
function parseAtTime(tokens: TokenStream): number | 'start' | 'end' {
  let sign = 1;
  if (tokens.peek() === '+' || tokens.peek() === '-') {
    sign = tokens.shift().kind === '-' ? -1 : 1;
    while (tokens.peek() !== 'number' && tokens.peek() !== 'duration') tokens.reject();
  }
  for (;;) {
    const kind = tokens.peek();
    if (kind === 'number' || kind === 'duration') return sign * literalValue(tokens, tokens.shift());
    if (kind === 'start' || kind === 'end') {
      tokens.shift();
      tokens.expect('(');
      tokens.expect(')');
      return kind;
    }
    tokens.reject();
  }
}

/** The lookahead is `anchored` or `smoothed`. */
export function parseExtension({ tokens, options }: ParserContext, expr: DraftExpr): void {
  const modifier = tokens.shift().kind as 'anchored' | 'smoothed';
  if (options.extendedRangeSelectors !== true) {
    tokens.problem(expr.position, `${modifier} modifier is experimental and not enabled`);
    return;
  }
  if (expr.kind === 'subquery') {
    tokens.problem(expr.position, `${modifier} modifier is not supported for subqueries`);
  } else if (expr.kind === 'vector-selector' || expr.kind === 'matrix-selector') {
    const selector: Draft<VectorSelector> = expr.kind === 'vector-selector' ? expr : expr.selector;
    if (selector.kind !== 'vector-selector') return;
    selector[modifier] = true;
    if (selector.anchored && selector.smoothed) {
      tokens.problem(expr.position, 'anchored and smoothed modifiers cannot be used together');
    }
  } else {
    tokens.problem(expr.position, `${modifier} modifier not implemented`);
  }
}
