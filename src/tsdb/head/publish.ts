import { observe, type Steps } from '../../base/index.js';
import type { Histogram } from '../../model/index.js';
import { judge, type SampleBounds, verdict } from './judge.js';
import { rowFlag } from './layout.js';
import type { StagedColumns } from './staged-columns.js';
import type { HeadState } from './state.js';
import { rowsInSlice } from './writer.js';

/** A histogram that waits, behind `position` floats. */
export interface SpecialRow {
  readonly position: number;
  readonly row: number;
  readonly timestampMs: number;
  readonly startMs: number;
  readonly histogram: Histogram;
}

export interface Publication {
  readonly columns: StagedColumns;
  readonly specials: readonly SpecialRow[];
  readonly bounds: SampleBounds | undefined;
  readonly commit: number;
}

/** Puts rows into chunks in their order, a slice a step. What another appender has overtaken is dropped. */
export function* publishRows(state: HeadState, publication: Publication): Steps<void> {
  const { columns, specials } = publication;
  let from = 0;
  for (const special of specials) {
    yield* publishFloats(state, publication, from, special.position);
    from = special.position;
    publishHistogram(state, publication, special);
  }
  yield* publishFloats(state, publication, from, columns.length);
}

function* publishFloats(state: HeadState, publication: Publication, from: number, end: number): Steps<void> {
  const { writer } = state;
  const { columns, bounds, commit } = publication;
  let isFirst = true;
  for (let at = from; at < end; ) {
    if (!isFirst) yield;
    isFirst = false;
    const to = Math.min(end, at + rowsInSlice);
    const readers = writer.readers.writeCommits(writer.commitsAt);
    while (at < to) {
      const stopped =
        writer.exports.headPublish(
          columns.timestampsAt,
          columns.valuesAt,
          columns.startsAt,
          columns.rowsAt,
          at,
          to,
          commit,
          bounds?.validFromMs ?? Number.NEGATIVE_INFINITY,
          writer.outOfOrderWindowMs > 0,
          writer.commitsAt,
          readers,
        ) >>> 0;
      writer.closed.take();
      at = stopped;
      if (stopped === to) break;
      publishFloat(state, publication, stopped);
      at++;
    }
    writer.reclaim();
  }
}

/** A float that the kernel left: late, with a start timestamp, or behind a histogram. */
function publishFloat(state: HeadState, { columns, bounds, commit }: Publication, index: number): void {
  const { writer, foreign, late } = state;
  const row = columns.rowAt(index);
  const sample = columns.sample(index);
  if (bounds === undefined || (writer.flagsOf(row) & rowFlag.dead) !== 0) {
    writer.droppedSamples++;
    return;
  }
  const judged = judge({
    timestampMs: sample.timestampMs,
    lastMs: writer.lastMsOf(row),
    pendingMs: undefined,
    bounds,
    windowMs: writer.outOfOrderWindowMs,
  });
  if (judged === verdict.inOrder) foreign.appendFloat(row, sample, commit);
  else if (judged === verdict.late) {
    observe(writer.tallies.lateSeconds, (bounds.maxtMs - sample.timestampMs) / 1000);
    late.insertFloat(row, sample, commit);
  } else writer.droppedSamples++;
}

function publishHistogram(state: HeadState, { bounds, commit }: Publication, special: SpecialRow): void {
  const { writer, foreign, late } = state;
  const { row, timestampMs } = special;
  writer.setFlags(row, 0, rowFlag.pending);
  if (bounds === undefined || (writer.flagsOf(row) & rowFlag.dead) !== 0) {
    writer.droppedSamples++;
    return;
  }
  const lastMs = writer.lastMsOf(row);
  const windowMs = writer.outOfOrderWindowMs;
  const judged = judge({ timestampMs, lastMs, pendingMs: undefined, bounds, windowMs });
  if (judged === verdict.inOrder) foreign.appendHistogram(row, special, commit);
  else if (judged === verdict.late) {
    observe(writer.tallies.lateSeconds, (bounds.maxtMs - timestampMs) / 1000);
    late.insertHistogram(row, special, commit);
  } else writer.droppedSamples++;
}
