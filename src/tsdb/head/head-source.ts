import type { Kernels } from '../../kernels/index.js';
import type { Matcher } from '../../model/index.js';
import type { ChunkBytes, LabelIds, SeriesRef, SymbolTable, TimeWindow } from '../../storage/index.js';
import { dropDeleted } from '../block/index.js';
import type { ColumnWriter } from '../select/column-writer.js';
import type { MatchedSeries, MatchRequest, SampleSource } from '../select/contracts.js';
import { isDeleted, noTombstones, type Tombstones } from '../tombstones/index.js';
import type { HeadView } from './contracts.js';
import { HeadTexts } from './head-texts.js';
import { control, type HeadLayout, HeadViews } from './layout.js';
import { loadChunks, loadKept, wholeChunks } from './load-chunks.js';
import type { MappedChunks } from './mapped-chunks.js';
import { RowMatcher } from './match-rows.js';
import { RowReader, type VisibleChunk } from './read-row.js';
import { enterHead } from './readers.js';

const nothingDeleted = [] as const;

/** What came in order, or what came late. */
export type HeadPart = 'in-order' | 'late';

export interface HeadSourceOptions {
  readonly view: HeadView;
  /** Of the thread that reads; 0 is the main thread's. */
  readonly readerSlot: number;
  /** The reader's own, on its private memory. */
  readonly kernels: Kernels;
  /** Bounds what is asked. */
  readonly window: TimeWindow;
  /** What to see; the last commit where absent. The caller holds it by an open source of its own. */
  readonly commit?: number;
  readonly mapped: MappedChunks;
  /** By reference; nothing when unsaid. */
  readonly deletions?: Tombstones;
  /** Whether deletions concern late samples. Here those go to blocks before any is deleted; Prometheus keeps them. */
  readonly deletesLate?: boolean | undefined;
  /** Both when unsaid. */
  readonly part?: HeadPart | undefined;
  /** Other series are not matched; all are when unsaid. */
  readonly only?: ReadonlySet<number> | undefined;
  /** Called between two looks at a series' state: a test delays the reader here. */
  readonly pause?: () => void;
}

/** A series by its reference, and the times of its first and last sample that are seen. */
export interface SeriesSpan {
  readonly ref: SeriesRef;
  readonly mintMs: number;
  readonly maxtMs: number;
}

export interface HeadSource extends SampleSource {
  /** Of the series that match. */
  spans(matchers: readonly Matcher[]): readonly SeriesSpan[];
  /** The last commit that it sees. */
  readonly commit: number;
}

/** A snapshot of the head on any thread. Throws `UserError` where too many are open. */
export function openHeadSource(options: HeadSourceOptions): HeadSource {
  return new ArenaSource(options);
}

class ArenaSource implements HeadSource {
  readonly window: TimeWindow;
  readonly commit: number;
  readonly #options: HeadSourceOptions;
  readonly #leave: () => void;
  readonly #views: HeadViews;
  readonly #texts: HeadTexts;
  readonly #reader: RowReader;
  readonly #matcher: RowMatcher;
  readonly #decoded = new Map<number, string>();

