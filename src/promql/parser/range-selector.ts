/** `[5m]` and `[1h:5m]` behind an expression. Source: generated_parser.y (matrix_selector, subquery_expr). */
import {
  type DurationExpr,
  type MatrixSelector,
  millisecondsOf,
  nanosecondsOf,
  type SubqueryExpr,
  type VectorSelector,
} from '../ast/index.js';
import type { Token } from '../lexer/index.js';
import type { ParserContext } from './context.js';
import type { Draft } from './draft.js';
import type { DraftExpr } from './draft-expr.js';
import { type DraftDuration, noDuration, parseDurationExpression } from './duration-expression.js';
import type { TokenStream } from './token-stream.js';

const durationForms = 'number, duration, step(), or range()';

/** The lookahead is `[`. When the brackets were reported, the expression stands as if there were none. */
export function parseRangeOrSubquery(context: ParserContext, expr: DraftExpr): DraftExpr {
  const { tokens } = context;
  const bracket = tokens.shift();
  const range = tokens.attempt<DraftDuration | undefined>(
    () => parsePositive(tokens),
    () => {
      tokens.unexpected('subquery or range selector', durationForms);
      return undefined;
    },
  );
  if (range === undefined) return expr;
  for (;;) {
    switch (tokens.peek()) {
      case ']':
        return matrixSelector(context, { expr, range, bracket });
      case ':':
        tokens.shift();
        return parseSubqueryStep(context, expr, range);
    }
    if (tokens.rejectHere()) {
      tokens.unexpected('subquery or range', '":" or "]"');
      return expr;
    }
  }
}

function parsePositive(tokens: TokenStream): DraftDuration {
  const duration = parseDurationExpression(tokens);
  if (duration.kind !== 'number' || !(duration.value <= 0)) return duration;
  tokens.problem(duration.position, 'duration must be greater than 0');
  return noDuration();
}

function parseSubqueryStep(context: ParserContext, expr: DraftExpr, range: DraftDuration): DraftExpr {
  const { tokens } = context;
  if (tokens.peek() === ']') return subquery(context, { expr, range, step: undefined });
  const step = tokens.attempt<DraftDuration | undefined>(
    () => parsePositive(tokens),
    () => {
      tokens.unexpected('subquery selector', `number, duration, step(), range(), or "]"`);
      return undefined;
    },
  );
  if (step === undefined) return expr;
  while (tokens.peek() !== ']') {
    if (!tokens.rejectHere()) continue;
    tokens.unexpected('subquery selector', '"]"');
    return expr;
  }
  return subquery(context, { expr, range, step });
}

/** The lookahead is `]`. */
function subquery(
  context: ParserContext,
  { expr, range, step }: { expr: DraftExpr; range: DraftDuration; step: DraftDuration | undefined },
): Draft<SubqueryExpr> {
  const [rangeMs, rangeExpr] = split(range);
  const [stepMs, stepExpr] = step === undefined ? [0, undefined] : split(step);
  const { end } = context.tokens.shift();
  return {
    kind: 'subquery',
    expr,
    rangeMs,
    rangeExpr,
    offsetMs: 0,
    offsetExpr: undefined,
    at: undefined,
    stepMs,
    stepExpr,
    position: { start: expr.position.start, end },
  };
}

/** The lookahead is `]`. */
function matrixSelector(
  context: ParserContext,
  { expr, range, bracket }: { expr: DraftExpr; range: DraftDuration; bracket: Token },
): DraftExpr {
  const { tokens } = context;
  const { start } = bracket;
  const { end } = tokens.shift();
  const problem = rangeProblem(context, expr);
  if (problem !== undefined) tokens.problem({ start, end }, problem);
  const [rangeMs, rangeExpr] = split(range);
  const selector = expr as Draft<VectorSelector>;
  const position = { start: expr.position.start, end: tokens.lastClosing };
  const matrix: Draft<MatrixSelector> = { kind: 'matrix-selector', selector, rangeMs, rangeExpr, position };
  return matrix;
}

function rangeProblem({ movedInTime }: ParserContext, expr: DraftExpr): string | undefined {
  if (expr.kind !== 'vector-selector') return 'ranges only allowed for vector selectors';
  if (movedInTime.has(expr)) return 'no offset modifiers allowed before range';
  if (expr.at !== undefined) return 'no @ modifiers allowed before range';
  return undefined;
}

function split(duration: DraftDuration): [ms: number, expr: DurationExpr | undefined] {
  if (duration.kind === 'duration') return [0, duration];
  return [millisecondsOf(nanosecondsOf(duration.value)), undefined];
}
