import type { Disk } from '../../base/index.js';
import { chunkTimeLimitMs } from '../../kernels/index.js';
import { wordsOf } from '../../model/index.js';
import {
  cutChunks,
  type FloatBatch,
  type HistogramSample,
  type SeriesRef,
  SeriesRows,
} from '../../storage/index.js';
import type { Head } from '../head/index.js';
import {
  decodeRecord,
  isBefore,
  type LatePlace,
  type LogPlace,
  type MmapMarkerEntry,
  type RecordStart,
  recordType,
  SampleColumns,
  type SegmentReport,
  walkRecords,
} from '../wal/index.js';
import type { StoredChunks } from './stored-chunks.js';

/** Samples of a chunk that takes late ones: DefaultOutOfOrderCapMax. */
const samplesPerChunk = 32;

/** What the log of out-of-order samples says of itself. */
export interface LateLogSurvey {
  /** Whether it says anywhere how far it has come: Prometheus does not. */
  readonly isOurs: boolean;
  /** The late samples of the first log are in this one up to here, as far as nothing is missing in front of that. */
  readonly place: LogPlace | undefined;
  /** Segments before this one are in blocks. */
  readonly firstSegment: number;
  /** One above every segment that is there. */
  readonly nextSegment: number;
  readonly hasSamples: boolean;
  /** Whether Prometheus wrote the last of them: it goes on behind what tsprom has left. */
  readonly isForeignAtEnd: boolean;
  /** Something is missing other than the end of what was being written when a process ended. */
  readonly isDamaged: boolean;
}

export interface LateLogStats {
  samples: number;
  histograms: number;
  /** Samples whose series no log names. */
  unknownRefs: number;
  /** Damaged places and records that cannot be read. */
  corruptions: number;
}

/** Undefined where there is no such log. */
export async function surveyLateLog(disk: Disk, directory: string): Promise<LateLogSurvey | undefined> {
  if ((await disk.stat(directory)) === undefined) return undefined;
  const said: (LatePlace & RecordStart)[] = [];
  let lastSampleSegment = -1;
  const writer = new LastWriter();
  const { reports, unreadable } = await walkRecords(disk, directory, (bytes, start) => {
    const isPlace = bytes[0] === recordType.latePlace;
    writer.see(start.segment, isPlace);
    if (!isPlace) {
      lastSampleSegment = start.segment;
      return;
    }
    const record = decodeRecord(bytes, new SampleColumns());
    if (record.kind === 'late-place') for (const entry of record.entries) said.push({ ...entry, ...start });
  });
  const firstSegment = said.reduce((first, entry) => Math.max(first, entry.firstSegment), 0);
  const nextSegment = (reports.at(-1)?.index ?? -1) + 1;
  const needed = reports.filter(({ index }) => index >= firstSegment);
  const missing = firstMissing(needed, said.length > 0 ? firstSegment : undefined);
  let place: LogPlace | undefined;
  for (const entry of said) {
    const isSure = isBefore({ segment: entry.segment, endByte: entry.startByte }, missing);
    if (isSure && (place === undefined || isBefore(place, entry.place))) place = entry.place;
  }
  return {
    isOurs: said.length > 0,
    place,
    firstSegment,
    nextSegment,
    hasSamples: lastSampleSegment >= firstSegment,
    isForeignAtEnd: writer.isForeign,
    isDamaged: unreadable > 0 || needed.some(isBroken) || missing.endByte === 0,
  };
}

/**
 * Who wrote the last samples. tsprom writes places around what it adds, so that a segment without one is its own only
 * where the one before ends without a place: a write that a crash has cut short, or the change of segments within one.
 */
class LastWriter {
  isForeign = false;
  #segment = -1;
  #isPlaced = true;

