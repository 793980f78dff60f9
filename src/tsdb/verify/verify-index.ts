import * as path from 'node:path';
import { messageOf } from '../../base/index.js';
import { FileCursor, indexFileName } from '../index/index.js';
import { type IndexPlan, readIndexPlan } from './index-plan.js';
import { IndexPostings } from './index-postings.js';
import { IndexSeries, type SeriesSink } from './index-series.js';
import { CheckedSymbols } from './index-symbols.js';
import { hex, type PieceReader } from './piece-reader.js';
import type { Survey } from './survey.js';

const lengthBytes = 4;
const checksumBytes = 4;
/** Sections other than the symbols and the table of postings are hashed piece by piece. */
const mostSectionBytes = 0x7fff_ff00;

export interface IndexFacts {
  /** Whether every series was read: only then what nobody names is unnamed. */
  readonly isWhole: boolean;
  readonly seriesCount: number;
  readonly hasSeries: (id: number) => boolean;
}

const noIndex: IndexFacts = { isWhole: false, seriesCount: 0, hasSeries: () => true };

/** Checks the index of a block; every chunk of every series goes to `sink` in the order of the series. */
export async function verifyIndex(survey: Survey, directory: string, sink: SeriesSink): Promise<IndexFacts> {
  const target = path.join(directory, indexFileName);
  const reader = survey.reader();
  try {
    const file = await survey.disk.open(target, 'read');
    try {
      survey.countFile();
      reader.enter(file, await file.sizeBytes());
      return checkIndex(survey, reader, sink);
    } finally {
      await file.close();
    }
  } catch (error) {
    if (await isAbsent(survey, target)) {
      survey.findings.damage('index', { path: target }, 'the block has no index');
    } else survey.findings.failure(error, 'index', target);
    return noIndex;
  } finally {
    reader.release();
  }
}

async function isAbsent(survey: Survey, target: string): Promise<boolean> {
  return (await survey.disk.stat(target)) === undefined;
}

function checkIndex(survey: Survey, reader: PieceReader, sink: SeriesSink): IndexFacts {
  const plan = readIndexPlan(survey, reader);
  if (plan === undefined) return noIndex;
  const sections = new Sections(survey, reader, plan);
  const symbols = sections.symbols();
  const series = new IndexSeries({ survey, reader, plan, symbols, sink });
  series.check();
  sections.labelIndices();
  const table = sections.content(plan.postingsTable, plan.tocStart, 'table of postings');
  new IndexPostings({ survey, reader, plan, symbols, series }).check(table);
  return { isWhole: series.isWhole, seriesCount: series.count, hasSeries: (id) => series.has(id) };
}

/** The parts of an index that are a length, bytes and a checksum. */
class Sections {
  readonly #survey: Survey;
  readonly #reader: PieceReader;
  readonly #plan: IndexPlan;

  constructor(survey: Survey, reader: PieceReader, plan: IndexPlan) {
    this.#survey = survey;
    this.#reader = reader;
    this.#plan = plan;
  }

  #damage(offset: number, message: string): undefined {
    this.#survey.findings.damage('index', { path: this.#plan.path, offset }, message);
    return undefined;
  }

  /** Checks a section and that zeros stand behind it until `limit`; answers its length, undefined where it is none. */
  #check(offset: number, limit: number, what: string, alignBytes = 0): number | undefined {
    if (offset + lengthBytes + checksumBytes > limit) return this.#damage(offset, `no room for the ${what}`);
    const length = this.#reader.cursor(offset, lengthBytes).u32();
    const end = offset + lengthBytes + length + checksumBytes;
    if (end > limit) return this.#damage(offset, `the ${what} of ${length} bytes end behind ${limit}`);
    const computed = this.#reader.checksum(offset + lengthBytes, length);
    const stored = this.#reader.cursor(end - checksumBytes, checksumBytes).u32();
    if (computed !== stored) {
      this.#damage(end - checksumBytes, `expected checksum ${hex(computed)}, found ${hex(stored)} (${what})`);
      return undefined;
    }
    const next = alignBytes === 0 ? limit : Math.min(limit, Math.ceil(end / alignBytes) * alignBytes);
    const other = this.#reader.firstNonZero(end, next);
    if (other !== undefined) this.#damage(other, `bytes behind the ${what} are not zero`);
    return length;
  }

  /** The section's bytes, outside of the reader's memory. */
  content(offset: number, limit: number, what: string): FileCursor | undefined {
    const length = this.#check(offset, limit, what);
    if (length === undefined) return undefined;
    if (length > mostSectionBytes) return this.#damage(offset, `the ${what} of ${length} bytes is too long`);
    const bytes = this.#reader.copy(offset + lengthBytes, length);
    return new FileCursor(this.#plan.path, bytes, offset + lengthBytes);
  }

  symbols(): CheckedSymbols | undefined {
    const { symbols: offset, series, version } = this.#plan;
    const section = this.content(offset, series, 'symbols');
    if (section === undefined) return undefined;
    try {
      const symbols = new CheckedSymbols(section, version);
      const { firstUnsorted } = symbols;
      if (firstUnsorted !== undefined) {
        this.#damage(
          offset,
          `symbol ${firstUnsorted} "${symbols.text(firstUnsorted)}" is not behind the one before`,
        );
        return undefined;
      }
      return symbols;
    } catch (error) {
      return this.#damage(offset, messageOf(error));
    }
  }

  /** Nobody reads them; writers before 3.0 wrote them. */
  labelIndices(): void {
    const { labelIndices, postings, labelIndicesTable, postingsTable } = this.#plan;
    const other = this.#reader.firstNonZero(labelIndices, Math.min(align(labelIndices), postings));
    if (other !== undefined) this.#damage(other, 'bytes before the label indices are not zero');
    for (let offset = align(labelIndices); offset + lengthBytes < postings; ) {
      const length = this.#check(offset, postings, 'label index', 4);
      if (length === undefined) break;
      offset = align(offset + lengthBytes + length + checksumBytes);
    }
    if (labelIndicesTable < postingsTable)
      this.#check(labelIndicesTable, postingsTable, 'table of label indices');
  }
}

function align(offset: number): number {
  return Math.ceil(offset / 4) * 4;
}
