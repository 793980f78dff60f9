import type { Matcher } from '../../model/index.js';
import { type Expr, expressionsIn, type VectorSelector } from '../../promql/index.js';
import type { QueryParser, QueryShape } from '../../web/index.js';

/** What the store can say of a request without doing it. */
export interface StoreFigures {
  readonly seriesCount: number;
  /** Samples from this time on stand in memory alone: no file is read for them. */
  readonly memoryFromMs: number;
  /** At most so many series match. */
  seriesBound(matchers: readonly Matcher[]): number;
}

export interface QueryCost {
  /** Of computing time, on the high side. */
  readonly microseconds: number;
  /** Nothing outside of memory is touched. */
  readonly isInMemory: boolean;
}

/** Costs by experience on one core of a server, µs. */
const perRequest = 80;
const perSeries = 4;
const perSample = 0.02;
const perStep = 0.2;
const perLabelSeries = 1;
/** Samples are rarely closer than that. */
const assumedIntervalMs = 10_000;
/** Longer texts cost too much to parse where requests are answered. */
const maxTextLength = 2000;
const maxTexts = 256;

const unknownCost: QueryCost = { microseconds: Number.POSITIVE_INFINITY, isInMemory: false };
const refused: QueryCost = { microseconds: 0, isInMemory: true };

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
    let isInMemory = !parts.isPinned;
    for (const { matchers, spanMs, reachMs } of parts.selections) {
      const samples = (shape.endMs - shape.startMs + spanMs) / assumedIntervalMs;
      microseconds += store.seriesBound(matchers) * (perSeries + samples * perSample + steps * perStep);
      if (shape.startMs - reachMs < store.memoryFromMs) isInMemory = false;
    }
    return { microseconds, isInMemory };
  }

  #labelCost({ selectors, window }: Extract<QueryShape, { kind: 'labels' }>, store: StoreFigures): QueryCost {
    const isInMemory = window.mintMs >= store.memoryFromMs;
    if (selectors.length === 0) {
      // Names and values stand apart from the series; there are far fewer of them.
      return { microseconds: perRequest + (store.seriesCount * perLabelSeries) / 50, isInMemory };
    }
    let microseconds = perRequest;
    for (const text of selectors) {
      if (text.length > maxTextLength) return unknownCost;
      const [selection] = this.#partsOf(text)?.selections ?? [];
      if (selection !== undefined) microseconds += store.seriesBound(selection.matchers) * perLabelSeries;
    }
    return { microseconds, isInMemory };
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
