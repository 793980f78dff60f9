import type { Steps } from '../base/index.js';
import type { FloatBatch, SeriesTexts } from '../storage/index.js';

/** Float rows of a request, of series that a store knows. */
export interface OwnedRows extends FloatBatch {
  /** Which series of the request a row belongs to. */
  readonly owners: Uint32Array;
}

export interface OwnedTexts extends SeriesTexts {
  readonly owners: Uint32Array;
}

/**
 * A request that was read whole: its series by number, each with the store's ref: 0 while it is unknown and where it is
 * dropped, -1 where the store has no room for it. Views are valid until the next call.
 */
export interface ReadRequest {
  readonly seriesCount: number;
  /** Series that were unknown when they were read. */
  readonly unknownCount: number;
  refOf(index: number): number;
  setRef(index: number, ref: number): void;
  /** As `setRef`, also for requests to come. */
  learn(index: number, ref: number): void;
  /** Before some hundred series are learnt. */
  makeRoom(): Steps<void>;
  /** The fields of its labels. */
  labels(index: number): Uint8Array;
  /** Labels of unknown series where they are plain, some at a time; undefined at the end. */
  nextTexts(): OwnedTexts | undefined;
  /** Gives rows their refs, and leaves out those of dropped or refused series and those later than `latestMs`. */
  fill(latestMs: number): Steps<void>;
  /** Rows that `fill` kept. */
  readonly keptCount: number;
  rows(from: number, to: number): OwnedRows;
  /** Of what `fill` left out, dropped series not counted: the first outcome, 0 for none; whether there was no room. */
  readonly refusals: { readonly first: number; readonly isFull: boolean };
}
