import type { Histogram } from '../../model/index.js';
import { type AppendOutcome, appendOutcome } from '../../storage/index.js';

/** Where a sample may go: behind the last one, among the earlier ones, nowhere since one is there, or nowhere. */
export const verdict = { inOrder: -1, late: -2, present: -3 } as const;
export type Verdict = AppendOutcome | (typeof verdict)[keyof typeof verdict];

/** Bounds that stand for the life of an appender (tsdb/head_append.go). */
export interface SampleBounds {
  readonly validFromMs: number;
  readonly maxtMs: number;
}

/** An in-order sample that waits for its appender's commit. */
export interface Pending {
  readonly timestampMs: number;
  /** Among the floats. */
  readonly index?: number;
  readonly histogram?: Histogram;
}

/** Source: tsdb/head_append.go, appendable. */
export function judge(sample: {
  readonly timestampMs: number;
  /** Of the newest committed sample in order. */
  readonly lastMs: number;
  readonly pendingMs: number | undefined;
  readonly bounds: SampleBounds;
  readonly windowMs: number;
}): Verdict {
  const { timestampMs, bounds, windowMs } = sample;
  if (timestampMs >= bounds.validFromMs) {
    const lastMs = Math.max(sample.lastMs, sample.pendingMs ?? Number.NEGATIVE_INFINITY);
    if (timestampMs > lastMs) return verdict.inOrder;
    if (timestampMs === lastMs) return verdict.present;
  }
  if (windowMs > 0) return timestampMs >= bounds.maxtMs - windowMs ? verdict.late : appendOutcome.tooOld;
  return timestampMs < bounds.validFromMs ? appendOutcome.outOfBounds : appendOutcome.outOfOrder;
}

/** `present` is the caller's to resolve. */
export function outcomeOf(judged: Verdict): AppendOutcome {
  return judged === verdict.inOrder || judged === verdict.late || judged === verdict.present
    ? appendOutcome.accepted
    : judged;
}