  constructor(options: HeadSourceOptions) {
    this.#options = options;
    const { view, readerSlot, commit, window } = options;
    this.#views = new HeadViews(view.memory, view.layout as HeadLayout);
    const entry = enterHead(this.#views, readerSlot, commit);
    this.#leave = entry.leave;
    this.commit = entry.commit;
    const controlAt = this.#views.layout.control;
    this.window = {
      mintMs: Math.max(window.mintMs, this.#views.double(controlAt + control.mint)),
      maxtMs: Math.min(window.maxtMs, this.#views.double(controlAt + control.maxt)),
    };
    this.#texts = new HeadTexts(this.#views);
    this.#reader = new RowReader(this.#views, this.commit, options.pause);
    this.#matcher = new RowMatcher(this.#views, this.#texts, this.#reader);
  }

  match(request: MatchRequest): MatchedSeries {
    const { window, deletions = noTombstones } = this.#options;
    const mintMs = Math.max(request.mintMs, window.mintMs);
    const maxtMs = Math.min(request.maxtMs, window.maxtMs);
    const rows: number[] = [];
    if (mintMs <= maxtMs) {
      this.#matcher.each(request.matchers, (row) => {
        if (this.#options.only?.has(this.#reader.ref) === false) return;
        const deleted = deletions.get(this.#reader.ref) ?? nothingDeleted;
        const isMet = this.#reader
          .chunks()
          .some(
            (seen) =>
              isOf(this.#options.part, seen) &&
              seen.mintMs <= maxtMs &&
              seen.maxtMs >= mintMs &&
              (this.#isSpared(seen) || !isDeleted(deleted, seen.mintMs, seen.maxtMs)),
          );
        if (isMet) rows.push(row);
      });
    }
    return new ArenaSeries({
      rows,
      window: { mintMs, maxtMs },
      deletions,
      reader: this.#reader,
      views: this.#views,
      part: this.#options.part,
      isSpared: (seen) => this.#isSpared(seen),
      mapped: this.#options.mapped,
      kernels: this.#options.kernels,
      labels: (labelsAt, count) => this.#labelIds(labelsAt, count, request.symbols),
    });
  }

  /** Whether deletions do not concern it. */
  #isSpared({ isLate }: VisibleChunk): boolean {
    return isLate && this.#options.deletesLate !== true;
  }

  spans(matchers: readonly Matcher[]): readonly SeriesSpan[] {
    const spans: SeriesSpan[] = [];
    this.#matcher.each(matchers, () => {
      let mintMs = Number.POSITIVE_INFINITY;
      let maxtMs = Number.NEGATIVE_INFINITY;
      for (const seen of this.#reader.chunks()) {
        if (!isOf(this.#options.part, seen)) continue;
        mintMs = Math.min(mintMs, seen.mintMs);
        maxtMs = Math.max(maxtMs, seen.maxtMs);
      }
      if (mintMs <= maxtMs) spans.push({ ref: this.#reader.ref as SeriesRef, mintMs, maxtMs });
    });
    return spans;
  }

  /** Symbols of the query by symbols of the head. */
  readonly #ids = new WeakMap<SymbolTable, Map<number, number>>();

  #labelIds(labelsAt: number, count: number, symbols: SymbolTable): LabelIds {
    let ids = this.#ids.get(symbols);
    if (ids === undefined) {
      ids = new Map();
      this.#ids.set(symbols, ids);
    }
    const labels = new Uint32Array(2 * count);
    for (let i = 0; i < count; i++) {
      const pairAt = this.#views.word(labelsAt + i * 4);
      labels[2 * i] = this.#idOf(this.#texts.nameOf(pairAt), ids, symbols);
      labels[2 * i + 1] = this.#idOf(this.#texts.valueOf(pairAt), ids, symbols);
    }
    return labels;
  }

  #idOf(symbolAt: number, ids: Map<number, number>, symbols: SymbolTable): number {
    let id = ids.get(symbolAt);
    if (id === undefined) {
      id = symbols.intern(this.#texts.text(symbolAt));
      ids.set(symbolAt, id);
    }
    return id;
  }

  labelNames(matchers: readonly Matcher[] | undefined, into: Set<string>): void {
    if (matchers === undefined) {
      for (const nameAt of this.#texts.names()) {
        for (const pairAt of this.#texts.pairs(nameAt)) {
          if (!this.#matcher.hasVisible(pairAt)) continue;
          into.add(this.#textOf(this.#texts.nameSymbol(nameAt)));
          break;
        }
      }
      return;
    }
    this.#matcher.each(matchers, () =>
      this.#eachPair((pairAt) => into.add(this.#textOf(this.#texts.nameOf(pairAt)))),
    );
  }

  labelValues(name: string, matchers: readonly Matcher[] | undefined, into: Set<string>): void {
    const nameAt = this.#matcher.nameRecord(name);
    if (nameAt === 0) return;
    if (matchers === undefined || matchers.every((matcher) => matcher.name === name)) {
      for (const pairAt of this.#texts.pairs(nameAt)) {
        const value = this.#textOf(this.#texts.valueOf(pairAt));
        const passes = matchers === undefined || matchers.every((matcher) => matcher.matches(value));
        if (passes && this.#matcher.hasVisible(pairAt)) into.add(value);
      }
      return;
    }
    const nameSymbol = this.#texts.nameSymbol(nameAt);
    this.#matcher.each(matchers, () =>
      this.#eachPair((pairAt) => {
        if (this.#texts.nameOf(pairAt) === nameSymbol) into.add(this.#textOf(this.#texts.valueOf(pairAt)));
      }),
    );
  }

  /** The label pairs of the series at which the row reader stands. */
  #eachPair(visit: (pairAt: number) => void): void {
    const { labelsAt, labelCount } = this.#reader;
    for (let i = 0; i < labelCount; i++) visit(this.#views.word(labelsAt + i * 4));
  }

  #textOf(symbolAt: number): string {
    let text = this.#decoded.get(symbolAt);
    if (text === undefined) {
      text = this.#texts.text(symbolAt);
      this.#decoded.set(symbolAt, text);
    }
    return text;
  }

  close(): void {
    this.#leave();
  }
}

function isOf(part: HeadPart | undefined, { isLate }: VisibleChunk): boolean {
  return part === undefined || (part === 'late') === isLate;
}

interface SeriesParts {
  readonly rows: readonly number[];
  readonly window: TimeWindow;
  readonly deletions: Tombstones;
  readonly reader: RowReader;
  readonly part: HeadPart | undefined;
  readonly views: HeadViews;
  readonly mapped: MappedChunks;
  readonly kernels: Kernels;
  labels(labelsAt: number, count: number): LabelIds;
  isSpared(seen: VisibleChunk): boolean;
}

class ArenaSeries implements MatchedSeries {
  readonly #parts: SeriesParts;

  constructor(parts: SeriesParts) {
    this.#parts = parts;
  }

  get count(): number {
    return this.#parts.rows.length;
  }

  labels(index: number): LabelIds {
    const { reader, rows } = this.#parts;
    reader.read(rows[index] as number);
    return this.#parts.labels(reader.labelsAt, reader.labelCount);
  }

  /** Series without a chunk in the window were left out when they were matched. */
  overlaps(): boolean {
    return true;
  }

  load(index: number, into: ColumnWriter): void {
    const seen = this.#seen(index);
    const deleted = this.#parts.deletions.get(this.#parts.reader.ref);
    if (deleted === undefined) loadChunks(seen, this.#parts, into);
    else loadKept(seen, deleted, this.#parts, into);
  }

  chunks(index: number): readonly ChunkBytes[] {
    const seen = this.#seen(index);
    const deleted = this.#parts.deletions.get(this.#parts.reader.ref);
    if (deleted === undefined) return wholeChunks(seen, this.#parts);
    const { isSpared } = this.#parts;
    const spared = wholeChunks(seen.filter(isSpared), this.#parts);
    const others = wholeChunks(
      seen.filter((each) => !isSpared(each)),
      this.#parts,
    );
    const kept = others.flatMap((chunk) => dropDeleted(chunk, deleted));
    return [...kept, ...spared].sort((a, b) => a.mintMs - b.mintMs);
  }

  /** The row reader stands at the series afterwards. */
  #seen(index: number): VisibleChunk[] {
    const { reader, rows, window, part } = this.#parts;
    reader.read(rows[index] as number);
    return reader
      .chunks()
      .filter((seen) => isOf(part, seen) && seen.mintMs <= window.maxtMs && seen.maxtMs >= window.mintMs);
  }

  close(): void {}
}
