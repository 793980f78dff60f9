import { DecodeError, formatApiFloat, messageOf } from '../../base/index.js';
import type { Kernels } from '../../kernels/index.js';
import { formatHistogram, type Labels, type Matcher } from '../../model/index.js';
import type { SegmentReader } from '../wal/index.js';
import type { LogContent, LogDecoder } from './log-decoder.js';
import type { LogFile } from './log-files.js';

/** By type; a type that is not here is shown by its number. */
export const recordNames: ReadonlyMap<number, string> = new Map([
  [1, 'series'],
  [2, 'samples'],
  [3, 'tombstones'],
  [4, 'exemplars'],
  [5, 'mmap-markers'],
  [6, 'metadata'],
  [7, 'histograms'],
  [8, 'float-histograms'],
  [9, 'custom-bucket-histograms'],
  [10, 'custom-bucket-float-histograms'],
  [11, 'samples-v2'],
  [12, 'histograms-v2'],
  [13, 'float-histograms-v2'],
  [129, 'series-copy'],
  [130, 'late-place'],
  [131, 'late'],
  [132, 'chunk-ends'],
]);

/** One entry of a record. What a kind of record does not have is absent. */
export interface LogEntry {
  readonly ref: number;
  /** Of the series, where a record before told them. */
  readonly labels?: Labels;
  readonly timestampMs?: number;
  readonly startTimestampMs?: number;
  readonly value?: string;
  readonly mintMs?: number;
  readonly maxtMs?: number;
  readonly exemplar?: Labels;
  readonly type?: string;
  readonly unit?: string;
  readonly help?: string;
  readonly file?: number;
  readonly offset?: number;
}

export interface LogRecord {
  readonly path: string;
  readonly segment: number;
  readonly isCheckpoint: boolean;
  readonly offset: number;
  readonly type: number;
  readonly name: string;
  /** All that the record has; `entries` may be fewer. */
  readonly entryCount: number;
  readonly entries: readonly LogEntry[];
  /** Set where the record does not decode. */
  readonly fault: string | undefined;
}

export interface LogFilter {
  readonly segment?: number;
  /** Only entries with a time within; both ends belong to it. */
  readonly fromMs?: number;
  readonly toMs?: number;
  /** Names as in `recordNames`, or numbers. */
  readonly types?: readonly string[];
  /** Each a selector; entries of series that one of them takes. */
  readonly selectors?: readonly (readonly Matcher[])[];
}

/** Reads records into entries, remembering the labels of the series on the way. */
export class LogRecordReader {
  readonly #kernels: Kernels;
  readonly #records: LogDecoder;
  readonly #filter: LogFilter;
  readonly #labels = new Map<number, Labels>();

  constructor(kernels: Kernels, records: LogDecoder, filter: LogFilter) {
    this.#kernels = kernels;
    this.#records = records;
    this.#filter = filter;
  }

  /** The record that the reader has read last; undefined where the filter leaves nothing of it. */
  read(reader: SegmentReader, file: LogFile): LogRecord | undefined {
    const type = reader.recordType;
    const name = recordNames.get(type) ?? `type-${type}`;
    let entries: LogEntry[] = [];
    let fault: string | undefined;
    try {
      entries = this.#entriesOf(this.#records.decode(reader));
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error;
      fault = messageOf(error);
    }
    const { types, segment } = this.#filter;
    if (types !== undefined && !types.includes(name) && !types.includes(String(type))) return undefined;
    if (segment !== undefined && (file.isCheckpoint || file.index !== segment)) return undefined;
    const kept = this.#isOpen ? entries : entries.filter((entry) => this.#takes(entry));
    if (kept.length === 0 && !this.#isOpen) return undefined;
    return {
      path: file.path,
      segment: file.index,
      isCheckpoint: file.isCheckpoint,
      offset: reader.recordStart,
      type,
      name,
      entryCount: entries.length,
      entries: kept,
      fault,
    };
  }

  get #isOpen(): boolean {
    const { fromMs, toMs, selectors } = this.#filter;
    return fromMs === undefined && toMs === undefined && selectors === undefined;
  }

  #takes(entry: LogEntry): boolean {
    const { fromMs, toMs, selectors } = this.#filter;
    if (fromMs !== undefined || toMs !== undefined) {
      const first = entry.timestampMs ?? entry.mintMs;
      const last = entry.timestampMs ?? entry.maxtMs;
      if (first === undefined || last === undefined) return false;
      if ((fromMs !== undefined && last < fromMs) || (toMs !== undefined && first > toMs)) return false;
    }
    if (selectors === undefined) return true;
    const { labels } = entry;
    if (labels === undefined) return false;
    return selectors.some((matchers) =>
      matchers.every((matcher) => matcher.matches(labels.get(matcher.name))),
    );
  }

  #of(ref: number): { ref: number; labels?: Labels } {
    const labels = this.#labels.get(ref);
    return labels === undefined ? { ref } : { ref, labels };
  }

  #entriesOf(record: LogContent): LogEntry[] {
    switch (record.kind) {
      case 'series':
        for (const { ref, labels } of record.entries) this.#labels.set(ref, labels);
        return record.entries.map(({ ref, labels }) => ({ ref, labels }));
      case 'rows':
        return this.#rows(record.rows);
      case 'samples': {
        const { refs, timestamps, values, startTimestamps, length } = record.batch;
        return Array.from({ length }, (_, i) => ({
          ...this.#of(refs[i] as number),
          timestampMs: timestamps[i] as number,
          value: formatApiFloat(values[i] as number),
          ...(startTimestamps?.[i] ? { startTimestampMs: startTimestamps[i] as number } : {}),
        }));
      }
      case 'histograms':
        return record.samples.map(({ ref, timestampMs, startTimestampMs, histogram }) => ({
          ...this.#of(ref),
          timestampMs,
          value: formatHistogram(histogram),
          ...(startTimestampMs ? { startTimestampMs } : {}),
        }));
      case 'exemplars':
        return record.entries.map(({ ref, exemplar }) => ({
          ...this.#of(ref),
          timestampMs: exemplar.timestampMs,
          value: formatApiFloat(exemplar.value),
          exemplar: exemplar.labels,
        }));
      case 'tombstones':
        return record.entries.map(({ ref, mintMs, maxtMs }) => ({ ...this.#of(ref), mintMs, maxtMs }));
      case 'chunk-ends':
        return record.entries.map(({ ref, maxtMs }) => ({ ...this.#of(ref), maxtMs }));
      case 'metadata':
        return record.entries.map(({ ref, metadata }) => ({ ...this.#of(ref), ...metadata }));
      case 'mmap-markers':
        return record.entries.map(({ ref, fileIndex, offset }) => ({
          ...this.#of(ref),
          file: fileIndex,
          offset,
        }));
      default:
        return [];
    }
  }

  #rows(rows: {
    readonly length: number;
    readonly refs: number;
    readonly timestamps: number;
    readonly values: number;
  }) {
    const { doubles } = this.#kernels;
    const at = (column: number, i: number): number => doubles[column / 8 + i] as number;
    return Array.from({ length: rows.length }, (_, i) => ({
      ...this.#of(at(rows.refs, i)),
      timestampMs: at(rows.timestamps, i),
      value: formatApiFloat(at(rows.values, i)),
    }));
  }
}
