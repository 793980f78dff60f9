import {
  indexPairsStop,
  type KernelScope,
  type Kernels,
  pairTableFields,
  pairTableHeadBytes,
} from '../../kernels/index.js';
import { type IndexReader, type IndexScanner, ReadAhead, SeriesEntry } from '../index/index.js';

const noPair = 0xff;
const leastCapacity = 1024;
/** Series at a call: some milliseconds. */
const batchSeries = 1 << 14;
const longestLength = 5;

/** Addresses of a table's columns and slots. */
interface Columns {
  readonly names: number;
  readonly values: number;
  readonly counts: number;
  readonly sums: number;
  readonly slots: number;
}

/** What was counted: of pair i its two symbols, its series, the sum of what they lack of the block's time in ms. */
export interface CountedPairs {
  readonly size: number;
  readonly names: Uint32Array;
  readonly values: Uint32Array;
  readonly counts: Uint32Array;
  readonly sums: Float64Array;
  /** Of all series. */
  readonly labelCount: number;
}

/** Counts series of an index by their pairs of name and value, in a memory of kernels. */
export class PairCounts {
  readonly #scope: KernelScope;
  readonly #kernels: Kernels;
  readonly #index: IndexReader;
  readonly #rangeMs: number;
  readonly #head: number;
  readonly #ids: number;
  readonly #ahead = new ReadAhead();
  readonly #entry = new SeriesEntry();
  #columns: Columns;
  /** A piece of the index: its address, what it takes, what of the file stands there. */
  #at = 0;
  #capacity = 0;
  #start = 0;
  #length = 0;

  /** `expected` pairs cost no growth. */
  constructor(scope: KernelScope, index: IndexReader, options: { rangeMs: number; expected: number }) {
    this.#scope = scope;
    this.#kernels = scope.kernels;
    this.#index = index;
    this.#rangeMs = options.rangeMs;
    this.#head = scope.alloc(pairTableHeadBytes);
    this.#ids = scope.alloc(4 * batchSeries);
    this.#kernels.bytes.fill(0, this.#head, this.#head + pairTableHeadBytes);
    this.#columns = this.#allocate(2 ** Math.ceil(Math.log2(Math.max(leastCapacity, options.expected))));
  }

  /** Throws `CorruptionError` where an entry is damaged. */
  add(ids: Uint32Array): void {
    const { exports } = this.#kernels;
    const idBytes = this.#index.seriesIdBytes;
    const scanner = this.#index.scanner();
    for (let done = 0; done < ids.length; ) {
      const batch = ids.subarray(done, done + batchSeries);
      this.#kernels.words.set(batch, this.#ids >>> 2);
      const bytes = [this.#at, this.#length, this.#start] as const;
      done += exports.indexPairs(this.#head, this.#ids, batch.length, idBytes, ...bytes, this.#rangeMs);
      const report = exports.indexPairsReport() >>> 2;
      const stop = this.#kernels.words[report] as number;
      const needed = this.#kernels.words[report + 1] as number;
      if (stop === indexPairsStop.atEnd) continue;
      const id = ids[done] as number;
      if (stop === indexPairsStop.forRoom) this.#grow(needed >>> 1);
      else if (stop === indexPairsStop.forEntry || !this.#read(id * idBytes, needed)) {
        this.#addOne(scanner, id);
        done++;
      }
    }
    this.#index.giveBack(scanner);
  }

  get result(): CountedPairs {
    const size = this.#field('size');
    const { bytes, doubles } = this.#kernels;
    const { names, values, counts, sums } = this.#columns;
    const words = (at: number): Uint32Array => new Uint32Array(bytes.slice(at, at + 4 * size).buffer);
    return {
      size,
      names: words(names),
      values: words(values),
      counts: words(counts),
      sums: doubles.slice(sums >>> 3, (sums >>> 3) + size),
      labelCount: doubles[(this.#head >>> 3) + pairTableFields.labels] as number,
    };
  }

  /** Whether the bytes at `offset` are there now that were not before: an entry of `needed` bytes, or its beginning. */
  #read(offset: number, needed: number): boolean {
    const inFile = this.#index.sizeBytes - offset;
    if (needed > inFile || inFile <= 0) return false;
    const isThere =
      offset === this.#start && this.#length >= Math.min(inFile, Math.max(needed, longestLength));
    if (isThere) return false;
    const wanted = Math.min(inFile, this.#ahead.plan(offset, Math.max(needed, longestLength)));
    if (wanted > this.#capacity) {
      if (this.#at !== 0) this.#scope.free(this.#at);
      this.#at = this.#scope.alloc(wanted);
      this.#capacity = wanted;
    }
    this.#start = offset;
    this.#length = this.#index.readInto(this.#kernels.bytes.subarray(this.#at, this.#at + wanted), offset);
    return true;
  }

  /** What the kernel does not take is damaged, or so strange that it may be read slowly. */
  #addOne(scanner: IndexScanner, id: number): void {
    const entry = this.#entry;
    scanner.series(id, entry);
    entry.readChunks();
    const { labelCount, symbols, chunkCount, mintMs, maxtMs } = entry;
    const coveredMs = chunkCount === 0 ? 0 : (maxtMs[chunkCount - 1] as number) - (mintMs[0] as number);
    if (this.#field('size') + labelCount > this.#field('capacity')) this.#grow(labelCount);
    for (let i = 0; i < labelCount; i++) {
      const [name = 0, value = 0] = symbols.subarray(2 * i);
      this.#kernels.exports.pairTableAdd(this.#head, name, value, this.#rangeMs - coveredMs);
    }
    const labels = (this.#head >>> 3) + pairTableFields.labels;
    this.#kernels.doubles[labels] = (this.#kernels.doubles[labels] as number) + labelCount;
  }

  #field(field: keyof typeof pairTableFields): number {
    return this.#kernels.words[(this.#head >>> 2) + pairTableFields[field]] as number;
  }

  #allocate(capacity: number): Columns {
    const scope = this.#scope;
    const columns = {
      names: scope.alloc(4 * capacity),
      values: scope.alloc(4 * capacity),
      counts: scope.alloc(4 * capacity),
      sums: scope.alloc(8 * capacity),
      slots: scope.alloc(8 * capacity),
    };
    const { bytes, words } = this.#kernels;
    bytes.fill(0, columns.counts, columns.counts + 4 * capacity);
    bytes.fill(0, columns.sums, columns.sums + 8 * capacity);
    bytes.fill(noPair, columns.slots, columns.slots + 8 * capacity);
    const head = this.#head >>> 2;
    words[head + pairTableFields.capacity] = capacity;
    for (const name of ['names', 'values', 'counts', 'sums', 'slots'] as const)
      words[head + pairTableFields[name]] = columns[name];
    return columns;
  }

  /** Makes room for `more` pairs. */
  #grow(more: number): void {
    const before = this.result;
    const old = this.#columns;
    const wanted = Math.max(2 * this.#field('capacity'), before.size + more);
    this.#columns = this.#allocate(2 ** Math.ceil(Math.log2(wanted)));
    this.#kernels.words[(this.#head >>> 2) + pairTableFields.size] = 0;
    const { exports } = this.#kernels;
    for (let pair = 0; pair < before.size; pair++) {
      const amount = before.sums[pair] as number;
      exports.pairTableAdd(this.#head, before.names[pair] as number, before.values[pair] as number, amount);
    }
    this.#kernels.words.set(before.counts, this.#columns.counts >>> 2);
    for (const at of Object.values(old)) this.#scope.free(at);
  }
}
