/**
 * From the tree to the plan. 1. Facts of each expression, children first. 2. From the root down, each expression is
 * placed on the grid that its surroundings give it, and its node is written once its inputs' nodes are; a stack of
 * tasks stands in for recursion.
 */
import { compareUtf8 } from '../../base/index.js';
import type { TimeWindow } from '../../storage/index.js';
import type {
  AggregateExpr,
  BinaryExpr,
  Call,
  Expr,
  MatrixSelector,
  SubqueryExpr,
  UnaryExpr,
  VectorSelector,
} from '../ast/index.js';
import { absentLabelsOf } from './absent-labels.js';
import {
  analyze,
  contextFunctions,
  type ExprFacts,
  isTimestamp,
  type TimestampFunction,
  withoutParens,
} from './analyze.js';
import { infoTime } from './info-plan.js';
import type {
  CallNode,
  NodeIndex,
  Plan,
  PlanNode,
  PlanRequest,
  SelectorPlan,
  StepGrid,
  WindowSource,
} from './plan.js';
import { planError } from './plan-error.js';
import {
  atTimeOf,
  contextValue,
  type HintContext,
  lengthOf,
  lookedAt,
  needsBelow,
  planSelector,
} from './select-plan.js';
import { firstStep, stepGrid, subqueryGrid } from './step-grid.js';

type Visit = {
  readonly kind: 'visit';
  readonly expr: Expr;
  readonly grid: StepGrid;
  readonly hints: HintContext;
};
type Write = {
  readonly kind: 'write';
  readonly inputs: number;
  readonly node: (inputs: NodeIndex[]) => PlanNode;
};

const typeNames = { matrix: 'range vector', string: 'string', none: 'none' } as const;

/** Throws `ParseError` for a query that can not be run as asked (type of a range query, durations). */
export function buildPlan(root: Expr, request: PlanRequest): Plan {
  return new PlanBuilder(root, request).build();
}

class PlanBuilder {
  readonly #root: Expr;
  readonly #request: PlanRequest;
  readonly #facts: ReadonlyMap<Expr, ExprFacts>;
  readonly #nodes: PlanNode[] = [];
  readonly #tasks: (Visit | Write)[] = [];
  #window: TimeWindow | undefined;
  #resultGrid: StepGrid;

  constructor(root: Expr, request: PlanRequest) {
    this.#root = withoutParens(root);
    this.#request = request;
    this.#facts = analyze(this.#root);
    this.#resultGrid = stepGrid(request.startMs, request.endMs, request.stepMs);
  }

  build(): Plan {
    const request = this.#request;
    const { type } = this.#factsOf(this.#root);
    const isRange = request.stepMs > 0;
    if (isRange && type !== 'vector' && type !== 'scalar') {
      const text = `invalid expression type "${typeNames[type]}" for range query, must be Scalar or instant Vector`;
      throw planError(text, request.query, this.#root.position);
    }
    const hints: HintContext = {
      func: '',
      grouping: undefined,
      by: false,
      needs: 'all',
      stepMs: request.stepMs,
    };
    this.#visitMaybeOnce(this.#root, this.#resultGrid, hints);
    const results: NodeIndex[] = [];
    for (let task = this.#tasks.pop(); task !== undefined; task = this.#tasks.pop()) {
      if (task.kind === 'visit') this.#place(task);
      else
        results.push(this.#nodes.push(task.node(task.inputs === 0 ? [] : results.splice(-task.inputs))) - 1);
    }
    return {
      nodes: this.#nodes,
      resultType: type,
      resultGrid: this.#resultGrid,
      isRange,
      window: this.#window,
    };
  }

  #factsOf(expr: Expr): ExprFacts {
    return this.#facts.get(expr) as ExprFacts;
  }

  /** Tasks run last in, first out: a node's own task goes in before its inputs', these from the last to the first. */
  #write(inputs: number, node: (inputs: NodeIndex[]) => PlanNode): void {
    this.#tasks.push({ kind: 'write', inputs, node });
  }

