import type { Matcher } from '../../model/index.js';
import { type Expr, expressionsIn, type VectorSelector } from '../../promql/index.js';
import type { TimeWindow } from '../../storage/index.js';
import type { QueryParser, QueryShape } from '../../web/index.js';

/** What the store can say of a request without doing it. */
export interface StoreFigures {
  readonly seriesCount: number;
  /** Samples from this time on stand in memory alone: no file is read for them. */
  readonly memoryFromMs: number;
  /** At most so many series match in memory. */
  seriesBound(matchers: readonly Matcher[]): number;
  /** Blocks that have a part of the window. */
  blockCount(window: TimeWindow): number;
  /** At most so many series match in those, one that stands in several counted in each. Reads a little of each. */
  blockSeriesBound(matchers: readonly Matcher[], window: TimeWindow): number;
}

export interface QueryCost {
  /** Of computing time, on the high side. */
  readonly microseconds: number;
  /** Reads of files, about; 0 where nothing outside of memory is touched, Infinity where that is not known. */
  readonly reads: number;
}

/** Costs by experience on one core of a server, µs. */
const perRequest = 80;
const perSeries = 4;
const perSample = 0.02;
const perStep = 0.2;
const perLabelSeries = 1;
const perBlock = 50;
/** Postings, series, chunks. */
const readsOfBlock = 4;
/** With more of them it does not matter how many series there are. */
export const fewReads = 16;
/** Samples are rarely closer than that. */
const assumedIntervalMs = 10_000;
/** Longer texts cost too much to parse where requests are answered. */
const maxTextLength = 2000;
const maxTexts = 256;

const unknownCost: QueryCost = { microseconds: Number.POSITIVE_INFINITY, reads: Number.POSITIVE_INFINITY };
const refused: QueryCost = { microseconds: 0, reads: 0 };

/** One selector of a query. */
interface Selection {
  readonly matchers: readonly Matcher[];
  /** How much time before a step it reads. */
  readonly spanMs: number;
  /** How far back from a step it begins to read. */
  readonly reachMs: number;
}

interface QueryParts {
  readonly selections: readonly Selection[];
  /** Steps of subqueries within one step. */
  readonly innerSteps: number;
  /** What it reads can not be told from its steps: `@`, expressions as durations. */
  readonly isPinned: boolean;
}

/** Estimates what a request costs, from its text and what the store knows of its matchers. */
export class CostModel {
  readonly #parser: QueryParser;
  readonly #lookbackDeltaMs: number;
  readonly #parts = new Map<string, QueryParts | undefined>();

  constructor({ parser, lookbackDeltaMs }: { parser: QueryParser; lookbackDeltaMs: number }) {
    this.#parser = parser;
    this.#lookbackDeltaMs = lookbackDeltaMs;
  }

  estimate(shape: QueryShape, store: StoreFigures): QueryCost {
    return shape.kind === 'query' ? this.#queryCost(shape, store) : this.#labelCost(shape, store);
  }

  #queryCost(shape: Extract<QueryShape, { kind: 'query' }>, store: StoreFigures): QueryCost {
    if (shape.query.length > maxTextLength) return unknownCost;
    const parts = this.#partsOf(shape.query);
    // It does not parse; saying so is cheap.
    if (parts === undefined) return refused;
    const steps = shape.steps * parts.innerSteps;
    let microseconds = perRequest + steps * perStep;
    let reads = parts.isPinned ? Number.POSITIVE_INFINITY : 0;
    for (const { matchers, spanMs, reachMs } of parts.selections) {
      const samples = (shape.endMs - shape.startMs + spanMs) / assumedIntervalMs;
      let series = store.seriesBound(matchers);
      const window = { mintMs: shape.startMs - reachMs, maxtMs: shape.endMs };
      if (window.mintMs < store.memoryFromMs) {
        const blocks = store.blockCount(window);
        microseconds += blocks * perBlock;
        // Where no block has it, a file of the head's chunks may.
        reads += Math.max(1, blocks) * readsOfBlock;
        if (reads <= fewReads) series += store.blockSeriesBound(matchers, window);
      }
      microseconds += series * (perSeries + samples * perSample + steps * perStep);
    }
    return { microseconds, reads };
  }

  #labelCost({ selectors, window }: Extract<QueryShape, { kind: 'labels' }>, store: StoreFigures): QueryCost {
    const reads = window.mintMs >= store.memoryFromMs ? 0 : Number.POSITIVE_INFINITY;
    if (selectors.length === 0) {
      // Names and values stand apart from the series; there are far fewer of them.
      return { microseconds: perRequest + (store.seriesCount * perLabelSeries) / 50, reads };
    }
    let microseconds = perRequest;
    for (const text of selectors) {
      if (text.length > maxTextLength) return unknownCost;
      const [selection] = this.#partsOf(text)?.selections ?? [];
      if (selection !== undefined) microseconds += store.seriesBound(selection.matchers) * perLabelSeries;
    }
    return { microseconds, reads };
  }

  /** Undefined when the text does not parse. */
  #partsOf(text: string): QueryParts | undefined {
    if (this.#parts.has(text)) return this.#parts.get(text);
    let parts: QueryParts | undefined;
    try {
      parts = queryParts(this.#parser.parse(text), this.#lookbackDeltaMs);
    } catch {
      parts = undefined;
    }
    const [oldest] = this.#parts.keys();
    if (this.#parts.size >= maxTexts && oldest !== undefined) this.#parts.delete(oldest);
    this.#parts.set(text, parts);
    return parts;
  }
}

function queryParts(expr: Expr, lookbackDeltaMs: number): QueryParts {
  const found = expressionsIn(expr);
  const ranges = new Map<VectorSelector, number>();
  let innerSteps = 1;
  let innerMs = 0;
  let innerOffsetMs = 0;
  let isPinned = false;
  for (const node of found) {
    if (node.kind === 'matrix-selector') {
      ranges.set(node.selector, node.rangeMs);
      isPinned ||= node.rangeExpr !== undefined;
    } else if (node.kind === 'subquery') {
      innerSteps *= Math.ceil(node.rangeMs / (node.stepMs || assumedIntervalMs)) + 1;
      innerMs += node.rangeMs;
      innerOffsetMs += Math.max(0, node.offsetMs);
      isPinned ||= node.at !== undefined || node.rangeExpr !== undefined || node.offsetExpr !== undefined;
    } else if (node.kind === 'vector-selector') {
      isPinned ||= node.at !== undefined || node.offsetExpr !== undefined;
    }
  }
  const selections = found
    .filter((node) => node.kind === 'vector-selector')
    .map((selector): Selection => {
      const spanMs = Math.max(ranges.get(selector) ?? 0, lookbackDeltaMs) + innerMs;
      return { matchers: selector.matchers, spanMs, reachMs: spanMs + selector.offsetMs + innerOffsetMs };
    });
  return { selections, innerSteps, isPinned };
}
