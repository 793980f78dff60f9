import { setImmediate } from 'node:timers/promises';
import { assert, ByteWriter, observe, type Steps } from '../../base/index.js';
import type { Kernels } from '../../kernels/index.js';
import { type Exemplar, type Labels, type Metadata, metricNameLabel } from '../../model/index.js';
import {
  type Appender,
  type AppendOutcome,
  appendOutcome,
  type CommitKind,
  type FloatBatch,
  type HistogramSample,
  type SeriesRef,
  type SeriesTexts,
} from '../../storage/index.js';
import type { Head, HeadAppender } from '../head/index.js';
import {
  type ExemplarEntry,
  encodeExemplars,
  encodeMetadata,
  type LogPlace,
  type MetadataEntry,
  RefSet,
  type SeriesEntry,
  type SeriesLedger,
  type WalWriter,
} from '../wal/index.js';
import { type CommittedFloats, LoggedHistograms, type LoggedRecord } from './commit-records.js';
import { type ByKind, countOutcome, type DatabaseStats } from './database-stats.js';
import type { LateLog } from './late-log.js';
import type { LogTurns } from './log-turns.js';
import type { Presence } from './presence.js';
import type { Publications } from './publications.js';

export interface LoggingAppenderParts {
  readonly head: Head;
  /** On the head's memory. */
  readonly kernels: Kernels;
  readonly writer: WalWriter;
  readonly ledger: SeriesLedger;
  readonly stats: DatabaseStats;
  readonly logTurns: LogTurns;
  readonly publications: Publications;
  readonly openAppenders: Presence;
  readonly lateLog: LateLog;
  /** Records with start timestamps, which older versions of Prometheus skip. */
  readonly startTimestamps: boolean;
  /** After each commit that is visible. */
  committed(): void;
}

/** Series whose records are made in one go: a few milliseconds. */
const seriesInWrite = 512;
/** Rows that are looked at between two turns of the event loop. */
const rowsInTurn = 16_384;

/** An appender of the head whose accepted rows are in the log before they are published. */
export class LoggingAppender implements Appender {
  readonly #parts: LoggingAppenderParts;
  readonly #inner: HeadAppender;
  readonly #histograms = new LoggedHistograms();
  readonly #exemplars: ExemplarEntry[] = [];
  readonly #metadata: MetadataEntry[] = [];
  readonly #metadataByName = new Map<string, Metadata>();
  #createdSeen = 0;

  constructor(parts: LoggingAppenderParts) {
    this.#parts = parts;
    this.#inner = parts.head.appender();
    parts.openAppenders.enter(this);
    parts.stats.activeAppenders++;
    parts.stats.appendersCreated++;
  }

  series(labels: Labels): SeriesRef {
    const ref = this.#inner.series(labels);
    this.#noteCreated();
    return ref;
  }

  seriesOfTexts(texts: SeriesTexts, refs: Float64Array): void {
    this.#inner.seriesOfTexts(texts, refs);
    this.#noteCreated();
  }

  #noteCreated(): void {
    const { ledger, stats } = this.#parts;
    const created = this.#inner.createdSeries;
    for (; this.#createdSeen < created.length; this.#createdSeen++) {
      ledger.add(created[this.#createdSeen] as SeriesRef);
      stats.seriesCreated++;
    }
  }

  appendFloats(batch: FloatBatch, outcomes: Uint8Array): number {
    const refused = this.#inner.appendFloats(batch, outcomes);
    if (refused === 0) return 0;
    for (let row = 0; row < batch.length; row++) {
      const outcome = outcomes[row] as AppendOutcome;
      if (outcome !== appendOutcome.accepted)
        this.#refused(outcome, 'float', batch.timestamps[row] as number);
    }
    return refused;
  }

  #refused(outcome: AppendOutcome, kind: keyof ByKind, timestampMs: number): void {
    const { stats, head } = this.#parts;
    countOutcome(stats, outcome, kind);
    const seconds = (this.#inner.newestMs - timestampMs) / 1000;
    const isLate = outcome === appendOutcome.outOfOrder || outcome === appendOutcome.tooOld;
    if (isLate && seconds > 0) observe(head.tallies.lateSeconds, seconds);
  }

  appendHistogram(sample: HistogramSample): AppendOutcome {
    const outcome = this.#inner.appendHistogram(sample);
    if (outcome === appendOutcome.accepted) this.#histograms.add(sample, this.#inner.staged.length);
    else this.#refused(outcome, 'histogram', sample.timestampMs);
    return outcome;
  }

  appendExemplar(ref: SeriesRef, exemplar: Exemplar): AppendOutcome {
    const outcome = this.#inner.appendExemplar(ref, exemplar);
    if (outcome === appendOutcome.accepted) this.#exemplars.push({ ref, exemplar });
    else if (outcome === appendOutcome.outOfOrder) this.#parts.stats.outOfOrderExemplars++;
    return outcome;
  }

  /** Logged where it says something else than is known of the metric. */
  setMetadata(ref: SeriesRef, metadata: Metadata): void {
    const { head } = this.#parts;
    this.#inner.setMetadata(ref, metadata);
    const name = head.seriesLabels(ref)?.get(metricNameLabel);
    if (name === undefined || name === '') return;
    const known = this.#metadataByName.get(name) ?? head.metadata().get(name);
    if (known?.type === metadata.type && known.unit === metadata.unit && known.help === metadata.help) return;
    this.#metadataByName.set(name, metadata);
    this.#metadata.push({ ref, metadata });
  }

  async commit(kind: CommitKind): Promise<void> {
    const { stats, publications, openAppenders } = this.#parts;
    const floats = this.#inner.staged.length;
    let isShown = false;
    try {
      const records = this.#encode();
      const logged = records.length === 0 ? Promise.resolve(undefined) : this.#log(kind, records);
      await publications.add(logged, (place) => {
        isShown = true;
        return this.#publish(place);
      });
    } catch (error) {
      if (!isShown) this.#inner.rollback();
      stats.activeAppenders--;
      stats.commitsFailed++;
      openAppenders.leave(this);
      throw error;
    }
    stats.activeAppenders--;
    stats.commits++;
    stats.samplesAppended.float += floats;
    stats.samplesAppended.histogram += this.#histograms.count;
    stats.exemplarsAppended += this.#exemplars.length;
    openAppenders.leave(this);
    this.#parts.committed();
  }

  *#publish(place: LogPlace | undefined): Steps<void> {
    const { head, lateLog } = this.#parts;
    yield* this.#inner.publish();
    const late = head.takeLate();
    if (late !== undefined && place !== undefined) lateLog.add(late, place);
  }

