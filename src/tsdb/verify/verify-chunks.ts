import * as path from 'node:path';
import type { Disk, DiskFile } from '../../base/index.js';
import { splitChunkRef } from '../index/index.js';
import { ChunkChecker } from './check-chunk.js';
import { Coverage } from './coverage.js';
import { hex, type PieceReader } from './piece-reader.js';
import type { Survey } from './survey.js';

const magic = 0x85bd40dd;
const version = 1;
const headerBytes = 8;
const mostLengthBytes = 5;
const checksumBytes = 4;
/** A longer chunk is hashed piece by piece and not decoded. */
const mostDecodedBytes = 64 << 20;

interface SegmentState {
  readonly file: DiskFile;
  readonly sizeBytes: number;
  readonly coverage: Coverage;
}

/** A chunk as the index tells of it. */
export interface ToldChunk {
  readonly series: number;
  readonly ref: number;
  readonly mintMs: number;
  readonly maxtMs: number;
}

/** The chunk files of one block: each chunk that the index names is read once, then what no series names. */
export class BlockChunks {
  readonly #survey: Survey;
  readonly #directory: string;
  readonly #reader: PieceReader;
  readonly #checker: ChunkChecker;
  readonly #segments: (SegmentState | undefined)[] = [];
  chunkCount = 0;
  floatSamples = 0;
  histogramSamples = 0;
  hasAggregates = false;
  /** Where a chunk could not be read, the samples were not all counted. */
  isComplete = true;

  constructor(survey: Survey, directory: string) {
    this.#survey = survey;
    this.#directory = directory;
    this.#reader = survey.reader();
    this.#checker = new ChunkChecker(survey.kernels);
  }

  /** Opens the files and checks their headers; they are numbered by their order from 1 on. */
  async open(disk: Disk): Promise<void> {
    const { findings } = this.#survey;
    const entries = await this.#survey.list(this.#directory);
    const names = entries.filter(({ name, isDirectory }) => !isDirectory && /^[0-9]+$/.test(name));
    for (const { name, isDirectory } of entries) {
      if (isDirectory || /^[0-9]+$/.test(name)) continue;
      findings.info('foreign', path.join(this.#directory, name), 'no chunk file');
    }
    const files = names.map(({ name }) => name).sort((a, b) => Number(a) - Number(b));
    for (const [i, name] of files.entries()) {
      const target = path.join(this.#directory, name);
      if (Number(name) !== i + 1) {
        findings.damage('chunk', { path: target }, `expected file ${i + 1}, found ${Number(name)}`);
      }
      this.#segments.push(await this.#openSegment(disk, target));
    }
  }

  async #openSegment(disk: Disk, target: string): Promise<SegmentState | undefined> {
    const { findings } = this.#survey;
    try {
      const file = await disk.open(target, 'read');
      const sizeBytes = await file.sizeBytes();
      this.#survey.countFile();
      const coverage = new Coverage();
      const state = { file, sizeBytes, coverage };
      if (sizeBytes < headerBytes) {
        findings.damage('chunk', { path: target, offset: 0 }, `a file of ${sizeBytes} bytes, no header`);
        return state;
      }
      this.#reader.enter(file, sizeBytes);
      this.#checkHeader(this.#reader.cursor(0, headerBytes).bytes.slice(), target);
      return state;
    } catch (error) {
      findings.failure(error, 'chunk', target);
      this.isComplete = false;
      return undefined;
    }
  }

  #checkHeader(bytes: Uint8Array, target: string): void {
    const { findings } = this.#survey;
    const view = new DataView(bytes.buffer);
    const found = view.getUint32(0);
    const place = { path: target, offset: 0 };
    if (found !== magic)
      findings.damage('chunk', place, `expected magic number ${hex(magic)}, found ${hex(found)}`);
    if (bytes[4] !== version)
      findings.damage('chunk', { ...place, offset: 4 }, `version ${bytes[4]} is not known`);
    if ((view.getUint32(4) & 0xffffff) !== 0) {
      findings.damage('chunk', { ...place, offset: 5 }, 'the padding of the header is not zero');
    }
  }

  /** Checks one chunk against what the index says. */
  check(told: ToldChunk): void {
    const { segment: index, offset } = splitChunkRef(told.ref);
    const segment = this.#segments[index];
    this.chunkCount++;
    if (segment === undefined) {
      this.isComplete = false;
      if (index < this.#segments.length) return;
      const message = `series ${told.series} names a chunk in file ${index + 1} of ${this.#segments.length}`;
      this.#survey.findings.damage('chunk', { path: this.#directory }, message);
      return;
    }
    const { file, sizeBytes, coverage } = segment;
    if (offset < headerBytes || offset >= sizeBytes) {
      this.#fault(
        file.path,
        offset,
        `series ${told.series} names a chunk here, the file has ${sizeBytes} bytes`,
      );
      return;
    }
    this.#reader.enter(file, sizeBytes);
    const end = this.#checkRecord(file.path, offset, told);
    if (end !== undefined && !coverage.add(offset, end)) {
      this.#survey.findings.damage(
        'chunk',
        { path: file.path, offset },
        `the chunk of series ${told.series} overlaps another one`,
      );
    }
  }

