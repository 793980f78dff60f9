import { CorruptionError } from '../../base/index.js';
import type { Kernels } from '../../kernels/index.js';
import type { Matcher } from '../../model/index.js';
import { type Block, matchSeries } from '../block/index.js';
import { type IndexSymbols, SeriesEntry } from '../index/index.js';
import { analyzeChunks, type ChunkAnalysis, type ChunkRequest } from './analyze-chunks.js';
import { largest } from './largest.js';
import { PairTable } from './pair-table.js';

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
  /** Where given, every chunk is read as well, in their memory. */
  readonly kernels?: Kernels | undefined;
  /** Called while chunks are read, with how much of them is done, from 0 to 1. */
  readonly onShare?: ((share: number) => void) | undefined;
}

/** Walks once over the series of a block. Throws `CorruptionError`. Source: cmd/promtool/tsdb.go `analyzeBlock`. */
export function analyzeBlock(block: Block, options: AnalyzeOptions): BlockAnalysis {
  const { matchers, limit, kernels, onShare } = options;
  const { meta, index } = block;
  const scanner = index.scanner();
  const ids = matchers === undefined ? scanner.postings('', '') : matchSeries(index, matchers);
  const rangeMs = meta.endMs - meta.mintMs;
  let valueCount = 0;
  for (const name of index.table.names()) valueCount += index.table.valueCount(name);
  const pairs = new PairTable(valueCount);
  /** The pairs of the series before, by their place: neighbours share many. */
  const previous: number[] = [];
  const entry = new SeriesEntry();
  let entryCount = 0;
  for (const id of ids) {
    scanner.series(id, entry);
    entry.readChunks();
    const { labelCount, symbols, chunkCount, mintMs, maxtMs } = entry;
    const covered = chunkCount === 0 ? 0 : (maxtMs[chunkCount - 1] as number) - (mintMs[0] as number);
    entryCount += labelCount;
    for (let i = 0; i < labelCount; i++) {
      const guess = i < previous.length ? (previous[i] as number) : 0;
      const name = symbols[2 * i] as number;
      previous[i] = pairs.add(name, symbols[2 * i + 1] as number, rangeMs - covered, guess);
    }
  }
  index.giveBack(scanner);
  const names = namesOf(pairs, index.symbols);
  return {
    ulid: meta.ulid,
    durationMs: rangeMs,
    seriesCount: meta.stats.numSeries ?? 0,
    ...(matchers === undefined ? {} : { matchedCount: ids.length }),
    labelNameCount: names.length,
    pairCount: pairs.size,
    entryCount,
    ...listsOf({ pairs, names, rangeMs, limit, textOf: (symbol) => index.symbols.text(symbol) }),
    ...(kernels === undefined ? {} : chunksOf({ block, ids, kernels, onShare })),
  };
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
function namesOf(pairs: PairTable, symbols: IndexSymbols): readonly NameFigures[] {
  const names = new Map<number, NameFigures>();
  for (let pair = 0; pair < pairs.size; pair++) {
    const symbol = pairs.firsts[pair] as number;
    let figures = names.get(symbol);
    if (figures === undefined) {
      figures = { symbol, name: symbols.text(symbol), uncoveredMs: 0, valueCount: 0, valueBytes: 0 };
      names.set(symbol, figures);
    }
    figures.uncoveredMs += pairs.sums[pair] as number;
    figures.valueCount++;
    figures.valueBytes += symbols.byteLength(pairs.seconds[pair] as number);
  }
  return [...names.values()].sort((a, b) => a.symbol - b.symbol);
}

interface Figures {
  readonly pairs: PairTable;
  readonly names: readonly NameFigures[];
  readonly rangeMs: number;
  readonly limit: number;
  readonly textOf: (symbol: number) => string;
}

function listsOf({ pairs, names, rangeMs, limit, textOf }: Figures) {
  const { firsts, seconds, counts, sums, size } = pairs;
  const share = (sumMs: number): number => Math.trunc(sumMs / rangeMs);
  const ofPairs = (figureOf: (pair: number) => number): readonly CountedKey[] =>
    largest(size, limit, figureOf).map((pair) => ({
      key: `${textOf(firsts[pair] as number)}=${textOf(seconds[pair] as number)}`,
      count: figureOf(pair),
    }));
  const ofNames = (figure: (name: NameFigures) => number): readonly CountedKey[] =>
    largest(names.length, limit, (i) => figure(names[i] as NameFigures)).map((i) => {
      const name = names[i] as NameFigures;
      return { key: name.name, count: figure(name) };
    });
  const metricName = names.find(({ name }) => name === '__name__')?.symbol;
  const metrics: number[] = [];
  for (let pair = 0; pair < size; pair++) if (firsts[pair] === metricName) metrics.push(pair);
  const seriesOf = (i: number): number => counts[metrics[i] as number] as number;
  return {
    churningPairs: ofPairs((pair) => share(sums[pair] as number)),
    churningNames: ofNames(({ uncoveredMs }) => share(uncoveredMs)),
    commonPairs: ofPairs((pair) => counts[pair] as number),
    longestNames: ofNames(({ valueBytes }) => valueBytes),
    mostValues: ofNames(({ valueCount }) => valueCount),
    largestMetrics: largest(metrics.length, limit, seriesOf).map((i) => ({
      key: textOf(seconds[metrics[i] as number] as number),
      count: seriesOf(i),
    })),
  };
}
