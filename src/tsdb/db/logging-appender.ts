import { ByteWriter } from '../../base/index.js';
import { type Exemplar, type Labels, type Metadata, metricNameLabel, wordsOf } from '../../model/index.js';
import {
  type Appender,
  type AppendOutcome,
  appendOutcome,
  type CommitKind,
  type FloatBatch,
  type HistogramSample,
  type MemoryAppender,
  type MemoryStore,
  type SeriesRef,
} from '../../storage/index.js';
import {
  type ExemplarEntry,
  encodeExemplars,
  encodeMetadata,
  type MetadataEntry,
  type SeriesEntry,
  type SeriesLedger,
  type WalWriter,
} from '../wal/index.js';
import { countOutcome, type DatabaseStats } from './database-stats.js';
import { StagedSamples } from './staged-samples.js';

export interface LoggingAppenderParts {
  readonly store: MemoryStore;
  readonly inner: MemoryAppender;
  readonly writer: WalWriter;
  readonly ledger: SeriesLedger;
  readonly stats: DatabaseStats;
  /** Records with start timestamps, which older versions of Prometheus skip. */
  readonly startTimestamps: boolean;
}

/** Series whose records are made in one go: a few milliseconds. */
const seriesInWrite = 2048;

/** An appender of the memory store whose accepted rows are in the log before they are published. */
export class LoggingAppender implements Appender {
  readonly #parts: LoggingAppenderParts;
  readonly #samples = new StagedSamples();
  readonly #exemplars: ExemplarEntry[] = [];
  readonly #metadata: MetadataEntry[] = [];
  readonly #metadataByName = new Map<string, Metadata>();
  /** Series that this appender uses and that the log does not know. */
  readonly #newSeries = new Map<SeriesRef, Labels>();
  #createdSeen = 0;

  constructor(parts: LoggingAppenderParts) {
    this.#parts = parts;
    parts.stats.activeAppenders++;
  }

  series(labels: Labels): SeriesRef {
    const { inner, ledger, stats } = this.#parts;
    const ref = inner.series(labels);
    const created = inner.createdSeries;
    for (; this.#createdSeen < created.length; this.#createdSeen++) {
      ledger.add(created[this.#createdSeen] as SeriesRef, labels);
      stats.seriesCreated++;
    }
    return ref;
  }

  appendFloats(batch: FloatBatch, outcomes: Uint8Array): number {
    const { inner, stats } = this.#parts;
    const refused = inner.appendFloats(batch, outcomes);
    const words = wordsOf(batch.values);
    for (let row = 0; row < batch.length; row++) {
      const outcome = outcomes[row] as AppendOutcome;
      if (outcome === appendOutcome.accepted) {
        this.#samples.addFloat(batch, row, words);
        this.#use(batch.refs[row] as SeriesRef);
      } else {
        countOutcome(stats, outcome, 'float');
      }
    }
    return refused;
  }

  appendHistogram(sample: HistogramSample): AppendOutcome {
    const { inner, stats } = this.#parts;
    const outcome = inner.appendHistogram(sample);
    if (outcome === appendOutcome.accepted) {
      this.#samples.addHistogram(sample);
      this.#use(sample.ref);
    } else {
      countOutcome(stats, outcome, 'histogram');
    }
    return outcome;
  }

  appendExemplar(ref: SeriesRef, exemplar: Exemplar): AppendOutcome {
    const outcome = this.#parts.inner.appendExemplar(ref, exemplar);
    if (outcome === appendOutcome.accepted) {
      this.#exemplars.push({ ref, exemplar });
      this.#use(ref);
    }
    return outcome;
  }

  /** Logged where it says something else than is known of the metric. */
  setMetadata(ref: SeriesRef, metadata: Metadata): void {
    const { inner, store } = this.#parts;
    inner.setMetadata(ref, metadata);
    const name = store.seriesLabels(ref)?.get(metricNameLabel);
    if (name === undefined || name === '') return;
    const known = this.#metadataByName.get(name) ?? store.metadata().get(name);
    if (known?.type === metadata.type && known.unit === metadata.unit && known.help === metadata.help) return;
    this.#metadataByName.set(name, metadata);
    this.#metadata.push({ ref, metadata });
    this.#use(ref);
  }

  #use(ref: SeriesRef): void {
    const { ledger } = this.#parts;
    if (ledger.size === 0) return;
    const labels = ledger.unlogged(ref);
    if (labels !== undefined) this.#newSeries.set(ref, labels);
  }

  async commit(kind: CommitKind): Promise<void> {
    const { inner, writer, stats } = this.#parts;
    const records = this.#encode();
    try {
      if (records.length > 0) {
        const series = await this.#logManySeries();
        await writer.log({ kind, series, records });
      }
    } catch (error) {
      inner.rollback();
      stats.activeAppenders--;
      stats.commitsFailed++;
      throw error;
    }
    inner.commitNow();
    stats.activeAppenders--;
    stats.commits++;
    stats.samplesAppended.float += this.#samples.floatCount;
    stats.samplesAppended.histogram += this.#samples.histogramCount;
    stats.exemplarsAppended += this.#exemplars.length;
  }

  /**
   * Writes series records ahead of their samples where they are many, so that the event loop has its turn in between;
   * by themselves they say nothing. Returns the series that are left for the commit.
   */
  async #logManySeries(): Promise<SeriesEntry[]> {
    const entries: SeriesEntry[] = Array.from(this.#newSeries, ([ref, labels]) => ({ ref, labels }));
    let start = 0;
    for (; entries.length - start > seriesInWrite; start += seriesInWrite) {
      const series = entries.slice(start, start + seriesInWrite);
      await this.#parts.writer.log({ kind: 'scraped', series, records: [] });
    }
    return entries.slice(start);
  }

  rollback(): void {
    this.#parts.inner.rollback();
    this.#parts.stats.activeAppenders--;
    this.#parts.stats.rollbacks++;
  }

  /** In upstream's order (tsdb/head_append.go, log): metadata, floats, histograms, exemplars. */
  #encode(): Uint8Array[] {
    const records: Uint8Array[] = [];
    const writer = new ByteWriter(1024);
    const take = (): void => {
      records.push(writer.take());
      writer.reset();
    };
    if (this.#metadata.length > 0) {
      encodeMetadata(writer, this.#metadata);
      take();
    }
    this.#samples.encode(writer, { startTimestamps: this.#parts.startTimestamps, take });
    if (this.#exemplars.length > 0) {
      encodeExemplars(writer, this.#exemplars);
      take();
    }
    return records;
  }
}
