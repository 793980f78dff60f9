import { CorruptionError } from '../../base/index.js';
import { KernelScope, type Kernels } from '../../kernels/index.js';
import type { Matcher } from '../../model/index.js';
import { type Block, matchSeries } from '../block/index.js';
import type { IndexReader, IndexSymbols } from '../index/index.js';
import { analyzeChunks, type ChunkAnalysis, type ChunkRequest } from './analyze-chunks.js';
import { largest } from './largest.js';
import { type CountedPairs, PairCounts } from './pair-counts.js';

export interface CountedKey {
  readonly key: string;
  readonly count: number;
}

/** What the labels of a block's series cost. Lists begin with the largest; of equals, what comes first in the index. */
export interface BlockAnalysis {
  readonly ulid: string;
  readonly durationMs: number;
  /** Of the whole block. */
  readonly seriesCount: number;
  /** Absent where no selector was given. */
  readonly matchedCount?: number;
  readonly labelNameCount: number;
  readonly pairCount: number;
  readonly entryCount: number;
  /** Series that a pair would have had to be missing from for the whole time of the block. */
  readonly churningPairs: readonly CountedKey[];
  readonly churningNames: readonly CountedKey[];
  readonly commonPairs: readonly CountedKey[];
  /** Bytes of all values of a name. */
  readonly longestNames: readonly CountedKey[];
  readonly mostValues: readonly CountedKey[];
  readonly largestMetrics: readonly CountedKey[];
  /** Where they were asked for and can be read. */
  readonly chunks?: ChunkAnalysis;
  /** Why they cannot be read; then the rest was to be told all the same. */
  readonly chunkDamage?: CorruptionError;
}

export interface AnalyzeOptions {
  /** Entries of each list. */
  readonly limit: number;
  readonly matchers?: readonly Matcher[] | undefined;
  readonly kernels: Kernels;
  /** Whether every chunk is read as well. */
  readonly extended: boolean;
  /** Called while chunks are read, with how much of them is done, from 0 to 1. */
  readonly onShare?: ((share: number) => void) | undefined;
}

/** Walks once over the series of a block. Throws `CorruptionError`. Source: cmd/promtool/tsdb.go `analyzeBlock`. */
export function analyzeBlock(block: Block, options: AnalyzeOptions): BlockAnalysis {
  const { matchers, limit, kernels, extended, onShare } = options;
  const { meta, index } = block;
  const ids = matchers === undefined ? allSeries(index) : matchSeries(index, matchers);
  const rangeMs = meta.endMs - meta.mintMs;
  const pairs = countPairs(index, { ids, rangeMs, kernels });
  const names = namesOf(pairs, index.symbols);
  return {
    ulid: meta.ulid,
    durationMs: rangeMs,
    seriesCount: meta.stats.numSeries ?? 0,
    ...(matchers === undefined ? {} : { matchedCount: ids.length }),
    labelNameCount: names.length,
    pairCount: pairs.size,
    entryCount: pairs.labelCount,
    ...listsOf({ pairs, names, rangeMs, limit, textOf: (symbol) => index.symbols.text(symbol) }),
    ...(extended ? chunksOf({ block, ids, kernels, onShare }) : {}),
  };
}

function allSeries(index: IndexReader): Uint32Array {
  const scanner = index.scanner();
  const ids = scanner.postings('', '');
  index.giveBack(scanner);
  return ids;
}

function countPairs(
  index: IndexReader,
  { ids, rangeMs, kernels }: { ids: Uint32Array; rangeMs: number; kernels: Kernels },
): CountedPairs {
  let expected = 0;
  for (const name of index.table.names()) expected += index.table.valueCount(name);
  const scope = new KernelScope(kernels);
  try {
    const counts = new PairCounts(scope, index, { rangeMs, expected });
    counts.add(ids);
    return counts.result;
  } finally {
    scope.close();
  }
}

function chunksOf(request: ChunkRequest): Pick<BlockAnalysis, 'chunks' | 'chunkDamage'> {
  try {
    return { chunks: analyzeChunks(request) };
  } catch (error) {
    if (!(error instanceof CorruptionError)) throw error;
    return { chunkDamage: error };
  }
}

/** What the pairs of one name have in sum. */
interface NameFigures {
  readonly symbol: number;
  readonly name: string;
  uncoveredMs: number;
  valueCount: number;
  valueBytes: number;
}

/** In the order of the names. */
function namesOf(pairs: CountedPairs, symbols: IndexSymbols): readonly NameFigures[] {
  const names = new Map<number, NameFigures>();
  for (let pair = 0; pair < pairs.size; pair++) {
    const symbol = pairs.names[pair] as number;
    let figures = names.get(symbol);
    if (figures === undefined) {
      figures = { symbol, name: symbols.text(symbol), uncoveredMs: 0, valueCount: 0, valueBytes: 0 };
      names.set(symbol, figures);
    }
    figures.uncoveredMs += pairs.sums[pair] as number;
    figures.valueCount++;
    figures.valueBytes += symbols.byteLength(pairs.values[pair] as number);
  }
  return [...names.values()].sort((a, b) => a.symbol - b.symbol);
}

interface Figures {
  readonly pairs: CountedPairs;
  readonly names: readonly NameFigures[];
  readonly rangeMs: number;
  readonly limit: number;
  readonly textOf: (symbol: number) => string;
}

function listsOf({ pairs, names, rangeMs, limit, textOf }: Figures) {
  const { names: nameSymbols, values, counts, sums, size } = pairs;
  const share = (sumMs: number): number => Math.trunc(sumMs / rangeMs);
  const ofPairs = (figureOf: (pair: number) => number): readonly CountedKey[] =>
    largest(size, limit, figureOf).map((pair) => ({
      key: `${textOf(nameSymbols[pair] as number)}=${textOf(values[pair] as number)}`,
      count: figureOf(pair),
    }));
  const ofNames = (figure: (name: NameFigures) => number): readonly CountedKey[] =>
    largest(names.length, limit, (i) => figure(names[i] as NameFigures)).map((i) => {
      const name = names[i] as NameFigures;
      return { key: name.name, count: figure(name) };
    });
  const metricName = names.find(({ name }) => name === '__name__')?.symbol;
  const metrics: number[] = [];
  for (let pair = 0; pair < size; pair++) if (nameSymbols[pair] === metricName) metrics.push(pair);
  const seriesOf = (i: number): number => counts[metrics[i] as number] as number;
  return {
    churningPairs: ofPairs((pair) => share(sums[pair] as number)),
    churningNames: ofNames(({ uncoveredMs }) => share(uncoveredMs)),
    commonPairs: ofPairs((pair) => counts[pair] as number),
    longestNames: ofNames(({ valueBytes }) => valueBytes),
    mostValues: ofNames(({ valueCount }) => valueCount),
    largestMetrics: largest(metrics.length, limit, seriesOf).map((i) => ({
      key: textOf(values[metrics[i] as number] as number),
      count: seriesOf(i),
    })),
  };
}
