/**
 * Expressions. Source: promql/parser/generated_parser.y.
 *
 * 1. Operands are read by descent, one level a parenthesis, argument list or sign; depth is limited.
 * 2. What stands behind an operand (ranges, offset, @) binds tighter than any operator and is read in a loop.
 * 3. Binary operators are ordered by precedence with the waiting left sides in an array, so that a chain of
 *    any length needs no stack.
 */
import { quoteGo } from '../../base/index.js';
import { Matcher, metricNameLabel } from '../../model/index.js';
import type { BinaryExpr, BinaryOp, Call, Expr, FunctionSignature, VectorSelector } from '../ast/index.js';
import { isAggregator, type Token, type TokenKind } from '../lexer/index.js';
import { aggregateExpr, parseAggregateModifier } from './aggregate-modifier.js';
import { type BinaryModifiers, parseBinaryModifiers } from './binary-modifiers.js';
import type { ParserContext } from './context.js';
import type { Draft } from './draft.js';
import type { DraftExpr } from './draft-expr.js';
import { functionSignatures } from './function-signatures.js';
import { parseLabelMatchers } from './label-matchers.js';
import { parseNumberLiteral, stringValue } from './literals.js';
import { isMetricIdentifier, startsOperand } from './metric-identifier.js';
import { parseRangeOrSubquery } from './range-selector.js';
import { parseAt, parseExtension, parseOffset } from './time-modifiers.js';
import { rangeOf } from './token-stream.js';

function precedenceTable(): ReadonlyMap<TokenKind, number> {
  const levels: readonly (readonly TokenKind[])[] = [
    ['or'],
    ['and', 'unless'],
    ['==', '>=', '>', '<', '<=', '!=', '</', '>/'],
    ['+', '-'],
    ['*', '/', '%', 'atan2'],
    ['^'],
  ];
  return new Map(levels.flatMap((level, index) => level.map((kind) => [kind, index + 1] as const)));
}

const precedences = precedenceTable();
/** Signs bind as tightly as `*`. */
const signPrecedence = precedences.get('*') as number;
/** `^` alone groups from the right. */
const powerPrecedence = precedences.get('^') as number;

interface Pending {
  readonly left: DraftExpr;
  readonly operator: Token;
  readonly precedence: number;
  readonly modifiers: BinaryModifiers;
}

/**
 * An expression; goes on behind `left` when that is given. Operators of a precedence up to `floor` end it.
 */
export function parseExpression(
  context: ParserContext,
  { left, floor = 0 }: { readonly left?: DraftExpr; readonly floor?: number } = {},
): DraftExpr {
  const { tokens } = context;
  const pending: Pending[] = [];
  let operand = parsePostfix(context, left ?? parseOperand(context));
  for (;;) {
    const precedence = precedences.get(tokens.peek()) ?? 0;
    const ends = precedence <= floor;
    for (;;) {
      const top = pending.at(-1);
      if (top === undefined) break;
      const waits =
        top.precedence < precedence || (top.precedence === precedence && precedence === powerPrecedence);
      if (waits && !ends) break;
      pending.pop();
      operand = combine(context, top, operand);
    }
    if (ends) return operand;
    const operator = tokens.shift();
    pending.push({ left: operand, operator, precedence, modifiers: parseBinaryModifiers(tokens) });
    operand = parsePostfix(context, parseOperand(context));
  }
}

function combine({ tokens, options }: ParserContext, waiting: Pending, right: DraftExpr): Draft<BinaryExpr> {
  const { left, operator, modifiers } = waiting;
  const { returnBool, matching } = modifiers;
  const op = operator.kind as BinaryOp;
  const position = { start: left.position.start, end: right.position.end };
  const fills = matching.fillLeft !== undefined || matching.fillRight !== undefined;
  if (fills && options.fillModifiers !== true) {
    tokens.problem(position, 'binop fill modifiers are experimental and not enabled');
  }
  return { kind: 'binary', op, left, right, matching, returnBool, position };
}

/** What binds tighter than any operator. */
function parsePostfix(context: ParserContext, operand: DraftExpr): DraftExpr {
  let expr = operand;
  for (;;) {
    switch (context.tokens.peek()) {
      case '[':
        expr = parseRangeOrSubquery(context, expr);
        break;
      case 'offset':
        parseOffset(context, expr);
        break;
      case '@':
        parseAt(context, expr);
        break;
      case 'anchored':
      case 'smoothed':
        parseExtension(context, expr);
        break;
      default:
        return expr;
    }
  }
}

function parseOperand(context: ParserContext): DraftExpr {
  const { tokens } = context;
  for (;;) {
    const kind = tokens.peek();
    switch (kind) {
      case 'number':
      case 'duration':
        return parseNumberLiteral(tokens);
      case 'string': {
        const token = tokens.shift();
        return { kind: 'string', value: stringValue(tokens, token), position: rangeOf(token) };
      }
      case '(':
        return parseParenthesized(context);
      case '{':
        return parseSelector(context, undefined);
      case '+':
      case '-':
        return parseSigned(context);
    }
    if (isMetricIdentifier(kind)) return parseNamed(context);
    tokens.reject();
  }
}

