import { runAtOnce, type Steps } from '../../base/index.js';
import type { SeriesRef } from '../../storage/index.js';
import { closeOpen } from './closed-chunks.js';
import type { EndedSeries } from './contracts.js';
import { isStaleFloat } from './foreign-series.js';
import { hot, noRow, rowFlag } from './layout.js';
import { settleRow } from './replay.js';
import type { HeadState } from './state.js';
import { dropInOrder, hasLate, removeRows } from './truncate.js';

/**
 * Of a log that is read: what came in order is in a block. The series stays for whatever the log still has of it: it may
 * have come back before it was gone. One that is known by a later reference is left as it is.
 */
export function forgetReplayed(state: HeadState, ref: SeriesRef): void {
  const { writer, foreign, forgotten } = state;
  const { views } = writer;
  const row = writer.rowOf(ref);
  if (row === noRow || writer.refOf(row) > ref) return;
  settleRow(state, row);
  foreign.endBefore(row, Number.POSITIVE_INFINITY, writer.commit);
  if (!closeOpen(writer, row)) return;
  dropInOrder(state, row);
  foreign.forgetRow(row);
  writer.setFlags(row, 0, rowFlag.histogram);
  writer.changeRow(row, () => {
    const at = views.hotRow(row);
    views.setDouble(at + hot.lastMs, Number.NEGATIVE_INFINITY);
    views.setDouble(at + hot.lastDelta, Number.NEGATIVE_INFINITY);
    views.setDouble(at + hot.lastValue, 0);
  });
  forgotten.add(ref);
}

/** Takes away those of the series that nothing came for; answers their references. */
export function removeForgotten(state: HeadState): readonly SeriesRef[] {
  const { writer, forgotten } = state;
  const gone: SeriesRef[] = [];
  const rows = [...forgotten].map((ref) => writer.rowOf(ref)).filter((row) => row !== noRow);
  forgotten.clear();
  runAtOnce(
    removeRows(state, rows, (refs) => {
      for (const ref of refs) gone.push(ref);
    }),
  );
  state.hasReturned ||= rows.some((row) => writer.refOf(row) !== 0);
  return gone;
}

/** Rows of one step: a millisecond or two. */
const rowsInStep = 4096;

/** Series whose newest sample is the marker that ends them, but for those that have late samples. */
export function* endedSeries(state: HeadState): Steps<EndedSeries[]> {
  const { writer } = state;
  const ended: EndedSeries[] = [];
  for (let row = 0; row < writer.rowLimit; ) {
    if (row > 0) yield;
    const to = Math.min(writer.rowLimit, row + rowsInStep);
    for (; row < to; row++)
      if (isEnded(state, row)) ended.push({ ref: writer.refOf(row), endMs: writer.lastMsOf(row) });
  }
  return ended;
}

function isEnded(state: HeadState, row: number): boolean {
  const { writer, foreign } = state;
  const { views } = writer;
  if (writer.refOf(row) === 0 || (writer.flagsOf(row) & rowFlag.dead) !== 0) return false;
  const at = views.hotRow(row) + hot.lastValue;
  const isStale =
    (writer.flagsOf(row) & rowFlag.histogram) === 0
      ? isStaleFloat({ low: views.word(at), high: views.word(at + 4) })
      : foreign.isEnded(row);
  return isStale && !hasLate(state, row);
}

/**
 * Drops the chunks of series that have got no sample since they were listed, and then the series that no appender
 * holds: `onGone` is told of them in the step in which they go, before anybody can make another of the same labels.
 * While a reader of an earlier commit is open chunks are hidden from later ones; such a series goes with a truncation.
 */
export function* evictSeries(
  state: HeadState,
  ended: readonly EndedSeries[],
  onGone: (refs: readonly SeriesRef[]) => void,
): Steps<void> {
  const { writer, foreign } = state;
  const rows: number[] = [];
  for (let index = 0; index < ended.length; ) {
    const to = Math.min(ended.length, index + rowsInStep);
    for (; index < to; index++) {
      const { ref, endMs } = ended[index] as EndedSeries;
      const row = writer.rowOf(ref);
      if (row === noRow || writer.lastMsOf(row) !== endMs || !isEnded(state, row)) continue;
      foreign.endBefore(row, Number.POSITIVE_INFINITY, writer.commit);
      if (!closeOpen(writer, row)) continue;
      dropInOrder(state, row);
      rows.push(row);
    }
    writer.takeNotes();
    yield;
  }
  yield* removeRows(state, rows, onGone);
  writer.reclaim();
}
