import type { Steps } from '../../base/index.js';
import type { SeriesRef } from '../../storage/index.js';
import { dropChunk } from './closed-chunks.js';
import type { LateChunks } from './contracts.js';
import { chunk, chunkFlag, chunkRecordBytes, cold, hot, rowFlag } from './layout.js';
import type { HeadState } from './state.js';
import type { HeadWriter } from './writer.js';

/** Rows and pairs of one step: a millisecond or two. */
const rowsInStep = 4096;
const pairsInStep = 4096;
const endOfList = -1;

/**
 * Drops chunks of samples in order that end before `mintMs`, then series without any. While a reader of an earlier commit
 * is open its chunks are hidden from later ones and dropped when it has left.
 */
export function* truncateBefore(state: HeadState, mintMs: number): Steps<readonly SeriesRef[]> {
  const { writer } = state;
  const dead: number[] = [];
  writer.beginTruncation('inOrder');
  let earliestMs = Number.POSITIVE_INFINITY;
  for (let row = 0; row < writer.rowLimit; ) {
    const to = Math.min(writer.rowLimit, row + rowsInStep);
    for (; row < to; row++) {
      if (writer.refOf(row) === 0 || (writer.flagsOf(row) & rowFlag.dead) !== 0) continue;
      state.foreign.endBefore(row, mintMs, writer.commit);
      earliestMs = Math.min(earliestMs, truncateRow(state, row, mintMs));
      if (isEmpty(state, row)) dead.push(row);
    }
    writer.takeNotes();
    yield;
  }
  writer.truncated('inOrder', earliestMs);
  const gone: SeriesRef[] = [];
  yield* removeRows(state, dead, (refs) => {
    for (const ref of refs) gone.push(ref);
  });
  writer.reclaim();
  return gone;
}

function heldRows(state: HeadState): Set<number> {
  const held = new Set<number>();
  for (const appender of state.openAppenders) appender.eachHeldRow((row) => held.add(row));
  return held;
}

function isEmpty({ writer, foreign, late }: HeadState, row: number): boolean {
  const { views } = writer;
  const hasChunks = views.half(views.coldRow(row) + cold.chunkCount) > 0;
  return (
    !hasChunks &&
    views.word(views.hotRow(row) + hot.openAt) === 0 &&
    !foreign.isOpen(row) &&
    !late.isOpen(row)
  );
}

/** The first time in order that is left, Infinity where nothing is. */
function truncateRow(state: HeadState, row: number, mintMs: number): number {
  const { writer } = state;
  const { views } = writer;
  const hotAt = views.hotRow(row);
  const coldAt = views.coldRow(row);
  const hasOpen = views.word(hotAt + hot.openAt) !== 0;
  if (hasOpen && views.double(hotAt + hot.lastMs) < mintMs)
    writer.changeRow(row, () => Boolean(writer.exports.headCloseOpen(row)));
  let firstMs =
    views.word(hotAt + hot.openAt) === 0 ? Number.POSITIVE_INFINITY : views.double(coldAt + cold.openMint);
  let index = 0;
  while (index < views.half(coldAt + cold.chunkCount)) {
    const record = views.word(coldAt + cold.chunks) + index * chunkRecordBytes;
    const chunkMintMs = views.double(record + chunk.mint);
    if (isLate(state, record)) index++;
    else if (chunkMintMs + views.word(record + chunk.span) >= mintMs) {
      firstMs = Math.min(firstMs, chunkMintMs);
      index++;
    } else if (hideFromLater(state, row, record)) index++;
    else dropOld(writer, row, record);
  }
  return firstMs;
}

function isLate({ writer }: HeadState, record: number): boolean {
  return (writer.views.byte(record + chunk.flags) & chunkFlag.late) !== 0;
}

export function hasLate(state: HeadState, row: number): boolean {
  let found = state.late.isOpen(row);
  eachRecord(state, row, (record) => {
    found ||= isLate(state, record);
  });
  return found;
}

/** Drops the chunks of a row's samples in order, or hides them from later readers. */
export function dropInOrder(state: HeadState, row: number): void {
  eachRecord(state, row, (record) => {
    if (!isLate(state, record) && !hideFromLater(state, row, record)) dropOld(state.writer, row, record);
  });
}

/** Ends the chunks of late samples and tells what they hold, while nothing is published. */
export function* endLate(state: HeadState): Steps<LateChunks> {
  const { writer } = state;
  const { views } = writer;
  yield* state.late.endAll(writer.commit);
  const ranges = new Set<number>();
  const { chunkRangeMs } = writer.options;
  for (let row = 0; row < writer.rowLimit; ) {
    const to = Math.min(writer.rowLimit, row + rowsInStep);
    for (; row < to; row++)
      eachRecord(state, row, (record) => {
        if (!isLate(state, record) || views.word(record + chunk.hidden) !== 0) return;
        const mintMs = views.double(record + chunk.mint);
        const last = Math.floor((mintMs + views.word(record + chunk.span)) / chunkRangeMs);
        for (let range = Math.floor(mintMs / chunkRangeMs); range <= last; range++) ranges.add(range);
      });
    yield;
  }
  return { commit: writer.commit, ranges: [...ranges].sort((a, b) => a - b) };
}

