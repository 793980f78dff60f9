import type { Kernels } from '../../kernels/index.js';
import type { Matcher } from '../../model/index.js';
import {
  type ExemplarSeries,
  type LabelRequest,
  mergeLabelAnswers,
  type Querier,
  type SelectRequest,
  type TimeWindow,
} from '../../storage/index.js';
import type { SampleSource } from './contracts.js';
import { overlaps, selectChunksFrom, selectFrom } from './select-from.js';

export interface SourceQuerierOptions {
  /** In the order of their times; closed with the querier. */
  readonly sources: readonly SampleSource[];
  /** Bounds all that is asked. */
  readonly window: TimeWindow;
  /** Where columns are decoded when a request names no memory. */
  readonly kernels: Kernels;
  /** What the sources lack: said with every answer. */
  readonly warnings?: readonly string[];
  readonly exemplars?: (
    request: LabelRequest,
  ) => readonly ExemplarSeries[] | Promise<readonly ExemplarSeries[]>;
  /** Called once, behind the sources. */
  readonly close?: () => void;
}

/** A querier over any number of sources. */
export function createSourceQuerier(options: SourceQuerierOptions): Querier {
  const { sources, window, kernels, exemplars, warnings = [] } = options;
  const narrowed = <Request extends TimeWindow>(request: Request): Request => ({
    ...request,
    mintMs: Math.max(request.mintMs, window.mintMs),
    maxtMs: Math.min(request.maxtMs, window.maxtMs),
  });
  let isClosed = false;
  return {
    select: (request: SelectRequest) => selectFrom(sources, narrowed(request), kernels, warnings),
    selectChunks: (request: SelectRequest) => selectChunksFrom(sources, narrowed(request), warnings),
    async labelNames(request) {
      const found = collect(sources, narrowed(request), (source, matchers, into) =>
        source.labelNames(matchers, into),
      );
      return mergeLabelAnswers([{ values: found, warnings }], request.limit);
    },
    async labelValues(name, request) {
      const found = collect(sources, narrowed(request), (source, matchers, into) =>
        source.labelValues(name, matchers, into),
      );
      return mergeLabelAnswers([{ values: found, warnings }], request.limit);
    },
    async selectExemplars(request) {
      return exemplars === undefined ? [] : exemplars(narrowed(request));
    },
    close() {
      if (isClosed) return;
      isClosed = true;
      for (const source of sources) source.close();
      options.close?.();
    },
  };
}

type Ask = (source: SampleSource, matchers: readonly Matcher[] | undefined, into: Set<string>) => void;

function collect(sources: readonly SampleSource[], request: LabelRequest, ask: Ask): string[] {
  const found = new Set<string>();
  for (const source of sources) {
    if (!overlaps(source.window, request)) continue;
    if (request.matcherSets.length === 0) ask(source, undefined, found);
    for (const matchers of request.matcherSets) ask(source, matchers, found);
  }
  return [...found];
}
