/** Least squares over a window, with compensated sums. Source: promql/functions.go, linearRegression. */
import { reduceWindows, type WindowInput, type WindowOutput, type WindowReport } from './windows.js';

interface Line {
  slope: number;
  intercept: number;
}

/** deriv(): the slope per second; x is counted from the window's first sample. Needs two samples. */
export function derivWindow(input: WindowInput, out: WindowOutput): WindowReport {
  const line: Line = { slope: 0, intercept: 0 };
  return reduceWindows(input, out, 2, (window, from, to) => {
    fitLine(window, from, to, window.timestamps[from] as number, line);
    return line.slope;
  });
}

/** predict_linear(): the line's value `params[0]` seconds after the evaluation. Needs two samples. */
export function predictLinearWindow(input: WindowInput, out: WindowOutput): WindowReport {
  const line: Line = { slope: 0, intercept: 0 };
  const ahead = input.params[0] as Float64Array;
  return reduceWindows(input, out, 2, (window, from, to, step) => {
    fitLine(window, from, to, window.firstEvalMs + step * window.evalStepMs, line);
    return line.slope * (ahead[step] as number) + line.intercept;
  });
}

function isConstant(values: Float64Array, from: number, to: number): boolean {
  const first = values[from] as number;
  for (let i = from + 1; i < to; i++) if (values[i] !== first) return false;
  return true;
}

function fitLine(input: WindowInput, from: number, to: number, originMs: number, line: Line): void {
  const { timestamps, values } = input;
  const first = values[from] as number;
  if (isConstant(values, from, to)) {
    const infinite = first === Number.POSITIVE_INFINITY || first === Number.NEGATIVE_INFINITY;
    line.slope = infinite ? Number.NaN : 0;
    line.intercept = infinite ? Number.NaN : first;
    return;
  }
  const xs = new Sum();
  const ys = new Sum();
  const xys = new Sum();
  const xxs = new Sum();
  for (let i = from; i < to; i++) {
    const x = ((timestamps[i] as number) - originMs) / 1e3;
    const y = values[i] as number;
    xs.add(x);
    ys.add(y);
    xys.add(x * y);
    xxs.add(x * x);
  }
  const n = to - from;
  const sumX = xs.total;
  const sumY = ys.total;
  const covariance = xys.total - (sumX * sumY) / n;
  const variance = xxs.total - (sumX * sumX) / n;
  line.slope = covariance / variance;
  line.intercept = sumY / n - (line.slope * sumX) / n;
}

/** Kahan and Neumaier's compensated sum; the compensation is dropped once the sum is infinite. */
class Sum {
  #sum = 0;
  #rest = 0;

  add(value: number): void {
    const total = this.#sum + value;
    if (total > Number.MAX_VALUE || total < -Number.MAX_VALUE) this.#rest = 0;
    else if (Math.abs(this.#sum) >= Math.abs(value)) this.#rest += this.#sum - total + value;
    else this.#rest += value - total + this.#sum;
    this.#sum = total;
  }

  get total(): number {
    return this.#sum + this.#rest;
  }
}
