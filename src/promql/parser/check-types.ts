/**
 * Types of a whole tree, with upstream's problems in upstream's order. Source: promql/parser/parse.go
 * (checkAST).
 */
import { quoteGo } from '../../base/index.js';
import { metricNameLabel } from '../../model/index.js';
import type {
  AggregateExpr,
  BinaryExpr,
  Call,
  Expr,
  SubqueryExpr,
  ValueType,
  VectorSelector,
} from '../ast/index.js';
import { typeOf } from '../ast/index.js';
import { checkBinaryOperands } from './check-binary.js';
import type { Draft } from './draft.js';
import type { TokenStream } from './token-stream.js';

/** Upstream's names for types in messages. */
export function documentedType(type: ValueType): string {
  if (type === 'vector') return 'instant vector';
  return type === 'matrix' ? 'range vector' : type;
}

/**
 * The type of the expression. Completes nodes: set operations become many-to-many, matching goes where it has
 * no meaning, and the selector in info() may match everything.
 */
export function checkTypes(tokens: TokenStream, expr: Expr): ValueType {
  switch (expr.kind) {
    case 'aggregate':
      return checkAggregate(tokens, expr);
    case 'binary':
      return checkBinaryTree(tokens, expr);
    case 'call':
      return checkCall(tokens, expr);
    case 'paren':
      return checkTypes(tokens, expr.expr);
    case 'unary': {
      const type = checkTypes(tokens, expr.expr);
      if (type !== 'scalar' && type !== 'vector') {
        const rule = 'unary expression only allowed on expressions of type scalar or instant vector';
        tokens.problem(expr.position, `${rule}, got ${quoteGo(documentedType(type))}`);
      }
      return type;
    }
    case 'subquery':
      return checkSubqueries(tokens, expr);
    case 'matrix-selector':
      checkSelector(tokens, expr.selector);
      return 'matrix';
    case 'vector-selector':
      checkSelector(tokens, expr);
      return 'vector';
    case 'number':
    case 'duration':
      return 'scalar';
    case 'string':
      return 'string';
  }
}

/**
 * Binary operations of one tree, operands first, without recursion from one to the next: chains may be long.
 */
function checkBinaryTree(tokens: TokenStream, root: Draft<BinaryExpr>): ValueType {
  /** Operations whose operands are not all checked; `left` is set when the right one is under way. */
  const open: { readonly expr: Draft<BinaryExpr>; left: ValueType | undefined }[] = [];
  let operand: Draft<Expr> = root;
  for (;;) {
    for (; operand.kind === 'binary'; operand = operand.left) open.push({ expr: operand, left: undefined });
    let type = checkTypes(tokens, operand);
    let top = open.at(-1);
    for (; top?.left !== undefined; top = open.at(-1)) {
      open.pop();
      type = checkBinaryOperands(tokens, top.expr, { left: top.left, right: type });
    }
    if (top === undefined) return type;
    top.left = type;
    operand = top.expr.right;
  }
}

/**
 * Subqueries of subqueries are mistakes, of which there may be as many as brackets: none recurses into the
 * next.
 */
function checkSubqueries(tokens: TokenStream, outermost: SubqueryExpr): ValueType {
  const chain: SubqueryExpr[] = [];
  let inner: Expr = outermost;
  for (; inner.kind === 'subquery'; inner = inner.expr) chain.push(inner);
  let type = checkTypes(tokens, inner);
  for (const subquery of chain.toReversed()) {
    if (type !== 'vector') {
      tokens.problem(subquery.position, `subquery is only allowed on instant vector, got ${type} instead`);
    }
    type = 'matrix';
  }
  return type;
}

interface Expectation {
  readonly type: ValueType;
  readonly where: string;
}

function expectType(tokens: TokenStream, expr: Expr, { type, where }: Expectation): void {
  const found = checkTypes(tokens, expr);
  if (found === type) return;
  const message = `expected type ${documentedType(type)} in ${where}, got ${documentedType(found)}`;
  tokens.problem(expr.position, message);
}

function checkAggregate(tokens: TokenStream, { op, expr, param }: AggregateExpr): ValueType {
  expectType(tokens, expr, { type: 'vector', where: 'aggregation expression' });
  if (param !== undefined) {
    const type = op === 'count_values' ? 'string' : 'scalar';
    expectType(tokens, param, { type, where: 'aggregation parameter' });
  }
  return 'vector';
}

function checkCall(tokens: TokenStream, call: Call): ValueType {
  const { func, args } = call;
  checkArgCount(tokens, call);
  if (func.name === 'info') checkInfoSelector(tokens, call);
  const where = `call to function ${quoteGo(func.name)}`;
  for (const [index, arg] of args.entries()) {
    // Surplus arguments of a function that takes no more are not looked at.
    if (index >= func.argTypes.length && func.variadic === 0) break;
    const type = func.argTypes[Math.min(index, func.argTypes.length - 1)];
    if (type !== undefined) expectType(tokens, arg, { type, where });
  }
  return func.returnType;
}

function checkArgCount(tokens: TokenStream, { func, args, position }: Call): void {
  const declared = func.argTypes.length;
  const report = (expected: string): void =>
    tokens.problem(
      position,
      `expected ${expected} argument(s) in call to ${quoteGo(func.name)}, got ${args.length}`,
    );
  if (func.variadic === 0) {
    if (declared !== args.length) report(String(declared));
    return;
  }
  const least = declared - 1;
  const most = least + func.variadic;
  if (least > args.length) report(`at least ${least}`);
  else if (func.variadic > 0 && most < args.length) report(`at most ${most}`);
}

function checkInfoSelector(tokens: TokenStream, { args, position }: Call): void {
  const selector: Draft<Expr> | undefined = args[1];
  if (selector === undefined) return;
  const type = typeOf(selector);
  if (type !== 'vector') {
    const message = `expected type instant vector in call to function "info", got ${documentedType(type)}`;
    tokens.problem(position, message);
  }
  if (selector.kind !== 'vector-selector') {
    tokens.problem(selector.position, 'expected label selectors only');
  } else if (selector.name !== '') {
    tokens.problem(selector.position, 'expected label selectors only, got vector selector instead');
  } else {
    selector.bypassEmptyMatcherCheck = true;
  }
}

function checkSelector(tokens: TokenStream, selector: VectorSelector): void {
  const { name, matchers, position } = selector;
  if (name !== '') {
    // The last matcher is the name before the braces.
    for (const matcher of matchers.slice(0, -1)) {
      if (matcher.name !== metricNameLabel) continue;
      const names = `${quoteGo(name)} or ${quoteGo(matcher.value)}`;
      tokens.problem(position, `metric name must not be set twice: ${names}`);
    }
  } else if (!selector.bypassEmptyMatcherCheck && matchers.every((matcher) => matcher.matchesEmpty)) {
    tokens.problem(position, 'vector selector must contain at least one non-empty matcher');
  }
}
