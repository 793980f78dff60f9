import type { AggregateExpr, AggregateOp, Expr } from '../ast/index.js';
import type { Token } from '../lexer/index.js';
import type { ParserContext } from './context.js';
import type { Draft } from './draft.js';
import { parseGroupingLabels } from './grouping-labels.js';
import type { TokenStream } from './token-stream.js';

export interface AggregateModifier {
  readonly without: boolean;
  readonly grouping: readonly string[];
}

/** `by (…)` or `without (…)`, if one stands here. */
export function parseAggregateModifier(tokens: TokenStream): AggregateModifier | undefined {
  const kind = tokens.peek();
  if (kind !== 'by' && kind !== 'without') return undefined;
  tokens.shift();
  return { without: kind === 'without', grouping: parseGroupingLabels(tokens) };
}

const withParameter: ReadonlySet<string> = new Set([
  ...['topk', 'bottomk', 'count_values', 'quantile', 'limitk', 'limit_ratio'],
]);

export function takesParameter(op: AggregateOp): boolean {
  return withParameter.has(op);
}

/** `readAhead` says that a token behind the arguments was read to look for a modifier. Source: parse.go. */
export function aggregateExpr(
  { tokens, options }: ParserContext,
  fields: {
    readonly op: Token;
    readonly modifier: AggregateModifier | undefined;
    readonly args: readonly Expr[];
    readonly readAhead: boolean;
  },
): Draft<AggregateExpr> {
  const { args, modifier, readAhead } = fields;
  const op = fields.op.kind as AggregateOp;
  const end = readAhead ? endBeforeLookahead(tokens) : tokens.lastClosing;
  const position = { start: fields.op.start, end };
  const hasParameter = takesParameter(op);
  const argCount = hasParameter ? 2 : 1;
  const isGated = (op === 'limitk' || op === 'limit_ratio') && options.experimentalFunctions !== true;
  if (args.length === 0) {
    tokens.problem(position, 'no arguments for aggregate expression provided');
  } else if (isGated) {
    const flag = '--enable-feature=promql-experimental-functions';
    tokens.problem(position, `${op}() is experimental and must be enabled with ${flag}`);
  } else if (args.length !== argCount) {
    const counts = `expected ${argCount}, got ${args.length}`;
    tokens.problem(position, `wrong number of arguments for aggregate expression provided, ${counts}`);
  }
  return {
    kind: 'aggregate',
    op,
    expr: args[argCount - 1] ?? args[0] ?? missing,
    param: hasParameter ? args[0] : undefined,
    grouping: modifier?.grouping ?? [],
    without: modifier?.without ?? false,
    position,
  };
}

/** Stands in the tree of a query that is refused. */
const missing: Expr = { kind: 'string', value: '', position: { start: 0, end: 0 } };

/**
 * The end of the arguments, when a closing parenthesis behind them has been read already and moved
 * `lastClosing`. Other closing tokens move it too, and upstream leaves it there. Source: lex.go
 * (findPrevRightParen).
 */
function endBeforeLookahead({ source, lastClosing, last }: TokenStream): number {
  const rightParen = 0x29;
  if (last.start <= 0 || source.byteAt(last.start) !== rightParen) return lastClosing;
  for (let at = last.start - 1; at > 0; at--) {
    if (source.byteAt(at) === rightParen) return at + 1;
    if (!source.isSpaceAt(at)) return lastClosing;
  }
  return lastClosing;
}
