import { CorruptionError } from '../../base/index.js';
import { KernelScope, type Kernels } from '../../kernels/index.js';
import {
  type ChunkBytes,
  type ChunkSeriesSet,
  type LabelIds,
  mergeChunks,
  type SelectRequest,
  type SeriesColumns,
  type SeriesSet,
  type TimeWindow,
} from '../../storage/index.js';
import type { MatchedSeries, SampleSource } from './contracts.js';
import { type Join, type JoinedSeries, joinSeries } from './join-series.js';
import { KernelColumnWriter } from './kernel-column-writer.js';

const noLabels: LabelIds = new Uint32Array(0);
const noColumns: SeriesColumns = { length: 0, timestamps: new Float64Array(0), values: new Float64Array(0) };

/**
 * The series of all sources, which come in the order of their times: where two have a sample of the same time, the
 * one named first decides. `kernels` is where columns are decoded when the request names no memory. The sources are
 * asked at the first `next`.
 */
export function selectFrom(
  sources: readonly SampleSource[],
  request: SelectRequest,
  kernels: Kernels,
  warnings: readonly string[] = [],
): SeriesSet {
  return new JoinedSeriesSet(new Walk(sources, request), kernels, warnings);
}

/** As `selectFrom`, undecoded; chunks that overlap are decoded, merged and cut anew. */
export function selectChunksFrom(
  sources: readonly SampleSource[],
  request: SelectRequest,
  warnings: readonly string[] = [],
): ChunkSeriesSet {
  return new JoinedChunkSeriesSet(new Walk(sources, request), warnings);
}

export function overlaps(a: TimeWindow, b: TimeWindow): boolean {
  return a.mintMs <= b.maxtMs && b.mintMs <= a.maxtMs;
}

/** Steps through the joined series. */
class Walk {
  readonly request: SelectRequest;
  readonly #sources: readonly SampleSource[];
  readonly #matched: MatchedSeries[] = [];
  #joined: JoinedSeries | undefined;
  #at = -1;

  constructor(sources: readonly SampleSource[], request: SelectRequest) {
    this.request = request;
    this.#sources = sources.filter((source) => overlaps(source.window, request));
  }

