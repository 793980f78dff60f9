/**
 * Histograms, and floats with start timestamps. Their chunks are written here, out of the head's memory, and shown there
 * commit by commit as copies: a copy hides the one before from readers of later commits.
 */
import {
  chunkEncoding,
  FloatChunkAppender,
  HistogramChunkWriter,
  histogramEncoding,
  staleSample,
} from '../../chunkenc/index.js';
import { equalHistograms, type Histogram } from '../../model/index.js';
import { closeOpen } from './closed-chunks.js';
import { hot, rowFlag } from './layout.js';
import { chunkEndMs, needsCut, type OpenChunk, rangeEndMs } from './open-chunk.js';
import { ShownCopies } from './shown-copies.js';
import type { FloatSample } from './staged-floats.js';
import type { HeadWriter } from './writer.js';

export interface HistogramRow {
  readonly timestampMs: number;
  readonly histogram: Histogram;
  readonly startMs: number;
}

interface ForeignRow {
  readonly row: number;
  readonly ref: number;
  open: OpenChunk | undefined;
  /** The newest histogram; undefined where the newest sample is none or is not known. */
  last: Histogram | undefined;
}

export class ForeignSeries {
  readonly #writer: HeadWriter;
  readonly #rows = new Map<number, ForeignRow>();
  readonly #changed = new Set<ForeignRow>();
  readonly copies: ShownCopies;
  readonly #valueAt: number;

  constructor(writer: HeadWriter) {
    this.#writer = writer;
    this.copies = new ShownCopies(writer);
    this.#valueAt = writer.kernels.alloc(16);
  }

  /** Whether a sample of the newest time says what is there. */
  equalsLast(row: number, histogram: Histogram): boolean {
    const last = this.#rows.get(row)?.last;
    return last !== undefined && equalHistograms(last, histogram);
  }

