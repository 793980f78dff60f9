import type { Labels, Matcher } from '../../../src/model/index.js';
import type { ChunkBytes, LabelIds, TimeWindow } from '../../../src/storage/index.js';
import type { MatchedSeries, SampleSource } from '../../../src/tsdb/select/index.js';

export interface ChunkSeries {
  readonly labels: Labels;
  readonly chunks: readonly ChunkBytes[];
}

/** A source of chunks at hand, their order left as it is. */
export class ChunkSource implements SampleSource {
  readonly window: TimeWindow;
  readonly #series: readonly ChunkSeries[];
  isClosed = false;
  openMatches = 0;

  constructor(series: readonly ChunkSeries[]) {
    this.#series = series;
    const chunks = series.flatMap((one) => one.chunks);
    this.window = {
      mintMs: chunks.reduce((least, { mintMs }) => Math.min(least, mintMs), Number.POSITIVE_INFINITY),
      maxtMs: chunks.reduce((most, { maxtMs }) => Math.max(most, maxtMs), Number.NEGATIVE_INFINITY),
    };
  }

  match(request: Parameters<SampleSource['match']>[0]): MatchedSeries {
    const found = this.#matching(request.matchers);
    const ids = found.map(({ labels }) => request.symbols.internLabels(labels));
    const inWindow = (index: number): readonly ChunkBytes[] =>
      (found[index] as ChunkSeries).chunks.filter(
        (chunk) => chunk.mintMs <= request.maxtMs && chunk.maxtMs >= request.mintMs,
      );
    this.openMatches++;
    return {
      count: found.length,
      labels: (index) => ids[index] as LabelIds,
      load(index, into) {
        const { scope } = into;
        for (const { encoding, bytes } of inWindow(index)) {
          const at = scope.alloc(bytes.length);
          scope.kernels.bytes.set(bytes, at);
          const fault = into.appendChunk(encoding, at, bytes.length);
          scope.free(at);
          if (fault !== 0) throw new Error(`fault ${fault}`);
        }
      },
      overlaps: (index) => inWindow(index).length > 0,
      chunks: (index) => [...inWindow(index)].sort((a, b) => a.mintMs - b.mintMs),
      close: () => {
        this.openMatches--;
      },
    };
  }

  labelNames(matchers: readonly Matcher[] | undefined, into: Set<string>): void {
    for (const { labels } of this.#matching(matchers ?? [])) for (const [name] of labels) into.add(name);
  }

  labelValues(name: string, matchers: readonly Matcher[] | undefined, into: Set<string>): void {
    for (const { labels } of this.#matching(matchers ?? [])) {
      const value = labels.get(name);
      if (value !== '') into.add(value);
    }
  }

  close(): void {
    this.isClosed = true;
  }

  #matching(matchers: readonly Matcher[]): ChunkSeries[] {
    return this.#series.filter(({ labels }) => matchers.every((one) => one.matches(labels.get(one.name))));
  }
}
