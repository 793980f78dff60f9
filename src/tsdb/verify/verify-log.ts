import * as path from 'node:path';
import { DecodeError } from '../../base/index.js';
import { lastCheckpoint, SegmentReader } from '../wal/index.js';
import type { LateChunks } from './late-chunks.js';
import { LogDecoder } from './log-decoder.js';
import { type LogFile, listLogFiles } from './log-files.js';
import { KnownRefs } from './log-refs.js';
import { isTornTail } from './read-log.js';
import { SnapshotChecker } from './snapshot-checker.js';
import type { Survey } from './survey.js';

export type LogKind = 'wal' | 'wbl' | 'checkpoint' | 'snapshot';

/** Types of records that each kind of log may hold; others are passed over by every reader. */
const knownTypes: Readonly<Record<LogKind, ReadonlySet<number>>> = {
  wal: new Set([1, 2, 3, 4, 6, 7, 8, 9, 10, 11, 12, 13, 129, 131]),
  checkpoint: new Set([1, 2, 3, 4, 6, 7, 8, 9, 10, 11, 12, 13, 131]),
  wbl: new Set([2, 5, 7, 8, 9, 10, 11, 12, 13, 130]),
  snapshot: new Set([1, 2, 3]),
};

export interface LogVerifyOptions {
  readonly survey: Survey;
  readonly directory: string;
  readonly kind: LogKind;
  /** Series of the log that this one belongs to; absent where they are not known. */
  readonly refs?: KnownRefs | undefined;
  /** Of `chunks_head` beside it; absent where that was not looked at. */
  readonly lateChunks?: LateChunks | undefined;
}

/** Every record of a log and its newest checkpoint. Answers the series it names. */
export async function verifyLog(options: LogVerifyOptions): Promise<KnownRefs> {
  const { survey, directory, kind, refs, lateChunks } = options;
  const own = refs ?? new KnownRefs();
  let files: LogFile[];
  try {
    files = await listLogFiles(survey.disk, directory);
    await checkNames(options, files);
  } catch (error) {
    survey.findings.failure(error, 'wal-record', directory);
    return own;
  }
  const records = new LogDecoder(survey.kernels);
  const snapshots = kind === 'snapshot' ? new SnapshotChecker(survey.kernels) : undefined;
  try {
    for (const file of files) {
      const fileKind = kind === 'wal' && file.isCheckpoint ? 'checkpoint' : kind;
      await new LogSegment({
        survey,
        file,
        kind: fileKind,
        records,
        snapshots,
        refs: own,
        lateChunks,
      }).verify();
    }
  } finally {
    snapshots?.release();
    records.release();
  }
  // Alone, a log of late samples does not say which series there are.
  if (kind === 'wal' || refs !== undefined) reportUnknown(survey, own);
  own.forgetUnknown();
  return own;
}

function reportUnknown({ findings }: Survey, refs: KnownRefs): void {
  for (const { path: target, offset, count, refs: series } of refs.unknown()) {
    const message = `${count} entries of ${series} series that no record names, from here on`;
    findings.add('warning', 'wal-ref', { path: target, offset }, message);
  }
}

/** Segments without gaps, behind the checkpoint; leftovers. */
async function checkNames(
  { survey, directory, kind }: LogVerifyOptions,
  files: readonly LogFile[],
): Promise<void> {
  const { findings } = survey;
  for (const { name, isDirectory } of await survey.disk.list(directory)) {
    const target = path.join(directory, name);
    if (/\.(tmp|repair)$/.test(name)) findings.info('leftover', target, 'left by a crash');
    else if (!isDirectory && !/^[0-9]+$/.test(name)) findings.info('foreign', target, 'no segment');
  }
  for (const [i, file] of files.entries()) {
    const before = files[i - 1];
    if (before === undefined || before.directory !== file.directory || file.index === before.index + 1)
      continue;
    const missing = `segments ${before.index + 1} to ${file.index - 1} are missing before it`;
    findings.damage('wal-gap', { path: file.path }, missing);
  }
  if (kind !== 'wal') return;
  const checkpoint = await lastCheckpoint(survey.disk, directory);
  const first = files.find((file) => !file.isCheckpoint);
  if (first === undefined) return;
  const expected = checkpoint === undefined ? 0 : checkpoint.index + 1;
  if (first.index > expected) {
    const from =
      checkpoint === undefined
        ? 'no checkpoint stands for them'
        : `the checkpoint ends at ${checkpoint.index}`;
    findings.damage(
      'wal-gap',
      { path: first.path },
      `segments ${expected} to ${first.index - 1} are missing: ${from}`,
    );
  }
  if (files.some((file) => file.isCheckpoint) || checkpoint === undefined) return;
  findings.damage('wal-gap', { path: checkpoint.path }, 'a checkpoint without segments');
}