  #visit(expr: Expr, grid: StepGrid, hints: HintContext): void {
    this.#tasks.push({ kind: 'visit', expr: withoutParens(expr), grid, hints });
  }

  #visitMaybeOnce(expr: Expr, grid: StepGrid, hints: HintContext, always = false): void {
    const { invariant, wrap } = this.#factsOf(expr);
    const isOnce = wrap || (always && invariant);
    if (isOnce && grid.steps > 1)
      this.#write(1, ([input]) => ({ kind: 'repeat', grid, input: input as NodeIndex }));
    this.#visit(expr, isOnce ? firstStep(grid) : grid, hints);
  }

  #place({ expr, grid, hints }: Visit): void {
    switch (expr.kind) {
      case 'number':
        this.#write(0, () => ({ kind: 'number', grid, value: expr.value }));
        break;
      case 'string':
        this.#write(0, () => ({ kind: 'string', grid, value: expr.value }));
        break;
      case 'duration':
      case 'paren':
        throw planError(`unexpected ${expr.kind} expression`, this.#request.query, expr.position);
      case 'vector-selector':
        this.#placeSelector(expr, grid, hints);
        break;
      case 'matrix-selector':
        this.#placeRangeSelector(expr, grid, hints);
        break;
      case 'subquery':
        this.#placeRootSubquery(expr, grid, hints);
        break;
      case 'unary':
        this.#placeUnary(expr, grid, { ...hints, grouping: undefined });
        break;
      case 'binary':
        this.#placeBinary(expr, grid, { ...hints, func: '', grouping: undefined, ...needsOfBinary(expr) });
        break;
      case 'aggregate':
        this.#placeAggregate(expr, grid, hints);
        break;
      case 'call':
        this.#placeCall(expr, grid, {
          ...hints,
          func: expr.func.name,
          grouping: undefined,
          needs: needsBelow(expr.func.name, hints),
        });
        break;
    }
  }

  #placeSelector(expr: VectorSelector, grid: StepGrid, hints: HintContext): void {
    const selector = this.#selector({ selector: expr, grid, rangeMs: 0, hints });
    this.#write(0, () => ({ kind: 'select', grid, selector, answer: 'value' }));
  }

  #placeRangeSelector(expr: MatrixSelector, grid: StepGrid, hints: HintContext): void {
    const rangeMs = lengthOf(expr.rangeExpr, expr.rangeMs, this.#request);
    const selector = this.#selector({ selector: expr.selector, grid, rangeMs, hints });
    this.#write(0, () => ({ kind: 'range-select', grid, selector, rangeMs }));
  }

  #selector(options: Omit<Parameters<typeof planSelector>[0], 'request'>): SelectorPlan {
    const selector = planSelector({ ...options, request: this.#request });
    const { mintMs, maxtMs } = selector.window;
    const known = this.#window;
    this.#window = known
      ? { mintMs: Math.min(known.mintMs, mintMs), maxtMs: Math.max(known.maxtMs, maxtMs) }
      : { mintMs, maxtMs };
    return selector;
  }

  #placeUnary(expr: UnaryExpr, grid: StepGrid, hints: HintContext): void {
    if (expr.op === '-') {
      this.#write(1, ([input]) => ({ kind: 'negate', grid, input: input as NodeIndex }));
    }
    this.#visit(expr.expr, grid, hints);
  }

  #placeBinary(expr: BinaryExpr, grid: StepGrid, hints: HintContext): void {
    const { op, matching, returnBool, position } = expr;
    const leftType = this.#factsOf(expr.left).type as 'scalar' | 'vector';
    const rightType = this.#factsOf(expr.right).type as 'scalar' | 'vector';
    this.#write(2, ([left, right]) => ({
      kind: 'binary',
      grid,
      op,
      left: left as NodeIndex,
      right: right as NodeIndex,
      leftType,
      rightType,
      matching,
      returnBool,
      position,
    }));
    this.#visitMaybeOnce(expr.right, grid, hints);
    this.#visitMaybeOnce(expr.left, grid, hints);
  }

  #placeAggregate(expr: AggregateExpr, grid: StepGrid, hints: HintContext): void {
    const { op, without, position, param } = expr;
    const grouping = [...new Set(expr.grouping)].sort(compareUtf8);
    const inner = withoutParens(expr.expr);
    this.#write(param === undefined ? 1 : 2, (inputs) => ({
      kind: 'aggregate',
      grid,
      op,
      input: inputs.at(-1) as NodeIndex,
      param: param === undefined ? undefined : (inputs[0] as NodeIndex),
      grouping,
      without,
      position,
      inputPosition: inner.position,
      paramPosition: param === undefined ? undefined : withoutParens(param).position,
    }));
    this.#visit(inner, grid, { ...hints, func: op, grouping, by: !without });
    if (param !== undefined) this.#visit(param, grid, { ...hints, func: op, grouping: undefined });
  }

  #placeCall(call: Call, grid: StepGrid, hints: HintContext): void {
    const name = call.func.name;
    if (contextFunctions.has(name)) {
      const value = contextValue(name, this.#request);
      this.#write(0, () => ({ kind: 'number', grid, value }));
      return;
    }
    if (name === 'info') {
      this.#placeInfo(call, grid, hints);
      return;
    }
    const args = call.args.map(withoutParens);
    const ranged = args.findIndex(({ kind }) => kind === 'matrix-selector' || kind === 'subquery');
    const first = args[0];
    if (ranged >= 0) {
      this.#placeWindow(call, args, ranged, grid, hints);
    } else if (isTimestamp(name) && first?.kind === 'vector-selector') {
      this.#placeTimestamp(name, first, grid, hints);
    } else {
      this.#write(args.length, (inputs) => this.#callNode(call, args, inputs, grid));
      for (const arg of args.toReversed()) this.#visitMaybeOnce(arg, grid, hints);
    }
  }

  #placeInfo(call: Call, grid: StepGrid, hints: HintContext): void {
    const [vector, given] = call.args as [Expr, Expr | undefined];
    const matchers = given?.kind === 'vector-selector' ? given.matchers : [];
    const time = { ...infoTime(vector, this.#request), offsetExpr: undefined };
    const selector = this.#selector({
      selector: { ...emptySelector, ...time, position: call.position },
      ...{ grid, rangeMs: 0, hints },
    });
    this.#write(1, ([input]) => ({
      ...{ kind: 'info', grid, input: input as NodeIndex, selector },
      nameMatchers: matchers.filter(({ name }) => name === '__name__'),
      dataMatchers: matchers.filter(({ name }) => name !== '__name__'),
    }));
    this.#visitMaybeOnce(vector, grid, hints);
  }

  /** The times of the samples themselves, which a function of values could not know. */
  #placeTimestamp(name: TimestampFunction, expr: VectorSelector, grid: StepGrid, hints: HintContext): void {
    const planned = this.#selector({ selector: expr, grid, rangeMs: 0, hints });
    // With `@`, upstream looks at that very time and forgets the offset.
    const firstMs = atTimeOf(expr.at, this.#request) ?? planned.firstMs;
    const answer = name === 'timestamp' ? 'timestamp' : 'start-timestamp';
    this.#write(0, () => ({ kind: 'select', grid, selector: { ...planned, firstMs }, answer }));
  }

  #callNode(call: Call, args: readonly Expr[], inputs: NodeIndex[], grid: StepGrid): CallNode {
    return {
      kind: 'call',
      grid,
      func: call.func.name,
      args: inputs,
      position: call.position,
      argPositions: args.map(({ position }) => position),
      absentLabels: absentLabelsOf(args[0]),
    };
  }

  #placeWindow(call: Call, args: readonly Expr[], ranged: number, grid: StepGrid, hints: HintContext): void {
    const arg = args[ranged] as Expr;
    const isSubquery = arg.kind === 'subquery';
    const params = args.filter((_, i) => i !== ranged);
    const subquery = isSubquery ? this.#subqueryPlan(arg, grid) : undefined;
    const rangeMs = isSubquery
      ? (subquery as SubqueryPlan).rangeMs
      : lengthOf(arg.kind === 'matrix-selector' ? arg.rangeExpr : undefined, matrixRange(arg), this.#request);
    const selector =
      arg.kind === 'matrix-selector' ? this.#windowSelector(arg, grid, rangeMs, hints) : undefined;
    this.#write(params.length + (isSubquery ? 1 : 0), (inputs) => {
      const source: WindowSource =
        subquery === undefined
          ? { kind: 'selector', selector: selector as SelectorPlan }
          : { kind: 'subquery', input: inputs.shift() as NodeIndex, ...subquery.source };
      return {
        kind: 'window',
        grid,
        func: call.func.name,
        source,
        rangeMs,
        params: inputs,
        position: call.position,
        // Upstream puts a selector without a place where a subquery was.
        argPositions: args.map(({ kind, position }) =>
          kind === 'subquery' ? { start: 0, end: 0 } : position,
        ),
        absentLabels: absentLabelsOf(arg),
      };
    });
    for (const param of params.toReversed()) this.#visitMaybeOnce(param, grid, hints);
    if (isSubquery) this.#visitInner(arg, (subquery as SubqueryPlan).source.inner, hints);
  }

  #windowSelector(
    arg: Extract<Expr, { kind: 'matrix-selector' }>,
    grid: StepGrid,
    rangeMs: number,
    hints: HintContext,
  ): SelectorPlan {
    return this.#selector({ selector: arg.selector, grid, rangeMs, hints });
  }

  #subqueryPlan(expr: SubqueryExpr, outer: StepGrid): SubqueryPlan {
    const request = this.#request;
    const { firstMs, stepMs } = lookedAt(expr, outer, request);
    const rangeMs = lengthOf(expr.rangeExpr, expr.rangeMs, request);
    const namedMs = lengthOf(expr.stepExpr, expr.stepMs, request);
    const innerStepMs = namedMs === 0 ? request.defaultStepMs : namedMs;
    const inner = subqueryGrid({ outer, firstMs, stepMs, rangeMs, innerStepMs });
    return { rangeMs, source: { inner, firstMs, stepMs } };
  }

  #visitInner(expr: SubqueryExpr, inner: StepGrid, hints: HintContext): void {
    const innerHints = { ...hints, grouping: undefined, needs: 'buckets', stepMs: inner.stepMs } as const;
    this.#visitMaybeOnce(expr.expr, inner, innerHints, true);
  }

  #placeRootSubquery(expr: SubqueryExpr, grid: StepGrid, hints: HintContext): void {
    const { source } = this.#subqueryPlan(expr, grid);
    this.#resultGrid = source.inner;
    this.#visitInner(expr, source.inner, hints);
  }
}

interface SubqueryPlan {
  readonly rangeMs: number;
  readonly source: { readonly inner: StepGrid; readonly firstMs: number; readonly stepMs: number };
}

function matrixRange(expr: Expr): number {
  return expr.kind === 'matrix-selector' ? expr.rangeMs : 0;
}

const emptySelector: VectorSelector = {
  ...{ kind: 'vector-selector', name: '', offsetMs: 0, offsetExpr: undefined, at: undefined },
  ...{ matchers: [], anchored: false, smoothed: false, bypassEmptyMatcherCheck: true },
  position: { start: 0, end: 0 },
};

/** Trimming needs the buckets. */
function needsOfBinary({ op }: BinaryExpr): Partial<HintContext> {
  return op === '</' || op === '>/' ? { needs: 'buckets' } : {};
}
