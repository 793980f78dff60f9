/**
 * What an evaluation will do, as pure data: nodes in the order they are evaluated, each naming its inputs by their
 * place in the list, so that no depth of a query is a depth of a stack. A node's result has one consumer.
 */
import type { Matcher } from '../../model/index.js';
import type { SelectHints, TimeWindow } from '../../storage/index.js';
import type { AggregateOp, BinaryOp, PositionRange, ValueType, VectorMatching } from '../ast/index.js';

/** Steps at `startMs + i * stepMs`, i from 0 to `steps` (excluded). */
export interface StepGrid {
  readonly startMs: number;
  readonly stepMs: number;
  readonly steps: number;
  /** From one time to a later one, though there be but one step. */
  readonly isRange?: boolean;
}

/** The place of a node in `Plan.nodes`. */
export type NodeIndex = number;

export interface SelectorPlan {
  readonly matchers: readonly Matcher[];
  /** The moment that step 0 looks at, offset and `@` applied. */
  readonly firstMs: number;
  /** 0 where `@` nails all steps to one moment. */
  readonly stepMs: number;
  /** All samples that any step can need. */
  readonly window: TimeWindow;
  readonly hints: SelectHints;
  /** Samples before the window, and behind it where it is smoothed, stand for its ends. */
  readonly extension: 'anchored' | 'smoothed' | undefined;
  /** Of native histograms the query needs count and sum alone. */
  readonly statsOnly: boolean;
  readonly position: PositionRange;
}

interface NodeBase {
  readonly grid: StepGrid;
}

export interface NumberNode extends NodeBase {
  readonly kind: 'number';
  readonly value: number;
}

export interface StringNode extends NodeBase {
  readonly kind: 'string';
  readonly value: string;
}

/** An instant selector; `timestamp` and `start-timestamp` answer the samples' times in seconds instead of values. */
export interface SelectNode extends NodeBase {
  readonly kind: 'select';
  readonly selector: SelectorPlan;
  readonly answer: 'value' | 'timestamp' | 'start-timestamp';
}

/** A range selector as a whole query: raw samples. */
export interface RangeSelectNode extends NodeBase {
  readonly kind: 'range-select';
  readonly selector: SelectorPlan;
  readonly rangeMs: number;
}

export type WindowSource =
  | { readonly kind: 'selector'; readonly selector: SelectorPlan }
  | {
      readonly kind: 'subquery';
      readonly input: NodeIndex;
      readonly inner: StepGrid;
      readonly firstMs: number;
      readonly stepMs: number;
    };

/** A function over range vectors. */
export interface WindowNode extends NodeBase {
  readonly kind: 'window';
  readonly func: string;
  readonly source: WindowSource;
  readonly rangeMs: number;
  /** The scalar arguments in their order. */
  readonly params: readonly NodeIndex[];
  readonly position: PositionRange;
  /** Of all arguments, the range vector among them. */
  readonly argPositions: readonly PositionRange[];
  /** Labels of absent_over_time's answer: name, value, name, value… */
  readonly absentLabels: readonly string[];
}

export interface CallNode extends NodeBase {
  readonly kind: 'call';
  readonly func: string;
  readonly args: readonly NodeIndex[];
  readonly position: PositionRange;
  readonly argPositions: readonly PositionRange[];
  /** Labels of absent's answer: name, value, name, value… */
  readonly absentLabels: readonly string[];
}

/** info(): labels of info series onto the input's series. */
export interface InfoNode extends NodeBase {
  readonly kind: 'info';
  readonly input: NodeIndex;
  /** When info series are looked at; matchers are found out when the input is there. */
  readonly selector: SelectorPlan;
  readonly nameMatchers: readonly Matcher[];
  /** Of the labels that are wanted; all where there are none. */
  readonly dataMatchers: readonly Matcher[];
}

export interface BinaryNode extends NodeBase {
  readonly kind: 'binary';
  readonly op: BinaryOp;
  readonly left: NodeIndex;
  readonly right: NodeIndex;
  readonly leftType: 'scalar' | 'vector';
  readonly rightType: 'scalar' | 'vector';
  readonly matching: VectorMatching | undefined;
  readonly returnBool: boolean;
  readonly position: PositionRange;
}

export interface AggregateNode extends NodeBase {
  readonly kind: 'aggregate';
  readonly op: AggregateOp;
  readonly input: NodeIndex;
  readonly param: NodeIndex | undefined;
  readonly grouping: readonly string[];
  readonly without: boolean;
  readonly position: PositionRange;
  readonly inputPosition: PositionRange;
  readonly paramPosition: PositionRange | undefined;
}

export interface NegateNode extends NodeBase {
  readonly kind: 'negate';
  readonly input: NodeIndex;
}

/** A step-invariant part, evaluated at the first step and repeated on all. */
export interface RepeatNode extends NodeBase {
  readonly kind: 'repeat';
  readonly input: NodeIndex;
}

export type PlanNode =
  | AggregateNode
  | BinaryNode
  | CallNode
  | InfoNode
  | NegateNode
  | NumberNode
  | RangeSelectNode
  | RepeatNode
  | SelectNode
  | StringNode
  | WindowNode;

export interface Plan {
  /** Inputs stand before their consumers; the last node is the answer. */
  readonly nodes: readonly PlanNode[];
  readonly resultType: ValueType;
  /** The grid of the answer: the query's, save for a subquery as the whole query. */
  readonly resultGrid: StepGrid;
  readonly isRange: boolean;
  /** Bounds all selectors; undefined when there is none. */
  readonly window: TimeWindow | undefined;
}

/** What is asked: a moment (`stepMs` 0) or a range with a step of at least 1 ms. */
export interface PlanRequest {
  readonly startMs: number;
  readonly endMs: number;
  readonly stepMs: number;
  readonly lookbackDeltaMs: number;
  /** The step of subqueries that name none. */
  readonly defaultStepMs: number;
  /** The query's text, for positions in errors. */
  readonly query: string;
}
