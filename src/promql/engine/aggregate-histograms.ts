/** What sum and avg make of a group's histograms at one step. Source: promql/engine.go (aggregation). */
import { type Histogram, toFloatHistogram } from '../../model/index.js';
import { type Addition, HistogramMean, HistogramSum } from '../histograms/index.js';
import type { AggregateNode } from '../planner/index.js';
import type { Evaluation } from './evaluation.js';

/** A running sum or mean, and whether the group has no answer at this step. */
export class GroupHistogram {
  #sum: HistogramSum | undefined;
  #mean: HistogramMean | undefined;
  #wasReset = false;
  #wasNotReset = false;
  #isIncompatible = false;
  /** A float came before the histograms, or before one that did not fit. */
  #isMixed = false;

  /** `hasFloat`: a float of this step was added before. */
  add(histogram: Histogram, hasFloat: boolean, notes: HistogramNotes): void {
    if (this.#isIncompatible || this.#isMixed) return;
    const isFirst = this.#sum === undefined && this.#mean === undefined;
    if (isFirst && hasFloat) {
      this.#isMixed = true;
      return;
    }
    this.#wasReset ||= histogram.counterResetHint === 'reset';
    this.#wasNotReset ||= histogram.counterResetHint === 'not-reset';
    const addition = isFirst ? this.#begin(histogram, notes.op) : this.#put(toFloatHistogram(histogram));
    if (addition === undefined) return;
    if (addition.isIncompatible) {
      notes.mixedSchemas();
      this.#isIncompatible = true;
      this.#isMixed = hasFloat;
    } else if (addition.isReconciled) notes.reconciled();
  }

  #begin(histogram: Histogram, op: 'sum' | 'avg'): undefined {
    if (op === 'sum') this.#sum = HistogramSum.of(histogram);
    else this.#mean = new HistogramMean(histogram);
  }

  #put(histogram: Histogram): Addition | undefined {
    return this.#sum?.add(histogram, { compensates: true }) ?? this.#mean?.add(histogram);
  }

  /** Undefined where there is no answer. */
  finish(hasFloat: boolean, notes: HistogramNotes): Histogram | undefined {
    if (this.#isMixed || (hasFloat && !this.#isIncompatible)) {
      notes.mixed();
      return undefined;
    }
    if (this.#isIncompatible) return undefined;
    if (this.#wasReset && this.#wasNotReset) notes.hintsCollide();
    this.#sum?.settle();
    return this.#sum?.histogram() ?? this.#mean?.histogram();
  }
}

/** Says upstream's texts about an aggregation's input. */
export class HistogramNotes {
  readonly op: 'sum' | 'avg';
  readonly #evaluation: Evaluation;
  readonly #node: AggregateNode;
  #metricName: () => string = () => '';

  constructor(evaluation: Evaluation, node: AggregateNode) {
    this.op = node.op as 'sum' | 'avg';
    this.#evaluation = evaluation;
    this.#node = node;
  }

  /** Of the series that is added. */
  begin(metricName: () => string): void {
    this.#metricName = metricName;
  }

  mixed(): void {
    this.#evaluation.annotations.mixedFloatsHistogramsInAggregation(this.#node.inputPosition);
  }

  mixedSchemas(): void {
    this.#evaluation.annotations.mixedSchemas(this.#metricName(), this.#node.inputPosition);
  }

  reconciled(): void {
    this.#evaluation.annotations.reconciledBuckets('aggregation', this.#node.inputPosition);
  }

  hintsCollide(): void {
    this.#evaluation.annotations.hintsCollide('aggregation', this.#node.inputPosition);
  }
}
