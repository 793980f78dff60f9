import type { Labels } from '../../model/index.js';
import type { SeriesRef } from '../contracts.js';
import { SeriesRows } from '../series-rows.js';

/** What a snapshot sees of a series: the first `length` of `rows`. */
export interface VisibleRows {
  readonly rows: SeriesRows;
  readonly length: number;
}

interface PastState extends VisibleRows {
  readonly commit: number;
}

/**
 * A series, its rows, and the few past states that open snapshots still see. A state is kept only when a snapshot is
 * open that sees it, so there are never more of them than open queriers.
 */
export class MemorySeries {
  readonly ref: SeriesRef;
  readonly labels: Labels;
  rows = new SeriesRows();
  /** Time of the last sample that came in order; late samples do not move it. */
  inOrderMaxMs = Number.NEGATIVE_INFINITY;
  /** The commit that first gave it a sample; until then no snapshot sees the series. */
  firstCommit = Number.POSITIVE_INFINITY;
  /** The appender that noted its last in-order row here; others note theirs in a map of their own. */
  pendingOwner: object | undefined;
  pendingRow = -1;
  #lastCommit = 0;
  #past: PastState[] | undefined;

  constructor(ref: SeriesRef, labels: Labels) {
    this.ref = ref;
    this.labels = labels;
  }

  /** To be called before the first change that commit `commit` makes; `newestSnapshot` is that of the open queriers. */
  beginCommit(commit: number, newestSnapshot: number): void {
    if (this.#lastCommit === commit) return;
    if (newestSnapshot >= this.#lastCommit && this.firstCommit <= newestSnapshot) {
      this.#past ??= [];
      this.#past.push({ commit: this.#lastCommit, rows: this.rows, length: this.rows.length });
    }
    this.#lastCommit = commit;
    if (this.firstCommit > commit) this.firstCommit = commit;
  }

  forgetPast(): void {
    this.#past = undefined;
  }

  visibleAt(snapshot: number): VisibleRows {
    if (this.#lastCommit <= snapshot) return { rows: this.rows, length: this.rows.length };
    const past = this.#past;
    if (past !== undefined && this.firstCommit <= snapshot) {
      for (let i = past.length - 1; i >= 0; i--) {
        const state = past[i] as PastState;
        if (state.commit <= snapshot) return state;
      }
    }
    return nothing;
  }

  /** Drops rows before `mintMs`; what a reader may hold stays with the reader. */
  dropBefore(mintMs: number): void {
    const { rows } = this;
    const from = rows.rowAtOrAfter(mintMs);
    if (from === 0) return;
    const kept = new SeriesRows();
    kept.appendColumns(rows.columns(from, rows.length), 0, rows.length - from);
    this.rows = kept;
  }

  /**
   * Puts rows in any order of time among those already here. Of equal timestamps the sample that is here wins, then
   * the first of `late`. Rows are moved in place only when `inPlace` says that nobody reads them.
   */
  insertLate(late: SeriesRows, inPlace: boolean): void {
    const order = risingRows(late);
    const rows = this.rows;
    const from = rows.rowAtOrAfter(late.timestamps[order[0] as number] as number);
    const tail = rows.emptyTwin();
    tail.appendRows(rows, from, rows.length);
    let target = rows;
    if (inPlace) rows.length = from;
    else {
      target = rows.emptyTwin();
      target.appendRows(rows, 0, from);
    }
    let t = 0;
    for (const row of order) {
      const timestampMs = late.timestamps[row] as number;
      const upTo = tail.rowAtOrAfter(timestampMs);
      if (upTo > t) target.appendRows(tail, t, upTo);
      t = Math.max(t, upTo);
      const taken = t < tail.length && tail.timestamps[t] === timestampMs;
      if (!taken && timestampMs > target.lastTimestamp) target.appendRows(late, row, row + 1);
    }
    target.appendRows(tail, t, tail.length);
    this.rows = target;
  }
}

const nothing: VisibleRows = { rows: new SeriesRows(), length: 0 };

function risingRows(rows: SeriesRows): Uint32Array {
  const order = Uint32Array.from({ length: rows.length }, (_, i) => i);
  return order.sort((a, b) => (rows.timestamps[a] as number) - (rows.timestamps[b] as number) || a - b);
}
