import type { Steps } from '../../base/index.js';
import type { Labels, Matcher, Metadata } from '../../model/index.js';
import type {
  CardinalityStats,
  ExemplarFigures,
  ExemplarSeries,
  FloatBatch,
  HistogramSample,
  LabelRequest,
  SeriesRef,
} from '../../storage/index.js';
import type { ChunkEnd } from '../wal/index.js';
import { cardinalityOf } from './cardinality.js';
import { census } from './census.js';
import type {
  ChunkPlace,
  ClosedChunk,
  EndedSeries,
  Head,
  HeadAppender,
  HeadCensus,
  HeadOptions,
  HeadTallies,
  HeadView,
  LateChunks,
  LateRows,
  NewestSample,
  RestoredSeries,
  SeriesExemplar,
  SeriesInMemory,
  StagedRows,
  StoredSeries,
  UnwrittenChunk,
} from './contracts.js';
import { endedSeries, evictSeries, forgetReplayed, removeForgotten } from './evict.js';
import { ArenaAppender } from './head-appender.js';
import { noRow } from './layout.js';
import {
  endReplay,
  replayFloats,
  replayHistogram,
  replayLateFloats,
  replayLateHistogram,
  replayRows,
  restoreSeries,
  restoreStored,
  settleSteps,
  stageRows,
} from './replay.js';
import {
  newestMs,
  noteReplayed,
  restoreChunk,
  restoreChunkBytes,
  restoreNewest,
  unloggedEnds,
} from './restore-chunk.js';
import { seriesBound } from './series-bound.js';
import { seriesInMemory } from './series-in-memory.js';
import { HeadState } from './state.js';
import { dropLate, endLate, oldestChunkFile, truncateBefore } from './truncate.js';

/** Threads that may read; the main thread's own slot is 0. */
const mostSlots = 256;

/** Throws `UserError` where the memory is too small for any head. */
export function createHead(options: HeadOptions): Head {
  return new ArenaHead(new HeadState(options));
}

class ArenaHead implements Head {
  readonly #state: HeadState;
  readonly #slots = new Set<number>();

  constructor(state: HeadState) {
    this.#state = state;
  }

  get seriesCount(): number {
    return this.#state.writer.seriesCount;
  }

  get tallies(): HeadTallies {
    return this.#state.writer.tallies;
  }

  get exemplars(): ExemplarFigures {
    return this.#state.exemplars.figures;
  }

  get commit(): number {
    return this.#state.writer.commit;
  }

  get oldestCommit(): number {
    const { writer } = this.#state;
    return writer.readers.oldestCommit(writer.commit);
  }

  get mintMs(): number {
    return this.#state.writer.mintMs;
  }

  get maxtMs(): number {
    return this.#state.writer.maxtMs;
  }

  get minValidMs(): number {
    return this.#state.writer.minValidMs;
  }

  set minValidMs(timeMs: number) {
    this.#state.writer.minValidMs = timeMs;
  }

  get inOrderMintMs(): number {
    return this.#state.writer.inOrderMintMs;
  }

  get lateMintMs(): number {
    return this.#state.writer.lateMintMs;
  }

  get outOfOrderWindowMs(): number {
    return this.#state.writer.outOfOrderWindowMs;
  }

  set outOfOrderWindowMs(windowMs: number) {
    this.#state.writer.outOfOrderWindowMs = windowMs;
    this.#state.exemplars.outOfOrderWindowMs = windowMs;
  }

  get maxExemplars(): number {
    return this.#state.exemplars.limit;
  }

  set maxExemplars(limit: number) {
    this.#state.exemplars.limit = limit;
  }

  get replayLateFromMs(): number {
    return this.#state.writer.replayLateFromMs;
  }

  set replayLateFromMs(timeMs: number) {
    this.#state.writer.replayLateFromMs = timeMs;
  }

  get usedBytes(): number {
    return this.#state.writer.usedBytes;
  }

  get reservedBytes(): number {
    return this.#state.writer.kernels.memory.buffer.byteLength;
  }

  get refusedSamples(): number {
    return this.#state.writer.refusedSamples;
  }

  get refusedSeries(): number {
    return this.#state.writer.refusedSeries;
  }