interface LogSegmentOptions {
  readonly survey: Survey;
  readonly file: LogFile;
  readonly kind: LogKind;
  readonly records: LogDecoder;
  /** For the records of a chunk snapshot. */
  readonly snapshots: SnapshotChecker | undefined;
  readonly refs: KnownRefs;
  readonly lateChunks: LateChunks | undefined;
}

class LogSegment {
  readonly #options: LogSegmentOptions;
  readonly #survey: Survey;
  readonly #file: LogFile;
  readonly #kind: LogKind;

  constructor(options: LogSegmentOptions) {
    this.#options = options;
    this.#survey = options.survey;
    this.#file = options.file;
    this.#kind = options.kind;
  }

  async verify(): Promise<void> {
    const { findings, counts, disk, kernels } = this.#survey;
    const { path: target } = this.#file;
    try {
      const reader = await SegmentReader.open(disk, target, kernels);
      try {
        this.#survey.countFile();
        counts.segments++;
        let done = 0;
        while (await reader.fill()) {
          this.#survey.addBytes(reader.sizeBytes - done);
          done = reader.sizeBytes;
          while (reader.next()) this.#checkRecord(reader);
        }
        reader.next();
        this.#reportDamages(reader);
      } finally {
        await reader.close();
      }
    } catch (error) {
      findings.failure(error, 'wal-record', target);
    }
  }

  #reportDamages(reader: SegmentReader): void {
    const { findings } = this.#survey;
    for (const damage of reader.damages) {
      const { startByte, endByte, reason } = damage;
      const place = { path: this.#file.path, offset: startByte };
      const isTail = isTornTail(damage, reader, this.#file);
      const message = `${endByte - startByte} bytes without a whole record: ${reason}`;
      if (isTail) findings.add('info', 'wal-torn', place, message);
      else findings.damage('wal-record', place, message);
    }
  }

  #checkRecord(reader: SegmentReader): void {
    const { findings, counts } = this.#survey;
    counts.records++;
    const { recordType: type, recordStart: offset } = reader;
    const place = { path: this.#file.path, offset };
    if (reader.record.length === 0) {
      findings.damage('wal-record', place, 'a record without a type');
      return;
    }
    if (!knownTypes[this.#kind].has(type)) {
      findings.add(
        'warning',
        'wal-unsupported',
        place,
        `a record of type ${type}, which a ${this.#kind} does not hold`,
      );
      return;
    }
    try {
      counts.samples += this.#checkContent(reader, place);
    } catch (error) {
      if (error instanceof DecodeError && error.kind === 'unsupported') {
        findings.add('warning', 'wal-unsupported', place, `${error.expected}: ${error.found}`);
      } else if (error instanceof DecodeError) {
        const message = `a record of type ${type}: expected ${error.expected}, found ${error.found} in byte ${error.offset}`;
        findings.damage('wal-record', place, message);
      } else findings.failure(error, 'wal-record', place.path);
    }
  }

  /** Answers how many samples there are. Throws `DecodeError`. */
  #checkContent(reader: SegmentReader, place: { readonly path: string; readonly offset: number }): number {
    const { records, snapshots, refs, lateChunks } = this.#options;
    const { findings, kernels } = this.#survey;
    const onDamage = (message: string): void => findings.damage('wal-record', place, message);
    if (snapshots !== undefined) return snapshots.check(reader.record, refs, onDamage);
    const record = records.decode(reader);
    if (record.kind === 'mmap-markers' && lateChunks !== undefined)
      for (const marker of record.entries) {
        const fault = lateChunks.faultOf(marker);
        if (fault !== undefined) findings.add('warning', 'wal-marker', place, fault);
      }
    return refs.add(record, place, kernels, onDamage);
  }
}
