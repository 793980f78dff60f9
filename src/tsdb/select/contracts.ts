/**
 * What a block, the head and a memory of any other kind have in common for a query: series that match, as numbers, and
 * their samples, decoded into columns. `selectFrom` joins any number of sources into one `SeriesSet`.
 */
import type { CorruptionError } from '../../base/index.js';
import type { Matcher } from '../../model/index.js';
import type { ChunkBytes, LabelIds, SymbolTable, TimeWindow } from '../../storage/index.js';
import type { ColumnWriter } from './column-writer.js';

/** One block or the head, open for one query. Everything is answered at once: files are read without a promise. */
export interface SampleSource {
  /** Of the samples it may hold, both ends included. */
  readonly window: TimeWindow;
  /**
   * Series that match all of the matchers and may have samples in the window. Throws `CorruptionError` or the
   * system's error.
   */
  match(request: MatchRequest): MatchedSeries;
  /** All names; or the names of the series that match. Unordered. */
  labelNames(matchers: readonly Matcher[] | undefined, into: Set<string>): void;
  labelValues(name: string, matchers: readonly Matcher[] | undefined, into: Set<string>): void;
  close(): void;
}

export interface MatchRequest extends TimeWindow {
  readonly matchers: readonly Matcher[];
  readonly symbols: SymbolTable;
  /** As `SelectRequest.onDamage`. */
  readonly onDamage?: ((damage: CorruptionError) => void) | undefined;
}

/** The series of one source for one select, numbered from 0 to `count`. */
export interface MatchedSeries {
  readonly count: number;
  /** As ids of the query's symbols; may be kept. */
  labels(index: number): LabelIds;
  /** Whether the labels of the series are these, told without making them; absent where that is no cheaper. */
  hasLabels?(index: number, labels: LabelIds): boolean;
  /** Whether a chunk of the series overlaps the window, told without reading it; absent where that is not known. */
  overlaps?(index: number): boolean;
  /**
   * Appends the samples of series `index` that lie in the window to the columns, in rising time, deletions left out.
   * Cheapest when asked for in rising index.
   */
  load(index: number, into: ColumnWriter): void;
  /** The chunks that overlap the window, whole and undecoded, in rising `mintMs`. Valid until the next call. */
  chunks(index: number): readonly ChunkBytes[];
  close(): void;
}