  #fault(target: string, offset: number, message: string): undefined {
    this.isComplete = false;
    this.#survey.findings.damage('chunk', { path: target, offset }, message);
    return undefined;
  }

  /** Where the record ends, or undefined where that is not known. `told` is absent where no series names it. */
  #checkRecord(target: string, offset: number, told: ToldChunk | undefined): number | undefined {
    const reader = this.#reader;
    const left = reader.sizeBytes - offset;
    const head = this.#readLength(offset, Math.min(mostLengthBytes, left));
    if (head === undefined) return this.#fault(target, offset, 'the length of a chunk has no end');
    const { length, lengthBytes } = head;
    const dataStart = offset + lengthBytes + 1;
    const end = dataStart + length + checksumBytes;
    if (end > reader.sizeBytes) {
      return this.#fault(target, offset, `a chunk of ${length} bytes that the file ends in`);
    }
    if (length > mostDecodedBytes) return this.#checkLong(target, offset, { start: dataStart - 1, end });
    const at = reader.at(offset, end - offset);
    const start = at + lengthBytes;
    const { exports, bytes } = this.#survey.kernels;
    const computed = exports.crc32c(start, length + 1, 0) >>> 0;
    const stored = readBe32(bytes, start + 1 + length);
    if (computed !== stored) {
      this.#fault(target, offset, `expected checksum ${hex(computed)}, found ${hex(stored)}`);
      return end;
    }
    if (told !== undefined) this.#checkSamples(target, offset, told, { at: start + 1, length });
    return end;
  }

  #checkLong(target: string, offset: number, { start, end }: { start: number; end: number }): number {
    const reader = this.#reader;
    const computed = reader.checksum(start, end - checksumBytes - start);
    const stored = reader.cursor(end - checksumBytes, checksumBytes).u32();
    this.isComplete = false;
    if (computed !== stored) {
      this.#fault(target, offset, `expected checksum ${hex(computed)}, found ${hex(stored)}`);
    } else {
      const message = `a chunk of ${end - start} bytes: too long to be decoded`;
      this.#survey.findings.add('warning', 'chunk', { path: target, offset }, message);
    }
    return end;
  }

  #readLength(offset: number, most: number): { length: number; lengthBytes: number } | undefined {
    const at = this.#reader.at(offset, most);
    const { bytes } = this.#survey.kernels;
    let length = 0;
    for (let i = 0; i < most; i++) {
      const byte = bytes[at + i] as number;
      length += (byte & 0x7f) * 128 ** i;
      if (byte < 0x80) return { length, lengthBytes: i + 1 };
    }
    return undefined;
  }

  #checkSamples(
    target: string,
    offset: number,
    told: ToldChunk,
    { at, length }: { at: number; length: number },
  ): void {
    const encoding = this.#survey.kernels.bytes[at - 1] as number;
    if (ChunkChecker.isAggregate(encoding)) {
      this.hasAggregates = true;
      return;
    }
    const found = this.#checker.check(encoding, at, length);
    if (found.fault !== undefined) {
      this.#fault(target, offset, found.fault);
      return;
    }
    if (found.isHistogram) this.histogramSamples += found.samples;
    else this.floatSamples += found.samples;
    if (found.mintMs === told.mintMs && found.maxtMs === told.maxtMs) return;
    this.#fault(
      target,
      offset,
      `samples from ${found.mintMs} to ${found.maxtMs} where the index says ${told.mintMs} to ${told.maxtMs}`,
    );
  }

  /** Once every series was told: what none of them names, if `isWhole` says that all were read. */
  checkUnnamed(isWhole: boolean): void {
    for (const segment of this.#segments) {
      if (segment === undefined) continue;
      const { file, sizeBytes, coverage } = segment;
      this.#reader.enter(file, sizeBytes);
      for (const gap of coverage.gaps(headerBytes, sizeBytes)) {
        if (isWhole) this.#checkGap(file.path, gap);
        else this.#hashGap(file.path, gap);
      }
    }
  }

  #checkGap(target: string, { start, end }: { start: number; end: number }): void {
    const other = this.#reader.firstNonZero(start, end);
    const size = end - start;
    const place = { path: target, offset: start };
    const { findings } = this.#survey;
    if (other === undefined)
      findings.add('info', 'unreferenced', place, `${size} zeros that no series names`);
    else findings.add('warning', 'unreferenced', place, `${size} bytes that no series names`);
  }

  /** The index does not tell which chunks stand here: their checksums still do. */
  #hashGap(target: string, { start, end }: { start: number; end: number }): void {
    let offset = start;
    while (offset < end && this.#reader.firstNonZero(offset, Math.min(end, offset + 1)) !== undefined) {
      const next = this.#checkRecord(target, offset, undefined);
      if (next === undefined) return;
      offset = next;
    }
  }

  async close(): Promise<void> {
    this.#reader.release();
    this.#checker.release();
    for (const segment of this.#segments) await segment?.file.close();
  }
}

export function readBe32(bytes: Uint8Array, at: number): number {
  return (
    (((bytes[at] as number) << 24) |
      ((bytes[at + 1] as number) << 16) |
      ((bytes[at + 2] as number) << 8) |
      (bytes[at + 3] as number)) >>>
    0
  );
}
