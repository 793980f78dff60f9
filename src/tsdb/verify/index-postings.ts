import { CorruptionError, decodeUtf8 } from '../../base/index.js';
import type { FileCursor } from '../index/index.js';
import type { IndexPlan } from './index-plan.js';
import type { IndexSeries } from './index-series.js';
import type { CheckedSymbols } from './index-symbols.js';
import { PostingSums } from './pair-postings.js';
import { hex, type PieceReader } from './piece-reader.js';
import type { Survey } from './survey.js';

const keysOfEntry = 2;
const alignBytes = 4;
const headBytes = 8;
const checksumBytes = 4;
const idsAtOnce = 1 << 16;

interface TableEntry {
  readonly at: number;
  readonly name: string;
  readonly value: string;
  readonly nameNumber: number;
  readonly valueNumber: number;
  readonly offset: number;
}

/** The table of postings and the lists it names, against what the series say. */
export class IndexPostings {
  readonly #survey: Survey;
  readonly #reader: PieceReader;
  readonly #plan: IndexPlan;
  readonly #symbols: CheckedSymbols | undefined;
  readonly #series: IndexSeries;
  readonly #sums = new PostingSums();
  /** Where the list read last ends; lists stand in the order of the table. */
  #end: number;
  #allSeen = false;

  constructor(options: {
    readonly survey: Survey;
    readonly reader: PieceReader;
    readonly plan: IndexPlan;
    readonly symbols: CheckedSymbols | undefined;
    readonly series: IndexSeries;
  }) {
    this.#survey = options.survey;
    this.#reader = options.reader;
    this.#plan = options.plan;
    this.#symbols = options.symbols;
    this.#series = options.series;
    this.#end = options.plan.postings;
  }

