import type { Kernels } from '../../kernels/index.js';
import type { Matcher } from '../../model/index.js';
import type { SymbolTable, TimeWindow } from '../../storage/index.js';
import { SeriesEntry } from '../index/index.js';
import type { MatchedSeries, MatchRequest, SampleSource } from '../select/index.js';
import { type DeletedInterval, isDeleted } from '../tombstones/index.js';
import { type IdList, meets } from './id-lists.js';
import { entryCost, matchSeries, valueCost } from './match-series.js';
import { BlockSeries, overlaps } from './matched-series.js';
import type { Block } from './open-block.js';
import { SymbolIds } from './symbol-ids.js';

const nothingDeleted: readonly DeletedInterval[] = [];
/** Where the series of a query have fewer symbols than the block, a table of all would cost more than it saves. */
const symbolsOfSeries = 32;

/**
 * A block as a source of one query. `window` bounds what will be asked for; `kernels` are for who reads all chunks
 * undecoded. The block outlives the source.
 */
export function blockSource(options: {
  readonly block: Block;
  readonly window: TimeWindow;
  readonly kernels?: Kernels;
}): SampleSource {
  return new BlockSource(options.block, options.window, options.kernels);
}

class BlockSource implements SampleSource {
  readonly window: TimeWindow;
  readonly #block: Block;
  readonly #kernels: Kernels | undefined;
  #symbols: { readonly table: SymbolTable; readonly ids: SymbolIds } | undefined;

  constructor(block: Block, window: TimeWindow, kernels: Kernels | undefined) {
    this.#block = block;
    this.#kernels = kernels;
    this.window = {
      mintMs: Math.max(window.mintMs, block.meta.mintMs),
      maxtMs: Math.min(window.maxtMs, block.meta.endMs - 1),
    };
  }

  match({ matchers, symbols, mintMs, maxtMs }: MatchRequest): MatchedSeries {
    const block = this.#block;
    const ids = matchSeries(block.index, matchers);
    const { meta, tombstones } = block;
    const window = { mintMs, maxtMs };
    const holdsAll = mintMs <= meta.mintMs && maxtMs >= meta.endMs - 1;
    const left = holdsAll && tombstones.size === 0 ? ids : this.#withSamples(ids, window);
    return new BlockSeries({
      ...{ block, ids: left, window, kernels: this.#kernels },
      symbols: this.#symbolIds(symbols, left.length),
    });
  }

  #symbolIds(table: SymbolTable, seriesCount: number): SymbolIds {
    const { symbols } = this.#block.index;
    const isDense = symbols.limit < symbolsOfSeries * seriesCount;
    if (this.#symbols?.table !== table || (isDense && !this.#symbols.ids.isDense)) {
      this.#symbols = { table, ids: new SymbolIds(symbols, table, isDense) };
    }
    return this.#symbols.ids;
  }

  /** Without the series that have no chunk in the window, or none that is not deleted as a whole. */
  #withSamples(ids: IdList, window: TimeWindow): IdList {
    const { index, tombstones } = this.#block;
    const scanner = index.scanner();
    const entry = new SeriesEntry();
    const kept = new Uint32Array(ids.length);
    let count = 0;
    for (const id of ids) {
      scanner.series(id, entry);
      entry.readChunks();
      if (hasSamples(entry, window, tombstones.get(id) ?? nothingDeleted)) kept[count++] = id;
    }
    index.giveBack(scanner);
    return kept.subarray(0, count);
  }

  labelNames(matchers: readonly Matcher[] | undefined, into: Set<string>): void {
    const { index } = this.#block;
    if (matchers === undefined || matchers.length === 0) {
      for (const name of index.table.names()) into.add(name);
      return;
    }
    const names = this.#eachLabel(matchSeries(index, matchers), (found, name) => found.add(name));
    for (const symbol of names) into.add(index.symbols.text(symbol));
  }

  labelValues(name: string, matchers: readonly Matcher[] | undefined, into: Set<string>): void {
    const { index } = this.#block;
    const isOfName = matchers?.every((matcher) => matcher.name === name) !== false;
    if (isOfName) {
      index.table.walk(name, (value) => {
        if (matchers?.every((matcher) => matcher.matches(value)) !== false) into.add(value);
        return true;
      });
      return;
    }
    const candidates = this.#valuesToFind(name, matchers ?? [], into);
    if (candidates.size === 0) return;
    const ids = matchSeries(index, matchers ?? []);
    // A series has one value of the name at most: the postings of all values are no longer than the block's series.
    const postingsCost = candidates.size * valueCost + (this.#block.meta.stats.numSeries ?? ids.length);
    if (ids.length * entryCost <= postingsCost) this.#valuesOfSeries(name, ids, into);
    else {
      const scanner = index.scanner();
      for (const [value, offset] of candidates) if (meets(scanner.postingsAt(offset), ids)) into.add(value);
      index.giveBack(scanner);
    }
  }

  /** Values that are not found yet, with the places of their postings. */
  #valuesToFind(
    name: string,
    matchers: readonly Matcher[],
    found: ReadonlySet<string>,
  ): ReadonlyMap<string, number> {
    const own = matchers.filter((matcher) => matcher.name === name);
    const candidates = new Map<string, number>();
    this.#block.index.table.walk(name, (value, offset) => {
      if (!found.has(value) && own.every((matcher) => matcher.matches(value))) candidates.set(value, offset);
      return true;
    });
    return candidates;
  }

  #valuesOfSeries(name: string, ids: IdList, into: Set<string>): void {
    const { index } = this.#block;
    const isWanted = new Map<number, boolean>();
    const values = this.#eachLabel(ids, (found, symbol, value) => {
      let wanted = isWanted.get(symbol);
      if (wanted === undefined) {
        wanted = index.symbols.text(symbol) === name;
        isWanted.set(symbol, wanted);
      }
      if (wanted) found.add(value);
    });
    for (const symbol of values) into.add(index.symbols.text(symbol));
  }

  /** What `visit` put into the set over the labels of the series. */
  #eachLabel(ids: IdList, visit: (found: Set<number>, name: number, value: number) => void): Set<number> {
    const { index } = this.#block;
    const scanner = index.scanner();
    const entry = new SeriesEntry();
    const found = new Set<number>();
    for (const id of ids) {
      scanner.series(id, entry);
      for (let i = 0; i < 2 * entry.labelCount; i += 2) {
        visit(found, entry.symbols[i] as number, entry.symbols[i + 1] as number);
      }
    }
    index.giveBack(scanner);
    return found;
  }

  close(): void {}
}

function hasSamples(
  { chunkCount, mintMs, maxtMs }: SeriesEntry,
  window: TimeWindow,
  deleted: readonly DeletedInterval[],
): boolean {
  for (let i = 0; i < chunkCount; i++) {
    const from = mintMs[i] as number;
    const to = maxtMs[i] as number;
    if (overlaps(window, from, to) && !isDeleted(deleted, from, to)) return true;
  }
  return false;
}
