import { assert, runAtOnce, type Steps } from '../../base/index.js';
import { maxIntegerCount } from '../../chunkenc/index.js';
import { chunkTimeLimitMs } from '../../kernels/index.js';
import {
  type Exemplar,
  equalHistograms,
  type Histogram,
  type Labels,
  type Metadata,
  metricNameLabel,
  validateHistogram,
} from '../../model/index.js';
import {
  type AppendOutcome,
  appendOutcome,
  type CommitKind,
  type FloatBatch,
  type HistogramSample,
  noSeries,
  type SeriesRef,
  type SeriesTexts,
} from '../../storage/index.js';
import type { HeadAppender, StagedRows } from './contracts.js';
import { judge, outcomeOf, type Pending, type SampleBounds, verdict } from './judge.js';
import { noRow, rowFlag } from './layout.js';
import { publishRows, type SpecialRow } from './publish.js';
import { StagedColumns } from './staged-columns.js';
import type { HeadState } from './state.js';
import { rowsInSlice } from './writer.js';

/** Rows wait in columns in the head's memory until `publish` puts them into chunks. */
export class ArenaAppender implements HeadAppender {
  readonly #state: HeadState;
  readonly #columns: StagedColumns;
  #bounds: SampleBounds | undefined;
  #spent = false;
  readonly createdSeries: SeriesRef[] = [];
  /** Histograms, each behind so many floats. */
  readonly #specials: SpecialRow[] = [];
  /** The last in-order row that waits for a series, of floats up to `#noted` and of all histograms. */
  readonly #pending = new Map<number, Pending>();
  #noted = 0;
  readonly #exemplars: { readonly ref: SeriesRef; readonly exemplar: Exemplar }[] = [];
  readonly #metadata: { readonly name: string; readonly metadata: Metadata }[] = [];

  constructor(state: HeadState) {
    this.#state = state;
    this.#columns = new StagedColumns(state.writer);
    state.openAppenders.add(this);
    const { maxtMs } = state.writer;
    if (maxtMs !== Number.NEGATIVE_INFINITY) this.#bounds = state.boundsAt(maxtMs);
  }

  get staged(): StagedRows {
    return this.#columns.staged;
  }

  get newestMs(): number {
    return this.#bounds?.maxtMs ?? Number.NEGATIVE_INFINITY;
  }

  get validFromMs(): number {
    return this.#bounds?.validFromMs ?? Number.NEGATIVE_INFINITY;
  }

