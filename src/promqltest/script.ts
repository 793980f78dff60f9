/** What a query script is made of, as a value. Source: promql/promqltest/test.go. */
import type { Labels } from '../model/index.js';
import type { SeriesValue } from '../promql/index.js';

/** A mistake in a script, or samples that a store refuses. `message` has no place; line and column count from 1. */
export class ScriptError extends Error {
  override readonly name = 'ScriptError';
  readonly line: number;
  /** In characters. */
  readonly column: number;

  constructor(place: { readonly line: number; readonly column: number }, message: string) {
    super(message);
    this.line = place.line;
    this.column = place.column;
  }
}

/** Forgets all that was loaded. */
export interface ClearCommand {
  readonly kind: 'clear';
}

export interface LoadCommand {
  readonly kind: 'load';
  readonly line: number;
  readonly stepMs: number;
  /** Classic histograms are stored a second time, as native ones with custom buckets. */
  readonly withCustomBuckets: boolean;
  /** None twice. */
  readonly series: readonly LoadedSeries[];
}

export interface LoadedSeries {
  readonly labels: Labels;
  /** One each step from time 0 on. */
  readonly values: readonly SeriesValue[];
  /** As long as `values`: milliseconds from a sample to its start timestamp, undefined for none. */
  readonly startOffsetsMs: readonly (number | undefined)[] | undefined;
}

export type Subject = 'fail' | 'warn' | 'no_warn' | 'info' | 'no_info';

/** What an error or a remark must say; without `text` anything will do. */
export interface Expectation {
  readonly subject: Subject;
  /** The text or the pattern as written. */
  readonly text: string | undefined;
  matches(told: string): boolean;
}

export interface ExpectedSeries {
  readonly labels: Labels;
  readonly values: readonly SeriesValue[];
  /** From 1, where the answer is ordered. */
  readonly position: number;
}

export interface EvalCommand {
  readonly kind: 'eval';
  readonly line: number;
  readonly query: string;
  readonly isRange: boolean;
  /** Of the query, or of the range vector that an instant query answers. */
  readonly startMs: number;
  readonly endMs: number;
  readonly stepMs: number;
  /** Of an instant query. */
  readonly timeMs: number;
  readonly isOrdered: boolean;
  readonly expectations: readonly Expectation[];
  /** By the labels' key. */
  readonly series: ReadonlyMap<string, ExpectedSeries>;
  readonly scalar: number | undefined;
  readonly text: string;
  /** The answer is of a kind that a range query has not: the query is not repeated as one. */
  readonly isInstantOnly: boolean;
}

export type Command = ClearCommand | LoadCommand | EvalCommand;
