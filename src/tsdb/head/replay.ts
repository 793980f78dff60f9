import { runAtOnce, type Steps } from '../../base/index.js';
import { chunkTimeLimitMs } from '../../kernels/index.js';
import { type Labels, wordsOf } from '../../model/index.js';
import type { FloatBatch, HistogramSample, SeriesRef } from '../../storage/index.js';
import type { RestoredSeries, StagedRows, StoredSeries } from './contracts.js';
import { isStaleFloat } from './foreign-series.js';
import { hot, noRow, rowFlag } from './layout.js';
import type { FloatSample } from './staged-floats.js';
import type { HeadState } from './state.js';
import { rowsInSlice } from './writer.js';

/** Lets rows of a log wait, in the head's memory, for others of their series. Returns how many have no series. */
export function stageRows(state: HeadState, rows: StagedRows): number {
  const { stage, writer } = state;
  if (rows.startTimestamps !== undefined || !stage.open()) return replayRows(state, rows);
  for (let at = stage.add(rows, 0); at < rows.length; at = stage.add(rows, at)) settleStaged(state);
  return writer.exports.headTakeUnknown() >>> 0;
}

/** Appends what waits, in slices. */
export function* settleSteps(state: HeadState): Steps<void> {
  const { stage, writer } = state;
  if (stage.waiting === 0) return;
  stage.aim();
  while (settleSlice(state)) yield;
  writer.takeNotes();
  showReplayed(state);
}

function settleSlice(state: HeadState): boolean {
  const isMore = state.stage.settleSlice((row, sample) => appendLeft(state, row, sample));
  state.writer.takeNotes();
  showReplayed(state);
  return isMore;
}

function settleStaged(state: HeadState): void {
  runAtOnce(settleSteps(state));
}

/** What waits for a row comes before what is done to it. */
export function settleRow(state: HeadState, row: number): void {
  const { stage } = state;
  if (stage.waiting === 0) return;
  stage.aim(row);
  while (settleSlice(state));
}

/** Appends what waits and gives the memory of it back. */
export function endReplay(state: HeadState): void {
  settleStaged(state);
  state.stage.release();
}

/** Rows of a log at addresses in the head's memory. Returns how many have no series. */
export function replayRows(state: HeadState, rows: StagedRows): number {
  const { writer } = state;
  const { exports } = writer;
  settleStaged(state);
  if (rows.startTimestamps !== undefined) return replayWithStarts(state, columnsAt(state, rows));
  for (let at = 0; at < rows.length; ) {
    const to = Math.min(rows.length, at + rowsInSlice);
    const { refs, timestamps, values } = rows;
    const { minValidMs, replaysOld } = writer;
    const stopped = exports.headReplay(refs, timestamps, values, at, to, minValidMs, replaysOld) >>> 0;
    at = stopped;
    if (stopped < to) {
      const { views } = writer;
      replayFloat(state, views.double(rows.refs + at * 8), {
        timestampMs: views.double(rows.timestamps + at * 8),
        low: views.word(rows.values + at * 8),
        high: views.word(rows.values + at * 8 + 4),
        startMs: 0,
      });
      at++;
    }
    writer.takeNotes();
    showReplayed(state);
  }
  return exports.headTakeUnknown() >>> 0;
}

/** The same for columns anywhere. */
export function replayFloats(state: HeadState, batch: FloatBatch): number {
  const { writer } = state;
  const { length } = batch;
  if (length === 0) return 0;
  const { startTimestamps } = batch;
  if (startTimestamps?.subarray(0, length).some((startMs) => startMs !== 0) === true)
    return replayWithStarts(state, batch);
  const at = writer.alloc(length * 24);
  if (at === 0) {
    writer.refusedSamples += length;
    return 0;
  }
  const { doubles, bytes } = writer.views;
  doubles.set(batch.refs.subarray(0, length), at >>> 3);
  doubles.set(batch.timestamps.subarray(0, length), (at >>> 3) + length);
  bytes.set(new Uint8Array(batch.values.buffer, batch.values.byteOffset, length * 8), at + length * 16);
  const refs = at;
  const unknown = replayRows(state, { length, refs, timestamps: at + length * 8, values: at + length * 16 });
  writer.free(at, length * 24);
  return unknown;
}

/** Views of rows at addresses. */
function columnsAt({ writer }: HeadState, rows: StagedRows): FloatBatch {
  const column = (at: number): Float64Array =>
    writer.views.doubles.subarray(at >>> 3, (at >>> 3) + rows.length);
  return {
    length: rows.length,
    refs: column(rows.refs),
    timestamps: column(rows.timestamps),
    values: column(rows.values),
    startTimestamps: column(rows.startTimestamps ?? 0),
  };
}

function replayWithStarts(state: HeadState, batch: FloatBatch): number {
  settleStaged(state);
  const words = wordsOf(batch.values);
  let unknown = 0;
  for (let i = 0; i < batch.length; i++) {
    const isKnown = replayFloat(state, batch.refs[i] as number, {
      timestampMs: batch.timestamps[i] as number,
      low: words[2 * i] as number,
      high: words[2 * i + 1] as number,
      startMs: knownStart(batch.startTimestamps?.[i]),
    });
    if (!isKnown) unknown++;
  }
  state.writer.takeNotes();
  showReplayed(state);
  return unknown;
}

/** What was read is seen at once. */
function showReplayed(state: HeadState): void {
  const { writer, foreign } = state;
  state.show(writer.commit);
  foreign.copies.forgetHidden();
  writer.reclaim();
}