  next(): boolean {
    this.#joined ??= this.#join();
    if (this.#at < this.#joined.order.length) this.#at++;
    return this.#at < this.#joined.order.length;
  }

  get labels(): LabelIds {
    return this.#joined?.labels[this.#series] ?? noLabels;
  }

  /** The current series in each source that has it. */
  visit(visit: (matched: MatchedSeries, index: number) => void): void {
    this.#joined?.visit(this.#series, (source, index) =>
      visit(this.#matched[source] as MatchedSeries, index),
    );
  }

  /** Whether `test` says yes of a source that has the current series. */
  some(test: (matched: MatchedSeries, index: number) => boolean): boolean {
    return (
      this.#joined?.some(this.#series, (source, index) =>
        test(this.#matched[source] as MatchedSeries, index),
      ) === true
    );
  }

  close(): void {
    for (const matched of this.#matched.splice(0)) matched.close();
    this.#joined = { labels: [], order: new Uint32Array(0), visit: () => undefined, some: () => false };
  }

  get #series(): number {
    return this.#joined?.order[this.#at] ?? 0;
  }

  #join(): JoinedSeries {
    const { symbols, sorted, onDamage } = this.request;
    let joined: Join;
    try {
      for (const source of this.#sources) this.#matched.push(source.match(this.request));
      joined = joinSeries(this.#matched);
    } catch (error) {
      if (onDamage === undefined || !(error instanceof CorruptionError)) throw error;
      joined = this.#joinSound(onDamage);
    }
    joined.arrange(sorted ? symbols : undefined);
    return joined;
  }

  /** Without the sources one of whose series cannot be told. */
  #joinSound(onDamage: (damage: CorruptionError) => void): Join {
    for (const matched of this.#matched.splice(0)) matched.close();
    for (const source of this.#sources) {
      let matched: MatchedSeries | undefined;
      try {
        matched = source.match(this.request);
        for (let index = 0; index < matched.count; index++) matched.labels(index);
        this.#matched.push(matched);
      } catch (error) {
        matched?.close();
        if (!(error instanceof CorruptionError)) throw error;
        onDamage(error);
      }
    }
    return joinSeries(this.#matched);
  }
}

/** Whoever asks for labels alone names this function (web/api/v1/api.go, series). */
const labelsAlone = 'series';

/**
 * Series without a sample in the window appear, but where they would be counted or where labels alone are asked for.
 * Those are answered without reading samples: a chunk that overlaps the window is enough, as upstream has it.
 */
class JoinedSeriesSet implements SeriesSet {
  readonly warnings: readonly string[];
  readonly #walk: Walk;
  readonly #scope: KernelScope;
  readonly #ownsScope: boolean;
  readonly #writer: KernelColumnWriter;
  #columns: SeriesColumns | undefined = noColumns;
  #yielded = 0;

  constructor(walk: Walk, kernels: Kernels, warnings: readonly string[]) {
    this.#walk = walk;
    this.warnings = warnings;
    this.#ownsScope = walk.request.scope === undefined;
    this.#scope = walk.request.scope ?? new KernelScope(kernels);
    this.#writer = new KernelColumnWriter(this.#scope, walk.request);
  }

  next(): boolean {
    const { limit = 0, hints } = this.#walk.request;
    if (limit > 0 && this.#yielded >= limit) return false;
    while (this.#walk.next()) {
      this.#columns = undefined;
      if (hints?.func === labelsAlone ? !this.#exists() : limit > 0 && this.columns.length === 0) continue;
      this.#yielded++;
      return true;
    }
    this.#columns = noColumns;
    return false;
  }

  get labels(): LabelIds {
    return this.#walk.labels;
  }

  get columns(): SeriesColumns {
    this.#columns ??= this.#load();
    return this.#columns;
  }

  close(): void {
    this.#columns = noColumns;
    this.#walk.close();
    this.#writer.close();
    if (this.#ownsScope) this.#scope.close();
  }

  #exists(): boolean {
    let isKnown = true;
    const exists = this.#walk.some((matched, index) => {
      const answer = matched.overlaps?.(index);
      isKnown &&= answer !== undefined;
      return answer === true;
    });
    return exists || (!isKnown && this.columns.length > 0);
  }

  #load(): SeriesColumns {
    const writer = this.#writer;
    writer.reset();
    this.#walk.visit((matched, index) => matched.load(index, writer));
    const { columns } = writer;
    if (!this.#ownsScope || columns.place === undefined) return columns;
    const { length, timestamps, values } = columns;
    return { length, timestamps, values };
  }
}

class JoinedChunkSeriesSet implements ChunkSeriesSet {
  readonly warnings: readonly string[];
  readonly #walk: Walk;
  #chunks: readonly ChunkBytes[] = [];
  #yielded = 0;

  constructor(walk: Walk, warnings: readonly string[]) {
    this.#walk = walk;
    this.warnings = warnings;
  }

  /** Series without a chunk in the window are passed over. */
  next(): boolean {
    const { limit = 0 } = this.#walk.request;
    this.#chunks = [];
    if (limit > 0 && this.#yielded >= limit) return false;
    while (this.#walk.next()) {
      const lists: (readonly ChunkBytes[])[] = [];
      this.#walk.visit((matched, index) => {
        for (const list of inOrder(matched.chunks(index))) lists.push(list);
      });
      this.#chunks = mergeChunks(lists);
      if (this.#chunks.length === 0) continue;
      this.#yielded++;
      return true;
    }
    return false;
  }

  get labels(): LabelIds {
    return this.#walk.labels;
  }

  get chunks(): readonly ChunkBytes[] {
    return this.#chunks;
  }

  close(): void {
    this.#chunks = [];
    this.#walk.close();
  }
}

/** One list; or one for each chunk where some overlap. */
function inOrder(chunks: readonly ChunkBytes[]): (readonly ChunkBytes[])[] {
  for (let i = 1; i < chunks.length; i++)
    if ((chunks[i] as ChunkBytes).mintMs <= (chunks[i - 1] as ChunkBytes).maxtMs)
      return chunks.map((chunk) => [chunk]);
  return [chunks];
}