  /** Calls back with every row that truncation must leave. */
  eachHeldRow(visit: (row: number) => void): void {
    const { writer } = this.#state;
    this.#columns.eachRow(visit);
    for (const { row } of this.#specials) visit(row);
    for (const ref of this.createdSeries) {
      const row = writer.rowOf(ref);
      if (row !== noRow) visit(row);
    }
  }

  series(labels: Labels): SeriesRef {
    const { writer } = this.#state;
    const row = writer.find(labels);
    if (row !== noRow) return writer.refOf(row);
    const ref = writer.create(labels);
    if (ref === undefined) return noSeries;
    this.createdSeries.push(ref);
    return ref;
  }

  seriesOfTexts({ length, bytes, starts, labelCounts }: SeriesTexts, refs: Float64Array): void {
    const { writer } = this.#state;
    const at = writer.alloc(bytes.length);
    if (at === 0) {
      writer.refusedSeries += length;
      refs.fill(noSeries, 0, length);
      return;
    }
    writer.views.bytes.set(bytes, at);
    writer.beginTexts();
    for (let i = 0; i < length; i++) {
      const before = writer.seriesCount;
      const ref = writer.findOrCreate(at + (starts[i] as number), labelCounts[i] as number);
      refs[i] = ref ?? noSeries;
      if (ref !== undefined && writer.seriesCount > before) this.createdSeries.push(ref);
    }
    writer.free(at, bytes.length);
  }

  appendFloats(batch: FloatBatch, outcomes: Uint8Array): number {
    const { length } = batch;
    if (length === 0) return 0;
    const { writer } = this.#state;
    this.#fixBounds(batch);
    if (!writer.hasRoomFor(length) || !this.#columns.reserve(batch)) {
      writer.refusedSamples += length;
      outcomes.fill(appendOutcome.limit, 0, length);
      return length;
    }
    const columns = this.#columns;
    const from = columns.place(batch);
    const end = from + length;
    const lateFromMs = this.#lateFromMs();
    const validFromMs = this.#bounds?.validFromMs ?? Number.NEGATIVE_INFINITY;
    for (let at = from; at < end; ) {
      const to = Math.min(end, at + rowsInSlice);
      const stopped = columns.stage(at, to, validFromMs, lateFromMs);
      at = stopped;
      if (stopped < to) {
        this.#stageOne(stopped);
        at++;
      }
    }
    return columns.takeOutcomes(from, length, outcomes);
  }

  #lateFromMs(): number {
    const { outOfOrderWindowMs } = this.#state.writer;
    if (outOfOrderWindowMs <= 0) return Number.POSITIVE_INFINITY;
    return Math.max((this.#bounds?.maxtMs ?? 0) - outOfOrderWindowMs, -Number.MAX_VALUE);
  }

  /** The first sample that an empty head can take fixes the bounds. */
  #fixBounds({ timestamps, length }: Pick<FloatBatch, 'timestamps' | 'length'>): void {
    for (let row = 0; row < length && this.#bounds === undefined; row++) {
      const timestampMs = timestamps[row] as number;
      if (Math.abs(timestampMs) <= chunkTimeLimitMs) this.#bounds = this.#state.boundsAt(timestampMs);
    }
  }

  /** A row of a series of which one waits already, here or elsewhere. */
  #stageOne(index: number): void {
    const columns = this.#columns;
    const { writer } = this.#state;
    this.#notePending();
    const sample = columns.sample(index);
    const row = writer.rowOf(sample.ref);
    const pending = this.#pending.get(row);
    const judged = judge({
      timestampMs: sample.timestampMs,
      lastMs: writer.lastMsOf(row),
      pendingMs: pending?.timestampMs,
      bounds: this.#bounds as SampleBounds,
      windowMs: writer.outOfOrderWindowMs,
    });
    if (judged === verdict.present) {
      const same =
        pending?.timestampMs === sample.timestampMs
          ? pending.index !== undefined && columns.sameValue(pending.index, sample)
          : columns.isLastValue(row, sample);
      columns.setOutcome(index, same ? appendOutcome.accepted : appendOutcome.duplicate);
      return;
    }
    const outcome = outcomeOf(judged);
    columns.setOutcome(index, outcome);
    if (outcome !== appendOutcome.accepted) return;
    columns.accept(index, row);
    if (judged === verdict.inOrder) {
      this.#pending.set(row, { timestampMs: sample.timestampMs, index: columns.length - 1 });
      this.#noted = columns.length;
    }
  }

  /** Looks through the floats that the kernel has accepted since. */
  #notePending(): void {
    const columns = this.#columns;
    const { writer } = this.#state;
    for (; this.#noted < columns.length; this.#noted++) {
      const index = this.#noted;
      const row = columns.rowAt(index);
      const { timestampMs } = columns.sample(index);
      const before = this.#pending.get(row)?.timestampMs ?? writer.lastMsOf(row);
      const isInOrder = timestampMs >= (this.#bounds as SampleBounds).validFromMs && timestampMs > before;
      if (isInOrder) this.#pending.set(row, { timestampMs, index });
    }
  }

