import * as path from 'node:path';
import { type Disk, directorySizeBytes, UserError } from '../../base/index.js';
import type { Kernels } from '../../kernels/index.js';
import { type BlockMeta, isUlid } from '../block/index.js';
import type { Finding, Severity } from './findings.js';
import type { LateChunks } from './late-chunks.js';
import { ownKernels } from './own-kernels.js';
import { Survey, type SurveyCounts } from './survey.js';
import { type TargetKind, targetKindOf } from './target-kind.js';
import { verifyBlock } from './verify-block.js';
import { verifyHeadChunks } from './verify-head-chunks.js';
import { type LogKind, verifyLog } from './verify-log.js';

const leftoverName = /^[0-9A-Z]{26}\.(tmp|tmp-for-creation|tmp-for-deletion)$|\.tmp$/;
/** Of the data directory's own files. */
const knownNames: ReadonlySet<string> = new Set(['lock', 'queries.active', 'quarantine', 'tsprom.sock']);

export interface VerifyOptions {
  readonly disk: Disk;
  readonly path: string;
  /** What may stand at `path`; anything of a TSDB by default. */
  readonly kinds?: readonly TargetKind[];
  readonly kernels?: Kernels;
  /** Called as they are found, in the order of reading. */
  readonly onFinding: (finding: Finding) => void;
  readonly onProgress?: (progress: { readonly doneBytes: number; readonly totalBytes: number }) => void;
}

export interface VerifyReport extends SurveyCounts {
  readonly path: string;
  readonly kind: TargetKind;
  /** How many there were, those included that were not told because they were too many. */
  readonly findings: Readonly<Record<Severity, number>>;
}

/** Checks every byte below a path that a checksum, an order or a count speaks of. Throws `UserError`. */
export async function verifyTarget(options: VerifyOptions): Promise<VerifyReport> {
  const { disk, onProgress } = options;
  const kind = await targetKindOf(disk, options.path);
  const { kinds } = options;
  const hasLog = kind === 'data' && (await disk.stat(path.join(options.path, 'wal'))) !== undefined;
  if (kinds !== undefined && !kinds.includes(kind) && !(hasLog && kinds.includes('wal'))) {
    throw new UserError({ code: 'no-wal', message: `"${options.path}" is no write-ahead log` });
  }
  const totalBytes = onProgress === undefined ? 0 : await directorySizeBytes(disk, options.path);
  const survey = new Survey({
    disk,
    kernels: options.kernels ?? (await ownKernels(disk)),
    onFinding: options.onFinding,
    onProgress: onProgress && ((doneBytes) => onProgress({ doneBytes, totalBytes })),
  });
  await verifyKind(survey, kind, options);
  survey.findings.finish();
  return { path: options.path, kind, ...survey.counts, findings: survey.findings.counts };
}

async function verifyKind(survey: Survey, kind: TargetKind, options: VerifyOptions): Promise<void> {
  switch (kind) {
    case 'data':
      if (options.kinds === undefined) await verifyData(survey, options.path);
      else await verifyLogs(survey, options.path);
      break;
    case 'block':
      await verifyBlock(survey, options.path);
      break;
    case 'chunks_head':
      await verifyHeadChunks(survey, options.path);
      break;
    default:
      await verifyLog({ survey, directory: options.path, kind: kind satisfies LogKind });
  }
}

async function verifyData(survey: Survey, directory: string): Promise<void> {
  const metas: BlockMeta[] = [];
  let lateChunks: LateChunks | undefined;
  for (const { name, isDirectory } of await survey.list(directory)) {
    const target = path.join(directory, name);
    if (leftoverName.test(name))
      survey.findings.info('leftover', target, 'left by an interrupted write or removal');
    else if (isDirectory && isUlid(name)) {
      const meta = await verifyBlock(survey, target);
      if (meta !== undefined) metas.push(meta);
    } else if (isDirectory && name.startsWith('chunk_snapshot.')) {
      await verifyLog({ survey, directory: target, kind: 'snapshot' });
    } else if (name === 'chunks_head') lateChunks = await verifyHeadChunks(survey, target);
    else if (name !== 'wal' && name !== 'wbl' && !knownNames.has(name)) {
      survey.findings.info('foreign', target, 'nothing of a TSDB');
    }
  }
  compareBlocks(survey, directory, metas);
  await verifyLogs(survey, directory, lateChunks);
}

async function verifyLogs(survey: Survey, directory: string, lateChunks?: LateChunks): Promise<void> {
  const isThere = async (name: string): Promise<boolean> =>
    (await survey.disk.stat(path.join(directory, name))) !== undefined;
  const hasLog = await isThere('wal');
  const refs = hasLog
    ? await verifyLog({ survey, directory: path.join(directory, 'wal'), kind: 'wal' })
    : undefined;
  if (!(await isThere('wbl'))) return;
  await verifyLog({ survey, directory: path.join(directory, 'wbl'), kind: 'wbl', refs, lateChunks });
}

/** Overlaps, gaps and parents that are still there: all of them may be right. */
function compareBlocks(survey: Survey, directory: string, metas: readonly BlockMeta[]): void {
  const { findings } = survey;
  const byTime = [...metas].sort((a, b) => a.mintMs - b.mintMs || a.endMs - b.endMs);
  const present = new Set(metas.map(({ ulid }) => ulid));
  let last: BlockMeta | undefined;
  for (const meta of byTime) {
    const target = path.join(directory, meta.ulid);
    if (last !== undefined && meta.mintMs < last.endMs) {
      findings.info(
        'overlap',
        target,
        `overlaps ${last.ulid} from ${meta.mintMs} to ${Math.min(meta.endMs, last.endMs)}`,
      );
    } else if (last !== undefined && meta.mintMs > last.endMs) {
      findings.info('gap', target, `no block from ${last.endMs} to ${meta.mintMs}`);
    }
    if (last === undefined || meta.endMs > last.endMs) last = meta;
    for (const { ulid } of meta.compaction.parents ?? []) {
      if (ulid !== meta.ulid && present.has(ulid))
        findings.info('leftover', target, `its parent ${ulid} is still there`);
    }
  }
}