function replayFloat(state: HeadState, ref: number, sample: FloatSample): boolean {
  const row = state.writer.rowOf(ref);
  if (row === noRow) return false;
  appendLeft(state, row, sample);
  return true;
}

/** A float that no kernel appends. */
function appendLeft(state: HeadState, row: number, sample: FloatSample): void {
  const { writer, foreign, late } = state;
  const place = placeOf(state, row, sample.timestampMs);
  if (place === 'behind') foreign.appendFloat(row, sample, writer.commit);
  else if (place === 'among') late.insertFloat(row, sample, writer.commit);
  else if (writer.loggedMsOf(row) === sample.timestampMs && !isStaleFloat(sample))
    writer.setFlags(row, 0, rowFlag.histogram);
}

export function replayHistogram(state: HeadState, sample: HistogramSample): boolean {
  const { writer, foreign, late } = state;
  const row = writer.rowOf(sample.ref);
  if (row === noRow) return false;
  settleRow(state, row);
  const { timestampMs, histogram } = sample;
  const startMs = knownStart(sample.startTimestampMs);
  const place = placeOf(state, row, timestampMs);
  if (place === 'behind') foreign.appendHistogram(row, { timestampMs, histogram, startMs }, writer.commit);
  else if (place === 'among') late.insertHistogram(row, { timestampMs, histogram, startMs }, writer.commit);
  else if (writer.loggedMsOf(row) === timestampMs) foreign.noteKind(row, histogram);
  showReplayed(state);
  return true;
}

export function replayLateFloats(state: HeadState, batch: FloatBatch): number {
  const { writer, late } = state;
  const words = wordsOf(batch.values);
  let unknown = 0;
  for (let i = 0; i < batch.length; i++) {
    const row = writer.rowOf(batch.refs[i] as number);
    if (row === noRow) unknown++;
    const timestampMs = batch.timestamps[i] as number;
    if (row === noRow || !takesLate(state, timestampMs)) continue;
    settleRow(state, row);
    const [low, high] = [words[2 * i] as number, words[2 * i + 1] as number];
    const startMs = knownStart(batch.startTimestamps?.[i]);
    late.insertFloat(row, { timestampMs, low, high, startMs }, writer.commit);
  }
  showReplayed(state);
  return unknown;
}

export function replayLateHistogram(state: HeadState, sample: HistogramSample): boolean {
  const { writer, late } = state;
  const row = writer.rowOf(sample.ref);
  if (row === noRow) return false;
  const { timestampMs, histogram } = sample;
  if (!takesLate(state, timestampMs)) return true;
  settleRow(state, row);
  const startMs = knownStart(sample.startTimestampMs);
  late.insertHistogram(row, { timestampMs, histogram, startMs }, writer.commit);
  showReplayed(state);
  return true;
}

/** A time that no chunk takes is damage. */
function takesLate({ writer }: HeadState, timestampMs: number): boolean {
  return Math.abs(timestampMs) <= chunkTimeLimitMs && timestampMs >= writer.replayLateFromMs;
}

/** As the kernel tells them apart (assembly/head-append.ts, headReplay). */
function placeOf(state: HeadState, row: number, timestampMs: number): 'behind' | 'among' | 'nowhere' {
  const { writer } = state;
  const { views, minValidMs } = writer;
  const isOld = timestampMs < minValidMs;
  if (!(Math.abs(timestampMs) <= chunkTimeLimitMs)) return 'nowhere';
  if (isOld && !writer.replaysOld) return 'nowhere';
  const at = views.hotRow(row);
  const lastMs = views.double(at + hot.lastMs);
  const isFresh = writer.isFresh(row);
  const loggedMs = isFresh ? views.double(at + hot.lastDelta) : lastMs;
  if (timestampMs < loggedMs) return timestampMs < writer.replayLateFromMs ? 'nowhere' : 'among';
  if (timestampMs === loggedMs) return 'nowhere';
  if (isFresh) views.setDouble(at + hot.lastDelta, timestampMs);
  return timestampMs > lastMs && !isOld ? 'behind' : 'nowhere';
}

/** Series out of a record's bytes, as `restoreSeries` makes them. */
export function restoreStored({ writer }: HeadState, series: StoredSeries): RestoredSeries {
  const count = writer.restoreStored(series);
  const at = writer.exports.headRestoredEnd() >>> 0;
  const refs = writer.views.doubles.subarray(series.refs >>> 3, (series.refs >>> 3) + count);
  let highest = 0;
  for (const ref of refs) if (ref > highest) highest = ref;
  writer.reserveRefs(highest);
  return { count, at, isStopped: count < series.most && at < series.end };
}

/** Makes a series under the ref that it had; a second ref of one label set names the same series. */
export function restoreSeries(state: HeadState, ref: SeriesRef, labels: Labels): void {
  const { writer } = state;
  writer.reserveRefs(ref);
  if (writer.rowOf(ref) !== noRow) return;
  const row = writer.find(labels);
  if (row === noRow) {
    if (writer.addSeries(ref, labels) === noRow) writer.refusedSeries++;
    return;
  }
  if (!writer.exports.headAlias(ref, row)) return;
  const aliases = writer.aliases.get(row);
  if (aliases === undefined) writer.aliases.set(row, [ref]);
  else aliases.push(ref);
}

function knownStart(startTimestampMs = 0): number {
  return Math.abs(startTimestampMs) <= chunkTimeLimitMs ? startTimestampMs : 0;
}