  appender(): HeadAppender {
    return new ArenaAppender(this.#state);
  }

  view(): HeadView {
    const { writer } = this.#state;
    if (writer.publishing === 0) this.#state.show(writer.commit);
    return { memory: writer.kernels.memory, layout: writer.layout };
  }

  hasSeries(ref: SeriesRef): boolean {
    return this.#state.writer.rowOf(ref) >= 0;
  }

  ownRef(ref: SeriesRef): SeriesRef | undefined {
    const { writer } = this.#state;
    const row = writer.rowOf(ref);
    return row === noRow ? undefined : writer.refOf(row);
  }

  seriesLabels(ref: SeriesRef): Labels | undefined {
    return this.#state.labelsOf(ref);
  }

  writeSeries(ref: SeriesRef, at: number, end: number): number {
    const behind = this.#state.writer.exports.headWriteSeries(ref, at, end);
    return behind === noRow ? noRow : behind >>> 0;
  }

  seriesBound(matchers: readonly Matcher[]): number {
    return seriesBound(this.#state, matchers);
  }

  endedSeries(): Steps<readonly EndedSeries[]> {
    return endedSeries(this.#state);
  }

  evict(ended: readonly EndedSeries[], onGone: (refs: readonly SeriesRef[]) => void): Steps<void> {
    return evictSeries(this.#state, ended, onGone);
  }

  forgetReplayed(ref: SeriesRef): void {
    forgetReplayed(this.#state, ref);
  }

  removeForgotten(): readonly SeriesRef[] {
    return removeForgotten(this.#state);
  }

  census(): Steps<HeadCensus> {
    return census(this.#state);
  }

  *refs(): Iterable<SeriesRef> {
    const { writer } = this.#state;
    const refs: SeriesRef[] = [];
    for (let row = 0; row < writer.rowLimit; row++) {
      const ref = writer.refOf(row);
      if (ref !== 0) refs.push(ref);
    }
    // A damaged log may name one series by more references than a call takes arguments.
    for (const others of writer.aliases.values()) for (const ref of others) refs.push(ref);
    yield* refs.sort((a, b) => a - b);
  }

  cardinality(limit: number): CardinalityStats {
    return cardinalityOf(this.#state, limit);
  }

  metadata(): ReadonlyMap<string, Metadata> {
    return this.#state.metadata;
  }

  selectExemplars(request: LabelRequest): readonly ExemplarSeries[] {
    return this.#state.exemplars.select(request);
  }

  allExemplars(): readonly SeriesExemplar[] {
    return this.#state.exemplars.all();
  }

  inMemory(): Iterable<SeriesInMemory> {
    return seriesInMemory(this.#state);
  }

  get highestRef(): SeriesRef {
    return this.#state.writer.highestRef;
  }

  get hasReturned(): boolean {
    return this.#state.hasReturned;
  }

  restoreSeries(ref: SeriesRef, labels: Labels): void {
    restoreSeries(this.#state, ref, labels);
  }

  restoreStored(series: StoredSeries): RestoredSeries {
    return restoreStored(this.#state, series);
  }

  restoreChunk(chunk: ClosedChunk, place: ChunkPlace): boolean {
    return restoreChunk(this.#state, chunk, place);
  }

  restoreChunkBytes(chunk: ClosedChunk, bytes: Uint8Array): boolean {
    return restoreChunkBytes(this.#state, chunk, bytes);
  }

  restoreNewest(chunk: ClosedChunk, bytes: Uint8Array, sample: NewestSample): boolean {
    return restoreNewest(this.#state, chunk, bytes, sample);
  }

  noteReplayed(ref: SeriesRef, upToMs: number): void {
    noteReplayed(this.#state, ref, upToMs);
  }

  unloggedEnds(): readonly ChunkEnd[] {
    return unloggedEnds(this.#state);
  }

  newestMs(ref: SeriesRef): number {
    return newestMs(this.#state, ref);
  }

  replayFloats(batch: FloatBatch): number {
    return replayFloats(this.#state, batch);
  }

  replayRows(rows: StagedRows): number {
    return replayRows(this.#state, rows);
  }

  stageRows(rows: StagedRows): number {
    return stageRows(this.#state, rows);
  }

  get isStageFull(): boolean {
    return this.#state.stage.isFull;
  }

  settleReplayed(): Steps<void> {
    return settleSteps(this.#state);
  }

  endReplay(): void {
    endReplay(this.#state);
  }

  replayHistogram(sample: HistogramSample): boolean {
    return replayHistogram(this.#state, sample);
  }

  replayLateFloats(batch: FloatBatch): number {
    return replayLateFloats(this.#state, batch);
  }

  replayLateHistogram(sample: HistogramSample): boolean {
    return replayLateHistogram(this.#state, sample);
  }

  restoreMetadata(metric: string, metadata: Metadata): void {
    this.#state.metadata.set(metric, metadata);
  }

  reserveRefs(upTo: SeriesRef): void {
    this.#state.writer.reserveRefs(upTo);
  }

  get unwrittenCount(): number {
    return this.#state.writer.closed.bound;
  }

  unwritten(limit: number): readonly UnwrittenChunk[] {
    return this.#state.writer.closed.unwritten(limit);
  }

  chunkWritten(id: number, place: ChunkPlace, encoding: number): void {
    const { writer } = this.#state;
    writer.closed.written(id, place, encoding);
    if (writer.publishing === 0) writer.reclaim();
  }

  truncateBefore(mintMs: number): Steps<readonly SeriesRef[]> {
    return truncateBefore(this.#state, mintMs);
  }

  takeLate(): LateRows | undefined {
    return this.#state.late.take();
  }

  endLate(): Steps<LateChunks> {
    return endLate(this.#state);
  }

  dropLate(commit: number): Steps<void> {
    return dropLate(this.#state, commit);
  }

  oldestChunkFile(): Steps<number> {
    return oldestChunkFile(this.#state);
  }

  openReaderSlot(): number {
    let slot = 1;
    while (this.#slots.has(slot) && slot < mostSlots) slot++;
    this.#slots.add(slot);
    return slot;
  }

  closeReaderSlot(slot: number): void {
    this.#slots.delete(slot);
    this.#state.writer.readers.clear(slot);
  }
}