  appendHistogram(sample: HistogramSample): AppendOutcome {
    const { timestampMs, histogram } = sample;
    const { writer, foreign } = this.#state;
    if (!isStorable(histogram)) return appendOutcome.invalidHistogram;
    if (!(Math.abs(timestampMs) <= chunkTimeLimitMs)) return appendOutcome.outOfBounds;
    this.#bounds ??= this.#state.boundsAt(timestampMs);
    const windowMs = writer.outOfOrderWindowMs;
    if (windowMs <= 0 && timestampMs < this.#bounds.validFromMs) return appendOutcome.outOfBounds;
    const row = writer.rowOf(sample.ref);
    if (row === noRow) return appendOutcome.unknownSeries;
    if (!writer.hasRoomFor(1)) return appendOutcome.limit;
    this.#notePending();
    const pending = this.#pending.get(row);
    const lastMs = writer.lastMsOf(row);
    const pendingMs = pending?.timestampMs;
    const judged = judge({ timestampMs, lastMs, pendingMs, bounds: this.#bounds, windowMs });
    if (judged === verdict.present) {
      const same =
        pendingMs === timestampMs
          ? pending?.histogram !== undefined && equalHistograms(pending.histogram, histogram)
          : foreign.equalsLast(row, histogram);
      return same ? appendOutcome.accepted : appendOutcome.duplicate;
    }
    const outcome = outcomeOf(judged);
    if (outcome !== appendOutcome.accepted) return outcome;
    const owned = ownHistogram(histogram);
    const startMs = knownStart(sample.startTimestampMs);
    this.#specials.push({ position: this.#columns.length, row, timestampMs, startMs, histogram: owned });
    if (judged === verdict.inOrder) this.#pending.set(row, { timestampMs, histogram: owned });
    writer.setFlags(row, rowFlag.pending, 0);
    return outcome;
  }

  appendExemplar(ref: SeriesRef, exemplar: Exemplar): AppendOutcome {
    const { exemplars, writer } = this.#state;
    if (!exemplars.enabled) return appendOutcome.accepted;
    if (writer.rowOf(ref) === noRow) return appendOutcome.unknownSeries;
    const outcome = exemplars.check(ref, exemplar);
    if (outcome === appendOutcome.duplicate) return appendOutcome.accepted;
    if (outcome === appendOutcome.accepted) this.#exemplars.push({ ref, exemplar });
    return outcome;
  }

  setMetadata(ref: SeriesRef, metadata: Metadata): void {
    const name = this.#state.labelsOf(ref)?.get(metricNameLabel);
    if (name !== undefined && name !== '') this.#metadata.push({ name, metadata });
  }

  async commit(_kind?: CommitKind): Promise<void> {
    runAtOnce(this.publish());
  }

  *publish(): Steps<void> {
    this.#spend();
    const state = this.#state;
    const commit = state.beginCommit();
    try {
      yield* publishRows(state, {
        columns: this.#columns,
        specials: this.#specials,
        bounds: this.#bounds,
        commit,
      });
    } finally {
      this.#columns.release();
      for (const { ref, exemplar } of this.#exemplars) state.exemplars.add(ref, exemplar, commit);
      for (const { name, metadata } of this.#metadata) state.metadata.set(name, metadata);
      state.endCommit(commit);
      state.openAppenders.delete(this);
    }
  }

  rollback(): void {
    this.#spend();
    this.#columns.unstage();
    for (const { row } of this.#specials) this.#state.writer.setFlags(row, 0, rowFlag.pending);
    this.#columns.release();
    this.#state.openAppenders.delete(this);
    if (this.#state.writer.publishing === 0) this.#state.writer.reclaim();
  }

  #spend(): void {
    assert(!this.#spent, 'an appender is used after its commit or rollback');
    this.#spent = true;
  }
}

/** A start timestamp that no chunk takes is none. */
function knownStart(startTimestampMs = 0): number {
  return Math.abs(startTimestampMs) <= chunkTimeLimitMs ? startTimestampMs : 0;
}

/** Whole counts above `maxIntegerCount` are refused, for no chunk takes them. */
function isStorable(histogram: Histogram): boolean {
  if (histogram.integer && !(histogram.count <= maxIntegerCount)) return false;
  return validateHistogram(histogram) === undefined;
}

/** The caller's buckets are the caller's again once the call returns. */
function ownHistogram(histogram: Histogram): Histogram {
  return {
    ...histogram,
    positiveSpans: histogram.positiveSpans.map((span) => ({ ...span })),
    negativeSpans: histogram.negativeSpans.map((span) => ({ ...span })),
    positiveBuckets: histogram.positiveBuckets.slice(),
    negativeBuckets: histogram.negativeBuckets.slice(),
    customValues: histogram.customValues?.slice(),
  };
}