  /** What a float marker says that ends a series of histograms; undefined of any other float. */
  staleHistogram(row: number, sample: FloatSample): Histogram | undefined {
    const { views } = this.#writer;
    if (!isStaleFloat(sample) || (this.#writer.flagsOf(row) & rowFlag.histogram) === 0) return undefined;
    const encoding = views.byte(views.hotRow(row) + hot.encoding);
    const integer = encoding === chunkEncoding.histogram || encoding === chunkEncoding.histogramWithStarts;
    return staleSample(integer);
  }

  /** Whether the newest histogram is the marker that ends a series; false where it is not known. */
  isEnded(row: number): boolean {
    return this.#rows.get(row)?.last?.stale === true;
  }

  /** A float behind the newest sample. */
  appendFloat(row: number, sample: FloatSample, commit: number): void {
    const writer = this.#writer;
    const { startMs, timestampMs } = sample;
    const histogram = this.staleHistogram(row, sample);
    if (histogram !== undefined) {
      this.appendHistogram(row, { timestampMs, histogram, startMs }, commit);
      return;
    }
    const open = this.#rows.get(row)?.open;
    const goesOn = open?.writer instanceof FloatChunkAppender && !this.#needsCut(open, timestampMs);
    if (startMs === 0 && !goesOn) this.#appendNative(row, sample, commit);
    else this.#appendWithStart(row, sample, commit);
    writer.setFlags(row, 0, rowFlag.histogram);
    const foreign = this.#rows.get(row);
    if (foreign !== undefined) foreign.last = undefined;
    writer.noteTimes(timestampMs, timestampMs);
  }

  #appendNative(row: number, { timestampMs, low, high }: FloatSample, commit: number): void {
    const writer = this.#writer;
    const { exports, views } = writer;
    this.#endOpen(row, commit);
    views.setWord(this.#valueAt, low);
    views.setWord(this.#valueAt + 4, high);
    const readers = writer.readers.writeCommits(writer.commitsAt);
    writer.changeRow(row, () => {
      if (!exports.headAppendOne(row, timestampMs, this.#valueAt)) {
        writer.refusedSamples++;
        return;
      }
      if (writer.publishing !== 0) exports.headCountCommit(row, commit, writer.commitsAt, readers);
    });
    writer.closed.take();
  }

  #appendWithStart(row: number, sample: FloatSample, commit: number): void {
    const foreign = this.#foreign(row);
    const { timestampMs } = sample;
    let { open } = foreign;
    if (
      open !== undefined &&
      (!(open.writer instanceof FloatChunkAppender) || this.#needsCut(open, timestampMs))
    ) {
      this.#endOpen(row, commit);
      open = undefined;
    }
    open ??= this.#begin(foreign, new FloatChunkAppender(chunkEncoding.xor2), timestampMs);
    (open.writer as FloatChunkAppender).append(timestampMs, sample.low, sample.high, sample.startMs);
    open.maxtMs = timestampMs;
    this.#note(foreign, open);
    const { views } = this.#writer;
    this.#writer.changeRow(row, () => {
      const at = views.hotRow(row);
      views.setDouble(at + hot.lastMs, timestampMs);
      views.setWord(at + hot.lastValue, sample.low);
      views.setWord(at + hot.lastValue + 4, sample.high);
    });
  }

  /** A histogram behind the newest sample. */
  appendHistogram(row: number, sample: HistogramRow, commit: number): void {
    const writer = this.#writer;
    const { timestampMs, histogram, startMs } = sample;
    const foreign = this.#foreign(row);
    const encoding = histogramEncoding({ integer: histogram.integer, starts: startMs !== 0 });
    let { open } = foreign;
    const previous = open?.writer instanceof HistogramChunkWriter ? open.writer : undefined;
    const isOther = open !== undefined && (previous === undefined || !holds(previous.encoding, encoding));
    if (open !== undefined && (isOther || this.#needsCut(open, timestampMs))) {
      this.#endOpen(row, commit);
      open = undefined;
    }
    const chunkSample = { timestampMs, startTimestampMs: startMs, histogram };
    if (open === undefined) {
      open = this.#begin(foreign, new HistogramChunkWriter(encoding), timestampMs);
      const kin = previous?.encoding === encoding ? previous : undefined;
      (open.writer as HistogramChunkWriter).append(chunkSample, kin);
    } else {
      const current = open.writer as HistogramChunkWriter;
      const holder = current.append(chunkSample);
      if (holder !== current) {
        this.#endOpen(row, commit);
        open = this.#begin(foreign, holder, timestampMs);
      }
    }
    open.maxtMs = timestampMs;
    foreign.last = histogram;
    this.#note(foreign, open);
    const { views } = writer;
    writer.changeRow(row, () => {
      views.setDouble(views.hotRow(row) + hot.lastMs, timestampMs);
      views.bytes[views.hotRow(row) + hot.encoding] = encoding;
    });
    writer.setFlags(row, rowFlag.histogram, 0);
    writer.noteTimes(timestampMs, timestampMs);
  }

  /** What the last chunk of a row ends with. */
  noteNewest(row: number, histogram: Histogram): void {
    this.#foreign(row).last = histogram;
  }

  /** The kind of the newest sample that a log has told, though a chunk on disk holds it. */
  noteKind(row: number, histogram: Histogram): void {
    const { views } = this.#writer;
    const encoding = histogramEncoding({ integer: histogram.integer, starts: false });
    views.bytes[views.hotRow(row) + hot.encoding] = encoding;
    this.#writer.setFlags(row, rowFlag.histogram, 0);
  }

  /** Shows everything that changed as commit `commit`. */
  show(commit: number): void {
    for (const foreign of this.#changed) {
      if (foreign.open !== undefined) this.#showOpen(foreign, foreign.open, commit);
    }
    this.#changed.clear();
  }

  /** Series whose newest histogram is the marker that ends them, and buckets of the newest histograms. */
  census(): { readonly stale: number; readonly buckets: number } {
    let stale = 0;
    let buckets = 0;
    for (const { last } of this.#rows.values()) {
      if (last === undefined) continue;
      if (last.stale) stale++;
      buckets += last.positiveBuckets.length + last.negativeBuckets.length;
    }
    return { stale, buckets };
  }

  /** What is kept of a row beside its chunks. */
  forgetRow(row: number): void {
    const foreign = this.#rows.get(row);
    if (foreign === undefined) return;
    this.#changed.delete(foreign);
    this.#rows.delete(row);
  }

  /** Whether the row has a chunk that is still written. */
  isOpen(row: number): boolean {
    return this.#rows.get(row)?.open !== undefined;
  }

  /** Ends what ends before `mintMs`, so that truncation finds it among the closed chunks. */
  endBefore(row: number, mintMs: number, commit: number): void {
    const foreign = this.#rows.get(row);
    if (foreign?.open !== undefined && foreign.open.maxtMs < mintMs) this.#endOpen(row, commit);
  }

  #foreign(row: number): ForeignRow {
    const ref = this.#writer.refOf(row);
    let foreign = this.#rows.get(row);
    if (foreign === undefined || foreign.ref !== ref) {
      foreign = { row, ref, open: undefined, last: undefined };
      this.#rows.set(row, foreign);
    }
    return foreign;
  }

  #begin(foreign: ForeignRow, writer: OpenChunk['writer'], mintMs: number): OpenChunk {
    closeOpen(this.#writer, foreign.row);
    const nextAtMs = rangeEndMs(mintMs, this.#writer.options.chunkRangeMs);
    foreign.open = { writer, mintMs, maxtMs: mintMs, nextAtMs, hasEnd: false, shownAt: 0, isChanged: true };
    this.#writer.setFlags(foreign.row, rowFlag.foreign, 0);
    return foreign.open;
  }

  #needsCut(open: OpenChunk, timestampMs: number): boolean {
    return needsCut(open, timestampMs, this.#writer.samplesPerChunk);
  }

  #note(foreign: ForeignRow, open: OpenChunk): void {
    open.isChanged = true;
    open.nextAtMs = chunkEndMs(open, this.#writer.samplesPerChunk);
    this.#changed.add(foreign);
  }

  #endOpen(row: number, commit: number): void {
    const foreign = this.#rows.get(row);
    const open = foreign?.open;
    if (foreign === undefined || open === undefined) return;
    this.#showOpen(foreign, open, commit);
    if (open.shownAt !== 0) this.#writer.closed.close(row, open.shownAt);
    foreign.open = undefined;
    this.#writer.setFlags(row, 0, rowFlag.foreign);
    // What a log holds up to here was read.
    const { views } = this.#writer;
    views.setDouble(views.hotRow(row) + hot.lastDelta, open.maxtMs);
  }

  #showOpen(foreign: ForeignRow, open: OpenChunk, commit: number): void {
    if (!open.isChanged) return;
    const { writer, mintMs, maxtMs } = open;
    // The sample that begins the next chunk was already given to its writer, not to this one.
    const at = this.copies.add(foreign.row, writer.bytes, {
      mintMs,
      maxtMs,
      encoding: writer.encoding,
      samples: writer.count,
      flags: 0,
      commit,
    });
    if (at === 0) return;
    this.copies.hide(foreign.row, open.shownAt, commit);
    open.shownAt = at;
    open.isChanged = false;
  }
}

/** Whether it is the marker that ends a series. */
export function isStaleFloat({ low, high }: { readonly low: number; readonly high: number }): boolean {
  return low === 2 && high === 0x7ff00000;
}

/** A chunk with start timestamps takes samples without one too. */
function holds(chunkEncodingNumber: number, sampleEncoding: number): boolean {
  return chunkEncodingNumber === sampleEncoding || chunkEncodingNumber === sampleEncoding + 3;
}
