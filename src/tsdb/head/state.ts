import type { Labels, Metadata } from '../../model/index.js';
import type { SeriesRef } from '../../storage/index.js';
import type { HeadOptions } from './contracts.js';
import { ForeignSeries } from './foreign-series.js';
import { HeadExemplars } from './head-exemplars.js';
import { HeadTexts } from './head-texts.js';
import type { SampleBounds } from './judge.js';
import { LateSeries } from './late-series.js';
import { control, noRow } from './layout.js';
import { ReplayStage } from './replay-stage.js';
import { HeadWriter } from './writer.js';

/** An appender as truncation knows it. */
export interface OpenAppender {
  eachHeldRow(visit: (row: number) => void): void;
}

/** A head that is written: its memory and what stands beside it in objects. */
export class HeadState {
  readonly writer: HeadWriter;
  readonly foreign: ForeignSeries;
  readonly late: LateSeries;
  readonly texts: HeadTexts;
  readonly stage: ReplayStage;
  readonly exemplars: HeadExemplars;
  readonly metadata = new Map<string, Metadata>();
  readonly openAppenders = new Set<OpenAppender>();
  /** Series of a log that went to blocks before their time. */
  readonly forgotten = new Set<SeriesRef>();
  hasReturned = false;

  constructor(options: HeadOptions) {
    this.writer = new HeadWriter(options);
    this.foreign = new ForeignSeries(this.writer);
    this.late = new LateSeries(this.writer, this.foreign);
    this.stage = new ReplayStage(this.writer);
    this.texts = new HeadTexts(this.writer.views);
    this.exemplars = new HeadExemplars(
      { limit: options.maxExemplars ?? 0, outOfOrderWindowMs: this.writer.outOfOrderWindowMs },
      (ref) => this.labelsOf(ref),
    );
  }

  labelsOf(ref: number): Labels | undefined {
    const row = this.writer.rowOf(ref);
    return row === noRow ? undefined : this.texts.labels(row);
  }

  /** Where samples may be, given the newest there is. */
  boundsAt(maxtMs: number): SampleBounds {
    const { minValidMs, options } = this.writer;
    return { validFromMs: Math.max(minValidMs, maxtMs - options.chunkRangeMs / 2), maxtMs };
  }

  beginCommit(): number {
    const { writer } = this;
    // Whatever a log restored is older than any commit.
    this.show(writer.commit);
    writer.publishing = (writer.commit + 1) >>> 0;
    return writer.publishing;
  }

  show(commit: number): void {
    this.foreign.show(commit);
    this.late.show(commit);
  }

  /** Shows what the commit brought. */
  endCommit(commit: number): void {
    const { writer, foreign } = this;
    this.show(commit);
    writer.takeNotes();
    Atomics.store(writer.views.words, (writer.layout.control + control.commit) >>> 2, commit);
    writer.publishing = 0;
    foreign.copies.forgetHidden();
    writer.reclaim();
  }
}