function parseParenthesized(context: ParserContext): DraftExpr {
  const { tokens } = context;
  const { start } = tokens.shift();
  let expr = tokens.nested(() => parseExpression(context));
  while (tokens.peek() !== ')') {
    tokens.reject();
    const left = expr;
    expr = tokens.nested(() => parseExpression(context, { left }));
  }
  return { kind: 'paren', expr, position: { start, end: tokens.shift().end } };
}

/** A sign belongs to a number that follows it; else it is an operator. */
function parseSigned(context: ParserContext): DraftExpr {
  const { tokens } = context;
  const { kind, start } = tokens.shift();
  const expr = tokens.nested(() => parseExpression(context, { floor: signPrecedence }));
  const position = { start, end: expr.position.end };
  if (expr.kind !== 'number') return { kind: 'unary', op: kind as '+' | '-', expr, position };
  if (kind === '-') expr.value = -expr.value;
  expr.position = position;
  return expr;
}

const callable: ReadonlySet<TokenKind> = new Set<TokenKind>([
  'identifier',
  ...(['start', 'end', 'step', 'range', 'max_of', 'min_of'] as const),
]);

/** A selector with a name, a function call or an aggregation: the next token tells. */
function parseNamed(context: ParserContext): DraftExpr {
  const { tokens } = context;
  const name = tokens.shift();
  if (callable.has(name.kind)) {
    return tokens.peek() === '(' ? parseCall(context, name) : parseSelector(context, name);
  }
  if (isAggregator(name.kind)) {
    const next = tokens.peek();
    if (next === '(' || next === 'by' || next === 'without') return parseAggregation(context, name);
  }
  return parseSelector(context, name);
}

/** A selector and nothing else. */
export function parseSelectorOnly(context: ParserContext): Draft<VectorSelector> {
  const { tokens } = context;
  for (;;) {
    if (tokens.peek() === '{') return parseSelector(context, undefined);
    if (isMetricIdentifier(tokens.peek())) return parseSelector(context, tokens.shift());
    tokens.reject();
  }
}

/** The lookahead is not read when `name` is undefined: then it is the opening brace. */
function parseSelector({ tokens }: ParserContext, name: Token | undefined): Draft<VectorSelector> {
  const braced = tokens.peek() === '{' ? parseLabelMatchers(tokens) : undefined;
  const matchers = braced?.matchers ?? [];
  if (name !== undefined) matchers.push(new Matcher('=', metricNameLabel, name.text));
  const first = name ?? braced?.position;
  return {
    kind: 'vector-selector',
    name: name?.text ?? '',
    offsetMs: 0,
    offsetExpr: undefined,
    at: undefined,
    matchers,
    anchored: false,
    smoothed: false,
    bypassEmptyMatcherCheck: false,
    position: { start: first?.start ?? 0, end: braced?.position.end ?? first?.end ?? 0 },
  };
}

function parseCall(context: ParserContext, name: Token): Draft<Call> {
  const { tokens, options } = context;
  const args = parseArguments(context);
  const signature = functionSignatures.get(name.text);
  if (signature === undefined) {
    tokens.problem(name, `unknown function with name ${quoteGo(name.text)}`);
  } else if (signature.experimental && options.experimentalFunctions !== true) {
    tokens.problem(name, `function ${quoteGo(name.text)} is not enabled`);
  }
  const position = { start: name.start, end: tokens.lastClosing };
  return { kind: 'call', func: signature ?? unknownFunction(name.text), args, position };
}

/** Stands in the tree of a query that is refused. */
function unknownFunction(name: string): FunctionSignature {
  return { name, argTypes: [], variadic: -1, returnType: 'vector', experimental: false };
}

/** The lookahead is the opening parenthesis. */
function parseArguments(context: ParserContext): Expr[] {
  const { tokens } = context;
  tokens.shift();
  const args: Expr[] = [];
  if (tokens.peek() === ')') {
    tokens.shift();
    return args;
  }
  args.push(tokens.nested(() => parseExpression(context)));
  for (;;) {
    switch (tokens.peek()) {
      case ')':
        tokens.shift();
        return args;
      case ',': {
        const comma = tokens.shift();
        if (startsOperand(tokens.peek())) args.push(tokens.nested(() => parseExpression(context)));
        else tokens.problem(comma, 'trailing commas not allowed in function call args');
        break;
      }
      default:
        tokens.reject();
    }
  }
}

/** The lookahead is an opening parenthesis, `by` or `without`. */
function parseAggregation(context: ParserContext, op: Token): DraftExpr {
  const { tokens } = context;
  return tokens.attempt(
    () => {
      const before = parseAggregateModifier(tokens);
      while (tokens.peek() !== '(') tokens.reject();
      const args = parseArguments(context);
      const modifier = before ?? parseAggregateModifier(tokens);
      return aggregateExpr(context, { op, modifier, args, readAhead: modifier === undefined });
    },
    () => {
      tokens.unexpected('aggregation', '');
      return aggregateExpr(context, { op, modifier: undefined, args: [], readAhead: false });
    },
  );
}
