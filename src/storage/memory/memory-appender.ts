import { assert } from '../../base/index.js';
import { maxIntegerCount, staleSample } from '../../chunkenc/index.js';
import { chunkTimeLimitMs } from '../../kernels/index.js';
import {
  type Exemplar,
  type Histogram,
  isStaleAt,
  type Labels,
  type Metadata,
  metricNameLabel,
  validateHistogram,
  wordsOf,
} from '../../model/index.js';
import {
  type Appender,
  type AppendOutcome,
  appendOutcome,
  type CommitKind,
  type FloatBatch,
  type HistogramSample,
  noSeries,
  type SeriesRef,
} from '../contracts.js';
import { SeriesRows } from '../series-rows.js';
import type { MemoryHead } from './memory-head.js';
import type { MemorySeries } from './memory-series.js';

/** Where a sample may go: behind the last one, among the earlier ones, nowhere since it is there, or nowhere (an outcome). */
const inOrder = -1;
const late = -2;
const present = -3;
type Verdict = AppendOutcome | typeof inOrder | typeof late | typeof present;

/** Bounds that stand for the life of an appender, as upstream's do (tsdb/head_append.go). */
interface Bounds {
  readonly validFromMs: number;
  readonly maxtMs: number;
}

/** Samples wait in `#staged`, row by row beside their series, until `commitNow` puts them where readers see them. */
export class MemoryAppender implements Appender {
  readonly #head: MemoryHead;
  #bounds: Bounds | undefined;
  #spent = false;
  readonly #staged = new SeriesRows();
  readonly #series: MemorySeries[] = [];
  /** The last in-order row of series whose own note is taken by another appender. */
  readonly #pendingElsewhere = new Map<MemorySeries, number>();
  readonly #exemplars: { series: MemorySeries; exemplar: Exemplar }[] = [];
  readonly #metadata: { name: string; metadata: Metadata }[] = [];
  readonly #createdSeries: SeriesRef[] = [];

  constructor(head: MemoryHead) {
    this.#head = head;
    head.openAppenders++;
    if (head.maxtMs !== Number.NEGATIVE_INFINITY) this.#fixBounds(head.maxtMs);
  }

  /** Series that `series` made and did not find; they stay after a rollback, as upstream's do. */
  get createdSeries(): readonly SeriesRef[] {
    return this.#createdSeries;
  }

  series(labels: Labels): SeriesRef {
    const found = this.#head.find(labels);
    if (found !== undefined) return found.ref;
    const created = this.#head.createSeries(labels);
    if (created === undefined) return noSeries;
    this.#createdSeries.push(created.ref);
    return created.ref;
  }

  appendFloats(batch: FloatBatch, outcomes: Uint8Array): number {
    const words = wordsOf(batch.values);
    this.#staged.reserve(this.#staged.length + batch.length);
    let refused = 0;
    for (let row = 0; row < batch.length; row++) {
      const outcome = this.#appendFloat(batch, row, words);
      outcomes[row] = outcome;
      if (outcome !== appendOutcome.accepted) refused++;
    }
    return refused;
  }

  #appendFloat(batch: FloatBatch, row: number, words: Uint32Array): AppendOutcome {
    const timestampMs = batch.timestamps[row] as number;
    if (this.#isOutOfBounds(timestampMs)) return appendOutcome.outOfBounds;
    const series = this.#head.seriesOf(batch.refs[row] as number);
    if (series === undefined) return appendOutcome.unknownSeries;
    const low = words[2 * row] as number;
    const high = words[2 * row + 1] as number;
    const pending = this.#pendingRow(series);
    const verdict = this.#verdict(series, timestampMs, pending);
    if (verdict === present) {
      const same =
        pending >= 0 && this.#staged.timestamps[pending] === timestampMs
          ? this.#staged.equalsFloat(pending, low, high)
          : series.rows.equalsFloat(series.rows.rowAtOrAfter(timestampMs), low, high);
      return same ? appendOutcome.accepted : appendOutcome.duplicate;
    }
    if (verdict !== inOrder && verdict !== late) return verdict;
    if (verdict === inOrder) this.#notePending(series, this.#series.length);
    this.#staged.appendFloat(timestampMs, low, high, knownStart(batch.startTimestamps?.[row]));
    this.#series.push(series);
    return appendOutcome.accepted;
  }

