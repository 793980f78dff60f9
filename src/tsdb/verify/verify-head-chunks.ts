import * as path from 'node:path';
import { CorruptionError, type DirectoryEntry } from '../../base/index.js';
import { ChunkChecker } from './check-chunk.js';
import { LateChunks } from './late-chunks.js';
import { hex, type PieceReader } from './piece-reader.js';
import type { Survey } from './survey.js';
import { readBe32 } from './verify-chunks.js';

const magic = 0x0130bc91;
const version = 1;
const headerBytes = 8;
/** Series, first and last time, encoding. */
const fixedBytes = 25;
const mostLengthBytes = 10;
const checksumBytes = 4;
const leastRecordBytes = fixedBytes + 5 + checksumBytes;
const outOfOrderMask = 0x80;
const mostDecodedBytes = 64 << 20;

/** The files of `chunks_head`: chunks that the head has closed. Answers those of late samples. */
export async function verifyHeadChunks(survey: Survey, directory: string): Promise<LateChunks> {
  const lateChunks = new LateChunks();
  const files: { sequence: number; target: string }[] = [];
  for (const entry of await survey.list(directory)) {
    const target = path.join(directory, entry.name);
    if (isSegment(entry)) files.push({ sequence: Number(entry.name), target });
    else survey.findings.info(entry.name.endsWith('.tmp') ? 'leftover' : 'foreign', target, 'no chunk file');
  }
  files.sort((a, b) => a.sequence - b.sequence);
  const checker = new ChunkChecker(survey.kernels);
  const reader = survey.reader();
  try {
    for (const [i, { sequence, target }] of files.entries()) {
      const before = files[i - 1];
      if (before !== undefined && sequence !== before.sequence + 1) {
        survey.findings.damage(
          'head-chunk',
          { path: target },
          `file ${before.sequence + 1} is missing before it`,
        );
      }
      const isLast = i === files.length - 1;
      await new HeadChunkFile({ survey, reader, checker, lateChunks, sequence, target, isLast }).verify();
    }
  } finally {
    checker.release();
    reader.release();
  }
  return lateChunks;
}

function isSegment({ name, isDirectory }: DirectoryEntry): boolean {
  return !isDirectory && /^[0-9]+$/.test(name);
}

interface HeadChunkFileOptions {
  readonly survey: Survey;
  readonly reader: PieceReader;
  readonly checker: ChunkChecker;
  readonly lateChunks: LateChunks;
  readonly sequence: number;
  readonly target: string;
  /** A crash may have torn its last record. */
  readonly isLast: boolean;
}

class HeadChunkFile {
  readonly #survey: Survey;
  readonly #reader: PieceReader;
  readonly #checker: ChunkChecker;
  readonly #lateChunks: LateChunks;
  readonly #sequence: number;
  readonly #path: string;
  readonly #isLast: boolean;

  constructor(options: HeadChunkFileOptions) {
    this.#survey = options.survey;
    this.#reader = options.reader;
    this.#checker = options.checker;
    this.#lateChunks = options.lateChunks;
    this.#sequence = options.sequence;
    this.#path = options.target;
    this.#isLast = options.isLast;
  }

  async verify(): Promise<void> {
    this.#lateChunks.addFile(this.#sequence);
    try {
      const file = await this.#survey.disk.open(this.#path, 'read');
      try {
        this.#survey.countFile();
        this.#reader.enter(file, await file.sizeBytes());
        this.#checkFile();
      } finally {
        await file.close();
      }
    } catch (error) {
      this.#lateChunks.setDamaged(this.#sequence);
      this.#survey.findings.failure(error, 'head-chunk', this.#path);
    }
  }

