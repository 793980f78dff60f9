/**
 * Samples that come out of order, within the window for them. Their chunks are written here, as the histograms' are, and
 * are cut at 32 samples. Source: tsdb/ooo_head.go.
 */
import type { Steps } from '../../base/index.js';
import { cutChunks, type HistogramSample, type SeriesRef, SeriesRows } from '../../storage/index.js';
import type { LateRows } from './contracts.js';
import type { ForeignSeries, HistogramRow } from './foreign-series.js';
import { chunkFlag } from './layout.js';
import { type FloatSample, StagedFloats } from './staged-floats.js';
import type { HeadWriter } from './writer.js';

/** Samples of a chunk: DefaultOutOfOrderCapMax. */
const samplesPerChunk = 32;
/** Chunks that are ended in a step: a few milliseconds. */
const chunksInStep = 1024;

interface LateRow {
  readonly row: number;
  readonly ref: number;
  samples: SeriesRows;
  /** Addresses of the copies of `samples`. */
  shown: number[];
  isChanged: boolean;
}

class GatheredRows implements LateRows {
  readonly floats = new StagedFloats();
  readonly histograms: HistogramSample[] = [];
}

export class LateSeries {
  readonly #writer: HeadWriter;
  readonly #foreign: ForeignSeries;
  readonly #rows = new Map<number, LateRow>();
  readonly #changed = new Set<LateRow>();
  #gathered = new GatheredRows();

  constructor(writer: HeadWriter, foreign: ForeignSeries) {
    this.#writer = writer;
    this.#foreign = foreign;
  }

  insertFloat(row: number, sample: FloatSample, commit: number): void {
    const { timestampMs, low, high, startMs } = sample;
    const histogram = this.#foreign.staleHistogram(row, sample);
    if (histogram !== undefined) {
      this.insertHistogram(row, { timestampMs, histogram, startMs }, commit);
      return;
    }
    const append = (rows: SeriesRows): void => rows.appendFloat(timestampMs, low, high, startMs);
    if (!this.#insert(row, timestampMs, commit, append)) return;
    this.#writer.tallies.lateFloats++;
    this.#gathered.floats.pushSample(this.#writer.refOf(row), sample);
  }

  insertHistogram(row: number, sample: HistogramRow, commit: number): void {
    const { timestampMs, histogram, startMs } = sample;
    const append = (rows: SeriesRows): void => rows.appendHistogram(timestampMs, histogram, startMs);
    if (!this.#insert(row, timestampMs, commit, append)) return;
    this.#writer.tallies.lateHistograms++;
    const ref: SeriesRef = this.#writer.refOf(row);
    this.#gathered.histograms.push({ ref, timestampMs, histogram, startTimestampMs: startMs });
  }

  /** Of two samples of one time in one chunk the first stays. */
  #insert(row: number, timestampMs: number, commit: number, append: (rows: SeriesRows) => void): boolean {
    const late = this.#late(row);
    if (late.samples.length >= samplesPerChunk) this.#end(late, commit);
    const { samples } = late;
    const index = samples.rowAtOrAfter(timestampMs);
    if (index < samples.length && samples.timestamps[index] === timestampMs) {
      this.#writer.droppedSamples++;
      return false;
    }
    if (index === samples.length) append(samples);
    else {
      const rows = samples.emptyTwin();
      rows.appendRows(samples, 0, index);
      append(rows);
      rows.appendRows(samples, index, samples.length);
      late.samples = rows;
    }
    late.isChanged = true;
    this.#changed.add(late);
    this.#writer.noteLateTimes(timestampMs, timestampMs);
    return true;
  }

  #late(row: number): LateRow {
    const ref = this.#writer.refOf(row);
    let late = this.#rows.get(row);
    if (late === undefined || late.ref !== ref) {
      late = { row, ref, samples: new SeriesRows(), shown: [], isChanged: false };
      this.#rows.set(row, late);
    }
    return late;
  }

  /** What was inserted since the last call; undefined where that is nothing. */
  take(): LateRows | undefined {
    const gathered = this.#gathered;
    if (gathered.floats.length === 0 && gathered.histograms.length === 0) return undefined;
    this.#gathered = new GatheredRows();
    return gathered;
  }

  /** Shows everything that changed as commit `commit`. */
  show(commit: number): void {
    for (const late of this.#changed) if (late.isChanged) this.#show(late, commit);
    this.#changed.clear();
  }

  /** Whether the row has a chunk that takes more. */
  isOpen(row: number): boolean {
    return (this.#rows.get(row)?.samples.length ?? 0) > 0;
  }

  /** What is kept of a row beside its chunks. */
  forgetRow(row: number): void {
    const late = this.#rows.get(row);
    if (late === undefined) return;
    this.#changed.delete(late);
    this.#rows.delete(row);
  }

  /** Ends all chunks, so that later samples begin others. */
  *endAll(commit: number): Steps<void> {
    let ended = 0;
    for (const late of this.#rows.values()) {
      if (late.samples.length === 0) continue;
      this.#end(late, commit);
      if (++ended % chunksInStep === 0) yield;
    }
    this.#rows.clear();
    this.#changed.clear();
  }

  #show(late: LateRow, commit: number): void {
    const { samples, row } = late;
    const { copies } = this.#foreign;
    const shown: number[] = [];
    for (const { encoding, mintMs, maxtMs, bytes } of cutChunks(samples.columns(0, samples.length))) {
      const count = samples.rowAfter(maxtMs) - samples.rowAtOrAfter(mintMs);
      const record = { mintMs, maxtMs, encoding, samples: count, flags: chunkFlag.late, commit };
      shown.push(copies.add(row, bytes, record));
    }
    for (const at of late.shown) copies.hide(row, at, commit);
    late.shown = shown;
    late.isChanged = false;
  }

  #end(late: LateRow, commit: number): void {
    if (late.isChanged) this.#show(late, commit);
    for (const at of late.shown) if (at !== 0) this.#writer.closed.close(late.row, at);
    late.shown = [];
    late.samples = new SeriesRows();
  }
}
