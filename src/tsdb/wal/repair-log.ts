import * as path from 'node:path';
import {
  type Clock,
  type Disk,
  messageOf,
  readRegularFile,
  writeAll,
  writeFileDurably,
} from '../../base/index.js';
import { FrameBuffer } from './frame-records.js';
import type { DamagedRange } from './segment-parser.js';
import { SegmentReader } from './segment-reader.js';
import { trimDurably } from './segment-writer.js';
import { segmentFileName } from './segments.js';
import type { WalEvents } from './wal-stats.js';

/** What reading one segment to its end has shown. */
export interface SegmentReport {
  readonly path: string;
  readonly index: number;
  readonly fromCheckpoint: boolean;
  readonly sizeBytes: number;
  /** Behind the last whole record. */
  readonly goodEndByte: number;
  readonly damages: readonly DamagedRange[];
}

export type RepairStep =
  /** Nothing whole follows the damage: the file is shortened. `torn` when a crash explains it. */
  | { readonly kind: 'cut-tail'; readonly report: SegmentReport; readonly torn: boolean }
  /** Whole records follow: they are written to a file that takes the place of this one. */
  | { readonly kind: 'rebuild'; readonly report: SegmentReport }
  /** A number is missing between two segments: Prometheus refuses to start on such a gap, so an empty file fills it. */
  | { readonly kind: 'fill-gap'; readonly index: number };

const maxFilledGap = 1024;

/**
 * What to do so that Prometheus, which gives up everything behind the first damage, reads all that is left.
 * `firstIndex` is where the segments should begin. Reports come in the order of the log.
 */
export function planRepair(reports: readonly SegmentReport[], firstIndex: number | undefined): RepairStep[] {
  const steps: RepairStep[] = [];
  const lastWritten = reports.findLast(({ fromCheckpoint, sizeBytes }) => !fromCheckpoint && sizeBytes > 0);
  let expected = firstIndex;
  for (const report of reports) {
    if (!report.fromCheckpoint) {
      const missing = expected === undefined ? 0 : report.index - expected;
      for (let i = 0; i < missing && missing <= maxFilledGap; i++) {
        steps.push({ kind: 'fill-gap', index: report.index - missing + i });
      }
      expected = report.index + 1;
    }
    const { damages } = report;
    const [first] = damages;
    if (first === undefined) continue;
    if (damages.length > 1 || first.startByte < report.goodEndByte) steps.push({ kind: 'rebuild', report });
    else steps.push({ kind: 'cut-tail', report, torn: first.torn && report === lastWritten });
  }
  return steps;
}

export interface RepairOptions {
  readonly disk: Disk;
  readonly clock: Clock;
  /** The log's own directory. */
  readonly directory: string;
  /** Where copies of damaged files go; made when first needed. */
  readonly quarantine: string;
  readonly events?: WalEvents;
}

/** Does the steps in order. A step that the disk refuses is logged and left: what it would mend is read around again. */
export async function repairLog(steps: readonly RepairStep[], options: RepairOptions): Promise<void> {
  for (const step of steps) {
    try {
      await repairOne(step, options);
    } catch (error) {
      const target = step.kind === 'fill-gap' ? segmentFileName(step.index) : step.report.path;
      options.events?.log('error', 'WAL repair failed, the file is left as it is', {
        segment: target,
        err: messageOf(error),
      });
    }
  }
}

async function repairOne(step: RepairStep, options: RepairOptions): Promise<void> {
  const { disk, directory, events } = options;
  switch (step.kind) {
    case 'fill-gap': {
      const file = path.join(directory, segmentFileName(step.index));
      await writeFileDurably(disk, file, new Uint8Array(0));
      events?.log('error', 'A WAL segment is missing, its samples are lost', { segment: file });
      return;
    }
    case 'cut-tail': {
      const { report, torn } = step;
      const cutBytes = report.sizeBytes - report.goodEndByte;
      const fields = { segment: report.path, offset: report.goodEndByte, bytes: cutBytes };
      if (torn) {
        await trimDurably(disk, { path: report.path, sizeBytes: report.goodEndByte });
        events?.log('warn', 'The last WAL record was torn by a crash and is cut off', fields);
        return;
      }
      const kept = await quarantineCopy(report, options);
      await trimDurably(disk, { path: report.path, sizeBytes: report.goodEndByte });
      events?.log('error', 'The end of a WAL segment was damaged and is cut off', { ...fields, copy: kept });
      return;
    }
    case 'rebuild': {
      const kept = await quarantineCopy(step.report, options);
      await rebuild(step.report, disk);
      events?.log('error', 'A WAL segment was damaged, its whole records are kept', {
        segment: step.report.path,
        damages: step.report.damages
          .map(({ startByte, endByte, reason }) => `bytes ${startByte} to ${endByte}: ${reason}`)
          .join('; '),
        copy: kept,
      });
    }
  }
}

async function quarantineCopy(report: SegmentReport, options: RepairOptions): Promise<string> {
  const { disk, clock, quarantine } = options;
  await disk.makeDirectory(quarantine);
  await disk.syncDirectory(path.dirname(quarantine));
  const origin = path.basename(path.dirname(report.path));
  const name = `${origin}-${path.basename(report.path)}-${clock.nowMs()}`;
  const target = path.join(quarantine, name);
  await writeFileDurably(disk, target, await readRegularFile(disk, report.path));
  return target;
}

/** The name is none that Prometheus takes for a segment; a crash leaves it behind, and the next repair overwrites it. */
async function rebuild(report: SegmentReport, disk: Disk): Promise<void> {
  const temporary = `${report.path}.repair`;
  const reader = await SegmentReader.open(disk, report.path);
  try {
    const file = await disk.open(temporary, 'create');
    try {
      const frame = new FrameBuffer();
      let offset = 0;
      while (await reader.fill()) {
        frame.start(offset);
        while (reader.next()) frame.append(reader);
        await writeAll(file, frame.bytes, offset);
        offset += frame.length;
      }
      await file.sync();
    } finally {
      await file.close();
    }
  } finally {
    await reader.close();
  }
  await disk.rename(temporary, report.path);
  await disk.syncDirectory(path.dirname(report.path));
}