function eachRecord({ writer }: HeadState, row: number, visit: (record: number) => void): void {
  if (writer.refOf(row) === 0) return;
  const { views } = writer;
  const coldAt = views.coldRow(row);
  const count = views.half(coldAt + cold.chunkCount);
  for (let index = count - 1; index >= 0; index--)
    visit(views.word(coldAt + cold.chunks) + index * chunkRecordBytes);
}

/** Drops the chunks of late samples of a commit and those before, as `truncateBefore` does. */
export function* dropLate(state: HeadState, commit: number): Steps<void> {
  const { writer } = state;
  const { views } = writer;
  writer.beginTruncation('late');
  let earliestMs = Number.POSITIVE_INFINITY;
  const visit = (row: number, record: number): void => {
    if (!isLate(state, record)) return;
    const shownBy = views.word(record + chunk.commit);
    if (shownBy !== 0 && ((commit - shownBy) | 0) < 0)
      earliestMs = Math.min(earliestMs, views.double(record + chunk.mint));
    else if (!hideFromLater(state, row, record)) dropOld(writer, row, record);
  };
  for (let row = 0; row < writer.rowLimit; ) {
    const to = Math.min(writer.rowLimit, row + rowsInStep);
    for (; row < to; row++) eachRecord(state, row, (record) => visit(row, record));
    yield;
  }
  writer.truncated('late', earliestMs);
  writer.reclaim();
}

/** The oldest file of `chunks_head` that a chunk names, Infinity where none does. */
export function* oldestChunkFile(state: HeadState): Steps<number> {
  const { writer } = state;
  const { views } = writer;
  let oldest = Number.POSITIVE_INFINITY;
  for (let row = 0; row < writer.rowLimit; ) {
    const to = Math.min(writer.rowLimit, row + rowsInStep);
    for (; row < to; row++)
      eachRecord(state, row, (record) => {
        if ((views.byte(record + chunk.flags) & chunkFlag.onDisk) === 0) return;
        oldest = Math.min(oldest, views.word(record + chunk.at));
      });
    yield;
  }
  return oldest;
}

/** Where an older reader may still want the chunk. */
function hideFromLater(state: HeadState, row: number, record: number): boolean {
  const { writer, foreign } = state;
  const next = (writer.commit + 1) >>> 0;
  if (!writer.readers.hasReaders()) return false;
  if (writer.views.word(record + chunk.hidden) !== 0) return true;
  writer.tallies.removedChunks++;
  foreign.copies.hideRecord(row, record, next);
  return true;
}

function dropOld(writer: HeadWriter, row: number, record: number): void {
  if (writer.views.word(record + chunk.hidden) === 0) writer.tallies.removedChunks++;
  dropChunk(writer, row, record);
}

/** Series that got a sample meanwhile stay. `onGone` is told of the others in the step in which they go. */
export function* removeRows(
  state: HeadState,
  rows: readonly number[],
  onGone: (refs: readonly SeriesRef[]) => void,
): Steps<void> {
  const { writer } = state;
  const { exports } = writer;
  const removed: number[] = [];
  const pairs = new Set<number>();
  for (let index = 0; index < rows.length; ) {
    const held = heldRows(state);
    const to = Math.min(rows.length, index + rowsInStep);
    const gone: SeriesRef[] = [];
    for (; index < to; index++) {
      const row = rows[index] as number;
      if (held.has(row) || !isEmpty(state, row)) continue;
      for (const ref of forgetSeries(state, row, pairs)) gone.push(ref);
      removed.push(row);
    }
    onGone(gone);
    yield;
  }
  yield* sweepPairs(state, pairs);
  for (let index = 0; index < removed.length; index++) {
    writer.freeRow(removed[index] as number);
    if (index % rowsInStep === rowsInStep - 1) yield;
  }
  exports.headSweepNames();
}

function forgetSeries(state: HeadState, row: number, pairs: Set<number>): SeriesRef[] {
  const { writer, foreign, late, exemplars } = state;
  const { views, exports } = writer;
  const coldAt = views.coldRow(row);
  const labels = views.word(coldAt + cold.labels);
  const count = views.half(coldAt + cold.labelCount);
  for (let i = 0; i < count; i++) pairs.add(views.word(labels + i * 4));
  const ref = writer.refOf(row);
  const aliases = writer.aliases.get(row) ?? [];
  for (const alias of aliases) exports.headForgetRef(alias, row);
  exports.headRemove(row);
  foreign.forgetRow(row);
  late.forgetRow(row);
  exemplars.removeSeries(ref);
  return [ref, ...aliases];
}

function* sweepPairs(state: HeadState, pairs: ReadonlySet<number>): Steps<void> {
  const { writer, texts } = state;
  const { exports } = writer;
  const emptied = new Set<number>();
  let swept = 0;
  for (const pairAt of pairs) {
    if (exports.headSweepPair(pairAt) === 0) emptied.add(texts.nameRecordOf(pairAt));
    if (++swept % pairsInStep === 0) yield;
  }
  for (const name of emptied) {
    let previous = 0;
    while (previous !== endOfList) {
      previous = exports.headSweepName(name, previous >>> 0, pairsInStep);
      yield;
    }
  }
  writer.reclaim();
}