  appendHistogram(sample: HistogramSample): AppendOutcome {
    const { timestampMs, histogram, startTimestampMs } = sample;
    if (!isStorable(histogram)) return appendOutcome.invalidHistogram;
    if (this.#isOutOfBounds(timestampMs)) return appendOutcome.outOfBounds;
    const series = this.#head.seriesOf(sample.ref);
    if (series === undefined) return appendOutcome.unknownSeries;
    const pending = this.#pendingRow(series);
    const verdict = this.#verdict(series, timestampMs, pending);
    if (verdict === present) {
      const same =
        pending >= 0 && this.#staged.timestamps[pending] === timestampMs
          ? this.#staged.equalsHistogram(pending, histogram)
          : series.rows.equalsHistogram(series.rows.rowAtOrAfter(timestampMs), histogram);
      return same ? appendOutcome.accepted : appendOutcome.duplicate;
    }
    if (verdict !== inOrder && verdict !== late) return verdict;
    if (verdict === inOrder) this.#notePending(series, this.#series.length);
    this.#staged.appendHistogram(timestampMs, histogram, knownStart(startTimestampMs));
    this.#series.push(series);
    return appendOutcome.accepted;
  }

  appendExemplar(ref: SeriesRef, exemplar: Exemplar): AppendOutcome {
    if (!this.#head.exemplars.enabled) return appendOutcome.accepted;
    const series = this.#head.seriesOf(ref);
    if (series === undefined) return appendOutcome.unknownSeries;
    const outcome = this.#head.exemplars.check(series, exemplar);
    if (outcome === appendOutcome.duplicate) return appendOutcome.accepted;
    if (outcome === appendOutcome.accepted) this.#exemplars.push({ series, exemplar });
    return outcome;
  }

  setMetadata(ref: SeriesRef, metadata: Metadata): void {
    const name = this.#head.seriesOf(ref)?.labels.get(metricNameLabel);
    if (name !== undefined && name !== '') this.#metadata.push({ name, metadata });
  }

  async commit(_kind?: CommitKind): Promise<void> {
    this.commitNow();
  }

  /** Publishes everything in one step. Rows that another appender has overtaken are dropped, as upstream drops them. */
  commitNow(): void {
    this.#spend();
    const head = this.#head;
    const commit = ++head.commit;
    const lateRows = new Map<MemorySeries, SeriesRows>();
    for (let row = 0; row < this.#series.length; row++) this.#publish(row, commit, lateRows);
    for (const [series, rows] of lateRows) series.insertLate(rows, head.newestSnapshot < 0);
    for (const { series, exemplar } of this.#exemplars) head.exemplars.add(series, exemplar, commit);
    for (const { name, metadata } of this.#metadata) head.metadata.set(name, metadata);
  }

  rollback(): void {
    this.#spend();
    for (const series of this.#series) this.#releasePending(series);
  }

  #publish(row: number, commit: number, lateRows: Map<MemorySeries, SeriesRows>): void {
    const head = this.#head;
    const staged = this.#staged;
    const series = this.#series[row] as MemorySeries;
    this.#releasePending(series);
    const timestampMs = staged.timestamps[row] as number;
    const verdict = this.#verdict(series, timestampMs, -1);
    if (verdict !== inOrder && verdict !== late) return;
    if (head.newestSnapshot < 0) series.forgetPast();
    series.beginCommit(commit, head.newestSnapshot);
    head.noteTime(timestampMs);
    let target = series.rows;
    if (verdict === inOrder) series.inOrderMaxMs = timestampMs;
    else {
      target = lateRows.get(series) ?? series.rows.emptyTwin();
      lateRows.set(series, target);
    }
    const lastRow = series.rows.length - 1;
    if (
      series.rows.isHistogram(lastRow) &&
      !staged.isHistogram(row) &&
      isStaleAt(wordsOf(staged.values), row)
    )
      target.appendHistogram(
        timestampMs,
        staleSample(series.rows.isIntegerHistogram(lastRow)),
        staged.startTimestampAt(row),
      );
    else target.appendRows(staged, row, row + 1);
  }

  /** `pending` is this appender's last in-order row of the series, -1 when there is none or it no longer counts. */
  #verdict(series: MemorySeries, timestampMs: number, pending: number): Verdict {
    const { validFromMs, maxtMs } = this.#bounds as Bounds;
    if (timestampMs >= validFromMs) {
      const pendingMs = pending < 0 ? Number.NEGATIVE_INFINITY : (this.#staged.timestamps[pending] as number);
      const lastMs = Math.max(series.inOrderMaxMs, pendingMs);
      if (timestampMs > lastMs || lastMs === Number.NEGATIVE_INFINITY) return inOrder;
      if (timestampMs === lastMs) return present;
    }
    const windowMs = this.#head.outOfOrderWindowMs;
    if (windowMs > 0) return timestampMs >= maxtMs - windowMs ? late : appendOutcome.tooOld;
    return timestampMs < validFromMs ? appendOutcome.outOfBounds : appendOutcome.outOfOrder;
  }

  /** Of times that no window would make good. The first sample of an empty store fixes the bounds. */
  #isOutOfBounds(timestampMs: number): boolean {
    if (!(Math.abs(timestampMs) <= chunkTimeLimitMs)) return true;
    const { validFromMs } = this.#bounds ?? this.#fixBounds(timestampMs);
    return this.#head.outOfOrderWindowMs <= 0 && timestampMs < validFromMs;
  }

  #fixBounds(maxtMs: number): Bounds {
    this.#bounds = { validFromMs: this.#head.validFromMs(maxtMs), maxtMs };
    return this.#bounds;
  }

  #pendingRow(series: MemorySeries): number {
    if (series.pendingOwner === this) return series.pendingRow;
    return this.#pendingElsewhere.get(series) ?? -1;
  }

  #notePending(series: MemorySeries, row: number): void {
    if (series.pendingOwner === undefined && !this.#pendingElsewhere.has(series)) series.pendingOwner = this;
    if (series.pendingOwner === this) series.pendingRow = row;
    else this.#pendingElsewhere.set(series, row);
  }

  #releasePending(series: MemorySeries): void {
    if (series.pendingOwner === this) series.pendingOwner = undefined;
  }

  #spend(): void {
    assert(!this.#spent, 'an appender is used after its commit or rollback');
    this.#spent = true;
    this.#head.openAppenders--;
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