  #damage(offset: number, message: string): undefined {
    this.#lateChunks.setDamaged(this.#sequence);
    this.#survey.findings.damage('head-chunk', { path: this.#path, offset }, message);
    return undefined;
  }

  #checkFile(): void {
    const reader = this.#reader;
    const { sizeBytes } = reader;
    const isUnbegun = sizeBytes < 4 || reader.firstNonZero(0, Math.min(4, sizeBytes)) === undefined;
    if (this.#isLast && isUnbegun) {
      this.#survey.findings.info('head-torn', this.#path, 'a file that was never begun');
      return;
    }
    if (sizeBytes < headerBytes) {
      this.#damage(0, `a file of ${sizeBytes} bytes, no header`);
      return;
    }
    const header = reader.cursor(0, headerBytes);
    const found = header.u32();
    if (found !== magic) {
      this.#damage(0, `expected magic number ${hex(magic)}, found ${hex(found)}`);
      return;
    }
    const format = header.byte();
    if (format !== version) {
      this.#damage(4, `version ${format} is not known`);
      return;
    }
    const other = reader.firstNonZero(5, headerBytes);
    if (other !== undefined) this.#damage(other, 'the padding of the header is not zero');
    for (let offset: number | undefined = headerBytes; offset !== undefined && offset < sizeBytes; ) {
      offset = this.#checkRecord(offset);
    }
  }

  /** Where the next one begins; undefined at the end and where that is not known. */
  #checkRecord(offset: number): number | undefined {
    const reader = this.#reader;
    const left = reader.sizeBytes - offset;
    const isZero = reader.firstNonZero(offset, offset + Math.min(left, fixedBytes - 1)) === undefined;
    if (isZero) {
      // Prometheus makes files longer ahead of what it writes.
      const other = reader.firstNonZero(offset, reader.sizeBytes);
      return other === undefined
        ? undefined
        : this.#damage(other, 'bytes behind the end of the chunks are not zero');
    }
    if (left < leastRecordBytes) return this.#torn(offset, `${left} bytes that are no chunk`);
    const cursor = reader.cursor(offset, Math.min(left, fixedBytes + mostLengthBytes));
    try {
      const series = cursor.u64();
      const mintMs = cursor.i64();
      const maxtMs = cursor.i64();
      const encoding = cursor.byte();
      const length = cursor.uvarint();
      const end = offset + cursor.at + length + checksumBytes;
      if (end > reader.sizeBytes)
        return this.#torn(offset, `a chunk of ${length} bytes that the file ends in`);
      this.#checkData({ offset, dataBytes: length, headBytes: cursor.at, encoding, series, mintMs, maxtMs });
      return end;
    } catch (error) {
      if (!(error instanceof CorruptionError)) throw error;
      return this.#damage(error.offset, `expected ${error.expected}, found ${error.found}`);
    }
  }

  /** At the end of the last file this is what a crash leaves. */
  #torn(offset: number, message: string): undefined {
    if (!this.#isLast) return this.#damage(offset, message);
    this.#survey.findings.add('info', 'head-torn', { path: this.#path, offset }, message);
    return undefined;
  }

  #checkData(record: {
    readonly offset: number;
    readonly headBytes: number;
    readonly dataBytes: number;
    readonly encoding: number;
    readonly series: number;
    readonly mintMs: number;
    readonly maxtMs: number;
  }): void {
    const { offset, headBytes, dataBytes, encoding, series, mintMs, maxtMs } = record;
    const reader = this.#reader;
    const { counts } = this.#survey;
    const hashedBytes = headBytes + dataBytes;
    const computed = reader.checksum(offset, hashedBytes);
    const end = reader.at(offset + hashedBytes, checksumBytes);
    const stored = readBe32(this.#survey.kernels.bytes, end);
    counts.chunks++;
    if ((encoding & outOfOrderMask) !== 0) this.#lateChunks.add(this.#sequence, offset, series);
    if (computed !== stored) {
      this.#damage(offset, `expected checksum ${hex(computed)}, found ${hex(stored)}`);
      return;
    }
    if (series === 0) this.#damage(offset, 'a chunk of series 0');
    if (dataBytes > mostDecodedBytes) return;
    const at = reader.at(offset + headBytes, dataBytes + checksumBytes);
    const found = this.#checker.check(encoding & ~outOfOrderMask, at, dataBytes);
    if (found.fault !== undefined) {
      this.#damage(offset, found.fault);
      return;
    }
    counts.samples += found.samples;
    if (found.mintMs === mintMs && found.maxtMs === maxtMs) return;
    this.#damage(
      offset,
      `samples from ${found.mintMs} to ${found.maxtMs}, the record says ${mintMs} to ${maxtMs}`,
    );
  }
}