  see(segment: number, isPlace: boolean): void {
    if (isPlace) this.isForeign = false;
    else if (segment !== this.#segment && this.#isPlaced) this.isForeign = true;
    this.#segment = segment;
    this.#isPlaced = isPlace || this.isForeign;
  }
}

/** Where the first damage begins, or the first segment that is not there. */
function firstMissing(reports: readonly SegmentReport[], firstSegment: number | undefined): LogPlace {
  let expected = firstSegment ?? reports[0]?.index ?? 0;
  for (const { index, damages } of reports) {
    if (index > expected) break;
    expected = index + 1;
    const [first] = damages;
    if (first !== undefined) return { segment: index, endByte: first.startByte };
  }
  const isGap = expected <= (reports.at(-1)?.index ?? -1);
  return { segment: expected, endByte: isGap ? 0 : Number.POSITIVE_INFINITY };
}

function isBroken({ damages, goodEndByte }: SegmentReport): boolean {
  return damages.some(({ torn, startByte }) => !torn || startByte < goodEndByte);
}

/** Prometheus wrote it, or the end of it: its deletions concern late samples too. */
export function isForeign(survey: LateLogSurvey | undefined): boolean {
  return survey?.hasSamples === true && (!survey.isOurs || survey.isForeignAtEnd);
}

/** Late samples of the first log up to here need not be taken from it, where this one says so. */
export function heldPlace(survey: LateLogSurvey | undefined): LogPlace | undefined {
  if (survey === undefined) return undefined;
  if (survey.place !== undefined) return survey.place;
  // Prometheus writes both logs, and reads late samples from this one alone.
  return { segment: isForeign(survey) && !survey.isDamaged ? Number.POSITIVE_INFINITY : -1, endByte: 0 };
}

export interface LateLogOptions {
  readonly disk: Disk;
  /** `wbl`. */
  readonly directory: string;
  /** Knows the series. */
  readonly head: Head;
  /** Those of late samples were restored, unless the log is tsprom's. */
  readonly chunks: StoredChunks | undefined;
  readonly survey: LateLogSurvey;
  readonly stats: LateLogStats;
}

/**
 * Reads the log of out-of-order samples (WBL) into the head. A marker of Prometheus says that what a series has got until
 * there stands in `chunks_head`: it is forgotten, where that chunk was found. In a log of tsprom's that is of no use: what
 * the log holds is all that is known. Source: tsdb/head_wal.go loadWBL.
 */
export async function readLateLog(options: LateLogOptions): Promise<readonly SegmentReport[]> {
  const { disk, directory, head, chunks, survey, stats } = options;
  const late = new LateSamples(head, stats);
  const columns = new SampleColumns();
  const { reports, unreadable } = await walkRecords(disk, directory, (bytes, { segment }) => {
    if (segment < survey.firstSegment) return;
    const record = decodeRecord(bytes, columns);
    switch (record.kind) {
      case 'samples':
        late.addFloats(record.batch);
        break;
      case 'histograms':
        for (const sample of record.samples) late.addHistogram(sample);
        break;
      case 'mmap-markers':
        if (survey.isOurs) break;
        for (const marker of record.entries) if (isStored(marker, chunks)) late.forget(marker.ref);
        break;
      default:
    }
  });
  late.restore();
  stats.corruptions += unreadable;
  for (const { damages } of reports) stats.corruptions += damages.length;
  return reports;
}

/** A crash, or damage, may have kept the chunk from the disk. */
function isStored({ fileIndex, offset }: MmapMarkerEntry, chunks: StoredChunks | undefined): boolean {
  if (fileIndex === 0 && offset === 0) return true;
  const last = chunks?.lastPlace;
  if (last === undefined) return false;
  return fileIndex < last.segment || (fileIndex === last.segment && offset <= last.offset);
}

/** Late samples of all series, in chunks-to-be of 32. */
class LateSamples {
  readonly #head: Head;
  readonly #stats: LateLogStats;
  readonly #series = new Map<SeriesRef, SeriesRows[]>();
  #maxRef = 0 as SeriesRef;

  constructor(head: Head, stats: LateLogStats) {
    this.#head = head;
    this.#stats = stats;
  }

  addFloats(batch: FloatBatch): void {
    const words = wordsOf(batch.values);
    for (let row = 0; row < batch.length; row++) {
      const ref = batch.refs[row] as SeriesRef;
      const timestampMs = batch.timestamps[row] as number;
      if (!this.#takes(timestampMs)) continue;
      const startMs = knownStart(batch.startTimestamps?.[row]);
      this.#insert(ref, timestampMs, (rows) =>
        rows.appendFloat(timestampMs, words[2 * row] as number, words[2 * row + 1] as number, startMs),
      );
      this.#stats.samples++;
    }
  }

  addHistogram(sample: HistogramSample): void {
    const { ref, timestampMs, histogram } = sample;
    if (!this.#takes(timestampMs)) return;
    const startMs = knownStart(sample.startTimestampMs);
    this.#insert(ref, timestampMs, (rows) => rows.appendHistogram(timestampMs, histogram, startMs));
    this.#stats.histograms++;
  }

  /** A time that no chunk takes is damage. */
  #takes(timestampMs: number): boolean {
    if (Math.abs(timestampMs) <= chunkTimeLimitMs) return true;
    this.#stats.corruptions++;
    return false;
  }

  /** The first sample of a time stays. */
  #insert(ref: SeriesRef, timestampMs: number, append: (rows: SeriesRows) => void): void {
    if (ref > this.#maxRef) this.#maxRef = ref;
    let chunks = this.#series.get(ref);
    if (chunks === undefined) {
      chunks = [];
      this.#series.set(ref, chunks);
    }
    let open = chunks.at(-1);
    if (open === undefined || open.length >= samplesPerChunk) {
      open = new SeriesRows();
      chunks.push(open);
    }
    if (timestampMs > open.lastTimestamp) {
      append(open);
      return;
    }
    const at = open.rowAtOrAfter(timestampMs);
    if (open.timestamps[at] === timestampMs) return;
    const rows = open.emptyTwin();
    rows.appendRows(open, 0, at);
    append(rows);
    rows.appendRows(open, at, open.length);
    chunks[chunks.length - 1] = rows;
  }

  forget(ref: SeriesRef): void {
    this.#series.delete(ref);
  }

  /** Hands all to the head. Whoever is not known any more keeps its reference: nobody else gets these samples. */
  restore(): void {
    this.#head.reserveRefs(this.#maxRef);
    for (const [ref, chunks] of this.#series) {
      for (const rows of chunks) {
        for (const { encoding, mintMs, maxtMs, bytes } of cutChunks(rows.columns(0, rows.length))) {
          const samples = rows.rowAfter(maxtMs) - rows.rowAtOrAfter(mintMs);
          const chunk = { ref, encoding, mintMs, maxtMs, samples, isOutOfOrder: true };
          if (!this.#head.restoreChunkBytes(chunk, bytes)) this.#stats.unknownRefs += samples;
        }
      }
    }
  }
}

/** A start timestamp that no chunk takes is none. */
function knownStart(startTimestampMs = 0): number {
  return Math.abs(startTimestampMs) <= chunkTimeLimitMs ? startTimestampMs : 0;
}
