import type { Histogram } from '../../model/index.js';
import { type Addition, HistogramSum } from './histogram-sum.js';

const added: Addition = { isIncompatible: false, hintsCollide: false, isReconciled: false };

/**
 * The mean of histograms: of their sum as long as that is finite, else taken step by step. Source: promql/functions.go
 * (funcAvgOverTime).
 */
export class HistogramMean {
  #sum: HistogramSum;
  #count = 1;
  #isIncremental = false;

  constructor(first: Histogram) {
    this.#sum = HistogramSum.of(first);
  }

  add(histogram: Histogram): Addition {
    this.#count++;
    let addition = added;
    if (!this.#isIncremental) {
      const sum = this.#sum.copy();
      addition = sum.add(histogram, { compensates: true });
      if (addition.isIncompatible) return addition;
      if (!sum.isInfinite) {
        this.#sum = sum;
        return addition;
      }
      this.#isIncremental = true;
      this.#sum.divide(this.#count - 1);
    }
    this.#sum.scale((this.#count - 1) / this.#count);
    const share = HistogramSum.of(histogram);
    share.divide(this.#count);
    const { isReconciled, ...rest } = this.#sum.add(share.histogram(), { compensates: true });
    return { ...rest, isReconciled: isReconciled || addition.isReconciled };
  }

  /** Not to be used any more afterwards. */
  histogram(): Histogram {
    if (!this.#isIncremental) this.#sum.divide(this.#count);
    this.#sum.settle();
    return this.#sum.histogram();
  }
}