  #log(kind: CommitKind, records: readonly LoggedRecord[]): Promise<LogPlace> {
    const { ledger, writer, logTurns } = this.#parts;
    const prepare = ledger.size === 0 ? undefined : () => this.#logManySeries();
    return logTurns.take(prepare, (series = []) =>
      writer.log({ kind, series, records, mayWait: kind === 'scraped' }),
    );
  }

  /** Views of the rows in the head's memory. */
  #columns(): FloatBatch {
    const { doubles } = this.#parts.kernels;
    const { length, refs, timestamps, values, startTimestamps } = this.#inner.staged;
    const view = (at: number): Float64Array => doubles.subarray(at >>> 3, (at >>> 3) + length);
    return {
      length,
      refs: view(refs),
      timestamps: view(timestamps),
      values: view(values),
      startTimestamps: startTimestamps === undefined ? undefined : view(startTimestamps),
    };
  }

  /**
   * Writes series records ahead of their samples where they are many, so that the event loop has its turn in between;
   * by themselves they say nothing. Returns the series that are left for the commit.
   */
  async #logManySeries(): Promise<SeriesEntry[]> {
    const refs = await this.#unlogged();
    let start = 0;
    for (; refs.length - start > seriesInWrite; start += seriesInWrite) {
      const series = this.#entriesOf(refs.slice(start, start + seriesInWrite));
      await this.#parts.writer.log({ kind: 'scraped', series, records: [] });
    }
    return this.#entriesOf(refs.slice(start));
  }

  #entriesOf(refs: readonly SeriesRef[]): SeriesEntry[] {
    const { head } = this.#parts;
    return refs.filter((ref) => head.hasSeries(ref)).map((ref) => new HeadSeriesEntry(head, ref));
  }

  /** Series that this commit names and that the log does not know. */
  async #unlogged(): Promise<SeriesRef[]> {
    const { ledger } = this.#parts;
    const found = new RefSet();
    const refs: SeriesRef[] = [];
    const look = (ref: number): void => {
      if (ledger.isUnlogged(ref) && found.add(ref)) refs.push(ref as SeriesRef);
    };
    const { length } = this.#inner.staged;
    for (let row = 0; row < length; row++) {
      if (row > 0 && row % rowsInTurn === 0) await setImmediate();
      const { doubles } = this.#parts.kernels;
      look(doubles[(this.#inner.staged.refs >>> 3) + row] as number);
    }
    for (const ref of this.#histograms.refs()) look(ref);
    for (const { ref } of this.#exemplars) look(ref);
    for (const { ref } of this.#metadata) look(ref);
    return refs;
  }

  rollback(): void {
    this.#inner.rollback();
    this.#parts.stats.activeAppenders--;
    this.#parts.stats.rollbacks++;
    this.#parts.openAppenders.leave(this);
  }

  /** In upstream's order (tsdb/head_append.go, log): metadata, floats, histograms, exemplars. */
  #encode(): LoggedRecord[] {
    const records: LoggedRecord[] = [];
    const scratch = new ByteWriter(64);
    if (this.#metadata.length > 0) {
      encodeMetadata(scratch, this.#metadata);
      records.push(scratch.take());
    }
    const floats: CommittedFloats = { rows: this.#inner.staged, columns: () => this.#columns() };
    const { startTimestamps, head } = this.#parts;
    const lateBeforeMs = head.outOfOrderWindowMs > 0 ? this.#inner.validFromMs : Number.NEGATIVE_INFINITY;
    records.push(...this.#histograms.records(floats, { scratch, startTimestamps, lateBeforeMs }));
    if (this.#exemplars.length > 0) {
      scratch.reset();
      encodeExemplars(scratch, this.#exemplars);
      records.push(scratch.take());
    }
    return records;
  }
}

/** The log writes series from the head's memory: only where it cannot are labels asked for. */
class HeadSeriesEntry implements SeriesEntry {
  readonly #head: Head;
  readonly ref: SeriesRef;

  constructor(head: Head, ref: SeriesRef) {
    this.#head = head;
    this.ref = ref;
  }

  get labels(): Labels {
    const labels = this.#head.seriesLabels(this.ref);
    assert(labels !== undefined, 'an appender holds its series until its commit is in the log');
    return labels;
  }
}
