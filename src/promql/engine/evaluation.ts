import type {
  KernelScope,
  Kernels,
  WindowInput,
  WindowOutput,
  WindowReport,
  WindowRunner,
} from '../../kernels/index.js';
import type { Histogram } from '../../model/index.js';
import type { Querier } from '../../storage/index.js';
import type { CallNode, StepGrid, WindowNode } from '../planner/index.js';
import type { Annotations } from './annotations.js';
import type { GridTimes } from './grid-times.js';
import type { LabelTools } from './label-tools.js';
import type { QueryGuard } from './query-guard.js';
import type { NodeResult, Row } from './rows.js';
import type { SampleWindow } from './sample-window.js';

/** What all nodes of one evaluation share. */
export interface Evaluation {
  readonly kernels: Kernels;
  /** The query's memory: rows, groups and scratch columns; given back as a whole when the query ends. */
  readonly scope: KernelScope;
  readonly gridTimes: GridTimes;
  /** The answer's columns may be views of the query's memory. */
  readonly borrows: boolean;
  readonly querier: Querier | undefined;
  readonly labels: LabelTools;
  readonly annotations: Annotations;
  readonly guard: QueryGuard;
  readonly lookbackDeltaMs: number;
  /** Names are dropped at the end of the query instead of where they lose their meaning. */
  readonly delayedNameRemoval: boolean;
  readonly useStartTimestamps: boolean;
  readonly typeAndUnitLabels: boolean;
  readonly functions: FunctionTable;
}

export interface CallInput {
  readonly evaluation: Evaluation;
  readonly node: CallNode;
  readonly grid: StepGrid;
  /** The arguments' results; their rows may be changed in place and given back. */
  readonly args: readonly NodeResult[];
}

/** A function without a range vector, over all steps at once. */
export type CallFunction = (input: CallInput) => NodeResult;

/** What a function does with windows that hold histograms. */
export type HistogramPolicy =
  /** Counts them like floats; the kernel looks at times alone. */
  | 'count'
  /** Sees floats alone; a window with both gets upstream's info. */
  | 'ignore'
  /** `overSamples` answers windows of histograms alone; one with both is dropped with upstream's warning. */
  | 'alone'
  /** `overSamples` answers all windows that hold a histogram. */
  | 'any'
  /** Takes the first or last sample of the window, whichever kind it is. */
  | 'first'
  | 'last';

/** A function over range vectors, one series at a time. */
export interface WindowFunction {
  readonly histograms: HistogramPolicy;
  /** first_over_time and last_over_time keep the metric name. */
  readonly keepsName?: boolean;
  readonly usesStartTimestamps?: boolean;
  /** Looks at the parameters before the first series; throws or annotates. */
  readonly check?: (evaluation: Evaluation, node: WindowNode, params: readonly Float64Array[]) => void;
  /** Fills the row by a kernel, which knows no start timestamps. */
  readonly run?: (windows: WindowRunner, notes: WindowNotes) => WindowReport;
  /** Fills the row where there are start timestamps, or no kernel; one of both must be there. */
  readonly plain?: (input: WindowInput, out: WindowOutput, notes: WindowNotes) => WindowReport;
  /** Answers windows that hold histograms, by the policy; undefined for no answer. */
  readonly overSamples?: (window: SampleWindow, notes: WindowNotes) => number | Histogram | undefined;
  /** The same over `anchored` and `smoothed` selectors. */
  readonly overExtended?: {
    readonly takes: readonly ('anchored' | 'smoothed')[];
    /** Windows that hold both kinds are dropped with upstream's warning. */
    readonly isOfOneKind: boolean;
    readonly answer: (window: SampleWindow, notes: WindowNotes) => number | Histogram | undefined;
  };
  /** Called after a series that has a result. */
  readonly after?: (notes: WindowNotes) => void;
  /** Turns all series' rows into the answer. */
  readonly finish?: (evaluation: Evaluation, node: WindowNode, rows: Row[]) => Row[];
}

/** Where a window function leaves its remarks on a series. */
export interface WindowNotes {
  readonly evaluation: Evaluation;
  readonly node: WindowNode;
  readonly params: readonly Float64Array[];
  /** The row that is filled. */
  readonly row: Row;
  readonly metricName: string;
  readonly typeLabel: string;
}

export interface FunctionTable {
  readonly calls: ReadonlyMap<string, CallFunction>;
  readonly windows: ReadonlyMap<string, WindowFunction>;
}