  #damage(offset: number, message: string): undefined {
    this.#survey.findings.damage('postings', { path: this.#plan.path, offset }, message);
    return undefined;
  }

  /** Without the table, the lists are walked one behind the other. */
  check(table: FileCursor | undefined): void {
    if (table === undefined) {
      this.#walkLists();
      return;
    }
    try {
      this.#checkTable(table);
    } catch (error) {
      if (!(error instanceof CorruptionError)) throw error;
      this.#damage(error.offset, `expected ${error.expected}, found ${error.found}`);
      return;
    }
    this.#checkMissing();
  }

  #checkTable(table: FileCursor): void {
    const count = table.u32();
    let before: TableEntry | undefined;
    for (let i = 0; i < count; i++) {
      const entry = this.#readEntry(table);
      if (before !== undefined && this.#plan.version > 1) this.#checkOrder(before, entry);
      this.#checkList(entry);
      before = entry;
    }
    if (table.at < table.end)
      this.#damage(table.fileOffset + table.at, 'bytes behind the last entry of the table');
    this.#checkBetween(this.#plan.postingsEnd);
  }

  #readEntry(table: FileCursor): TableEntry {
    const start = table.at;
    const keys = table.uvarint();
    if (keys !== keysOfEntry) table.fail(`an entry of ${keysOfEntry} keys`, `${keys}`, start);
    const nameLength = table.uvarint();
    const nameAt = table.skip(nameLength);
    const valueLength = table.uvarint();
    const valueAt = table.skip(valueLength);
    const { bytes } = table;
    const find = (at: number, length: number): number => this.#symbols?.find(bytes, at, length) ?? -1;
    return {
      at: table.fileOffset + start,
      name: decodeUtf8(bytes.subarray(nameAt, nameAt + nameLength)),
      value: decodeUtf8(bytes.subarray(valueAt, valueAt + valueLength)),
      nameNumber: find(nameAt, nameLength),
      valueNumber: find(valueAt, valueLength),
      offset: table.uvarint(),
    };
  }

  #checkOrder(before: TableEntry, entry: TableEntry): void {
    if (this.#symbols === undefined || (before.name === '' && before.value === '')) return;
    const byName = before.nameNumber - entry.nameNumber;
    if (byName < 0 || (byName === 0 && before.valueNumber < entry.valueNumber)) return;
    this.#damage(entry.at, `the entry of ${shown(entry)} is not in order`);
  }

  #checkList(entry: TableEntry): void {
    const { offset } = entry;
    if (offset >= this.#end) this.#checkBetween(offset);
    if (!this.#readList(offset, shown(entry)) || !this.#series.isWhole) return;
    if (entry.name === '' && entry.value === '') this.#checkAll(offset);
    else this.#checkPair(entry);
  }

  #checkAll(offset: number): void {
    this.#allSeen = true;
    const { all, count } = this.#series;
    if (all.count === this.#sums.count && all.low === this.#sums.low && all.high === this.#sums.high) return;
    this.#damage(
      offset,
      `the list of all series has ${this.#sums.count} where the index has ${count}, or others`,
    );
  }

  #checkPair(entry: TableEntry): void {
    if (this.#symbols === undefined) return;
    const { pairs } = this.#series;
    const slot = pairs.find(entry.nameNumber, entry.valueNumber);
    if (slot < 0) {
      if (this.#sums.count > 0)
        this.#damage(entry.at, `no series has ${shown(entry)}, its list has ${this.#sums.count}`);
      return;
    }
    if (!pairs.mark(slot)) this.#damage(entry.at, `the entry of ${shown(entry)} stands twice`);
    if (pairs.equals(slot, this.#sums)) return;
    const told = `the list of ${shown(entry)} has ${this.#sums.count} series, the index has ${pairs.countOf(slot)}`;
    this.#damage(entry.offset, this.#sums.count === pairs.countOf(slot) ? `${told} others` : told);
  }

  #checkMissing(): void {
    const symbols = this.#symbols;
    if (symbols === undefined || !this.#series.isWhole) return;
    if (!this.#allSeen && this.#series.count > 0)
      this.#damage(this.#plan.postingsTable, 'no list of all series');
    for (const [name, value] of this.#series.pairs.unmarked()) {
      const pair = `${symbols.text(name)}="${symbols.text(value)}"`;
      this.#damage(this.#plan.postingsTable, `no entry of ${pair}, which series have`);
    }
  }

  /** What stands between the list read last and `offset` only aligns. */
  #checkBetween(offset: number): void {
    const { postingsEnd } = this.#plan;
    const end = Math.min(offset, postingsEnd);
    if (end <= this.#end) return;
    const other = this.#reader.firstNonZero(this.#end, end);
    if (other !== undefined) this.#damage(other, 'bytes between two lists of postings are not zero');
  }

  /** Reads a list into the sums; false where it is none. */
  #readList(offset: number, what: string): boolean {
    this.#sums.reset();
    const { postings, postingsEnd } = this.#plan;
    if (offset < postings || offset + headBytes + checksumBytes > postingsEnd) {
      this.#damage(offset, `the list of ${what} lies outside of the postings`);
      return false;
    }
    const cursor = this.#reader.cursor(offset, headBytes);
    const length = cursor.u32();
    const count = cursor.u32();
    const end = offset + 4 + length + checksumBytes;
    if (end > postingsEnd || length !== 4 + 4 * count) {
      this.#damage(offset, `a list of ${count} series in ${length} bytes (${what})`);
      return false;
    }
    this.#end = end;
    const computed = this.#reader.checksum(offset + 4, length);
    const stored = this.#reader.cursor(end - checksumBytes, checksumBytes).u32();
    if (computed !== stored) {
      this.#damage(end - checksumBytes, `expected checksum ${hex(computed)}, found ${hex(stored)} (${what})`);
      return false;
    }
    return this.#readIds(offset + headBytes, count, what);
  }

  #readIds(start: number, count: number, what: string): boolean {
    let last = -1;
    for (let done = 0; done < count; ) {
      const some = Math.min(idsAtOnce, count - done);
      const at = this.#reader.at(start + 4 * done, 4 * some);
      const { bytes } = this.#survey.kernels;
      for (let i = at; i < at + 4 * some; i += 4) {
        const id =
          (((bytes[i] as number) << 24) |
            ((bytes[i + 1] as number) << 16) |
            ((bytes[i + 2] as number) << 8) |
            (bytes[i + 3] as number)) >>>
          0;
        if (id <= last) {
          this.#damage(start + 4 * done + (i - at), `series ${id} behind ${last} in the list of ${what}`);
          return false;
        }
        last = id;
        this.#sums.add(id);
      }
      done += some;
    }
    return true;
  }

  #walkLists(): void {
    const { postings, postingsEnd } = this.#plan;
    let offset = Math.ceil(postings / alignBytes) * alignBytes;
    while (offset + headBytes + checksumBytes <= postingsEnd) {
      const start = this.#end;
      this.#readList(offset, `offset ${offset}`);
      if (this.#end === start) return;
      offset = Math.ceil(this.#end / alignBytes) * alignBytes;
    }
  }
}

function shown({ name, value }: TableEntry): string {
  return name === '' && value === '' ? 'all series' : `${name}="${value}"`;
}
