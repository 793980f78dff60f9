import { assert } from '../../base/index.js';
import type { ChunkBytes, LabelIds, SymbolTable } from '../../storage/index.js';
import { dropDeleted } from '../block/index.js';
import type { ColumnWriter, MatchedSeries, MatchRequest, SampleSource } from '../select/index.js';
import type { DeletedInterval } from '../tombstones/index.js';
import type { SeriesDeletion } from './log-deletions.js';

/** Kernels read whole words beyond the end. */
const slackBytes = 16;

/** A source without what is deleted of it. */
export function withoutDeleted(source: SampleSource, deletions: readonly SeriesDeletion[]): SampleSource {
  if (deletions.length === 0) return source;
  return {
    window: source.window,
    match: (request: MatchRequest) =>
      new KeptSeries(source.match(request), deletedBySeries(deletions, request.symbols)),
    labelNames: (matchers, into) => source.labelNames(matchers, into),
    labelValues: (name, matchers, into) => source.labelValues(name, matchers, into),
    close: () => source.close(),
  };
}

type DeletedBySeries = ReadonlyMap<string, readonly DeletedInterval[]>;

const keyOf = (labels: LabelIds | readonly number[]): string => labels.join();

function deletedBySeries(deletions: readonly SeriesDeletion[], symbols: SymbolTable): DeletedBySeries {
  const deleted = new Map<string, readonly DeletedInterval[]>();
  for (const { labels, intervals } of deletions)
    deleted.set(keyOf(labels.pairs.map((text) => symbols.intern(text))), intervals);
  return deleted;
}

class KeptSeries implements MatchedSeries {
  readonly #all: MatchedSeries;
  readonly #deleted: DeletedBySeries;

  constructor(all: MatchedSeries, deleted: DeletedBySeries) {
    this.#all = all;
    this.#deleted = deleted;
  }

  get count(): number {
    return this.#all.count;
  }

  labels(index: number): LabelIds {
    return this.#all.labels(index);
  }

  load(index: number, into: ColumnWriter): void {
    if (this.#intervals(index) === undefined) {
      this.#all.load(index, into);
      return;
    }
    const { scope } = into;
    for (const { encoding, bytes } of this.chunks(index)) {
      const at = scope.alloc(bytes.length + slackBytes);
      try {
        scope.kernels.bytes.set(bytes, at);
        assert(into.appendChunk(encoding, at, bytes.length) === 0, 'chunks that were read decode');
      } finally {
        scope.free(at);
      }
    }
  }

  chunks(index: number): readonly ChunkBytes[] {
    const chunks = this.#all.chunks(index);
    const intervals = this.#intervals(index);
    return intervals === undefined ? chunks : chunks.flatMap((chunk) => dropDeleted(chunk, intervals));
  }

  #intervals(index: number): readonly DeletedInterval[] | undefined {
    return this.#deleted.get(keyOf(this.#all.labels(index)));
  }

  close(): void {
    this.#all.close();
  }
}
