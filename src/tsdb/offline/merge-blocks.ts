import * as path from 'node:path';
import { type Disk, systemClock, systemRandom, UserError } from '../../base/index.js';
import { Kernels, loadKernels, reserveMemory } from '../../kernels/index.js';
import { isUlid } from '../block/index.js';
import { type MergedBlock, type MergePlan, planMerge, removeSources, writeMerge } from '../compact/index.js';
import { lockDirectory } from '../lock/index.js';

const memoryBytes = 1 << 30;

/** Where merged blocks go: to a directory that holds no blocks, or to where they were made of. */
export type MergeTarget =
  | { readonly kind: 'out'; readonly directory: string }
  | { readonly kind: 'in-place' };

interface MergeRequest {
  readonly disk: Disk;
  /** Data directories and blocks. */
  readonly paths: readonly string[];
  readonly splitMs?: number | undefined;
  /** Absent: nothing is done but the plan. */
  readonly target?: MergeTarget | undefined;
  readonly signal: AbortSignal;
}

export interface MergeReport {
  readonly plan: MergePlan;
  /** For each output of the plan, where it was carried out. */
  readonly written: readonly MergedBlock[] | undefined;
}

/** Merges blocks that no server has open. Throws `UserError`; the sources are then as they were. */
export async function mergeBlocks(request: MergeRequest): Promise<MergeReport> {
  const { disk, paths, target } = request;
  if (target?.kind === 'in-place') return mergeInPlace(request);
  const plan = await planMerge(request);
  if (target === undefined) return { plan, written: undefined };
  await checkEmpty(disk, target.directory);
  const isMade = (await disk.stat(target.directory)) === undefined;
  try {
    return { plan, written: await write(plan, target.directory, request) };
  } catch (error) {
    if (isMade && !paths.includes(target.directory)) await disk.remove(target.directory);
    throw error;
  }
}

async function mergeInPlace(request: MergeRequest): Promise<MergeReport> {
  const { disk, paths } = request;
  const [directory, ...others] = paths;
  if (directory === undefined || others.length > 0 || isUlid(path.basename(path.resolve(directory))))
    throw new UserError({
      code: 'not-one-directory',
      message: 'blocks are merged in place in one data directory',
      suggestions: ['Name the data directory alone, or give --out with a new directory.'],
    });
  const lock = await lockDirectory({ disk, directory, random: systemRandom });
  try {
    const plan = await planMerge(request);
    const written = await write(plan, directory, request);
    await removeSources(plan, disk);
    return { plan, written };
  } finally {
    await lock.release();
  }
}

async function write(plan: MergePlan, into: string, { disk, signal }: MergeRequest): Promise<MergedBlock[]> {
  const kernels = new Kernels(await loadKernels(disk), reserveMemory({ maxBytes: memoryBytes }), memoryBytes);
  return writeMerge(plan, into, { disk, clock: systemClock, random: systemRandom, kernels, signal });
}

async function checkEmpty(disk: Disk, directory: string): Promise<void> {
  const found = await disk.stat(directory);
  if (found === undefined) return;
  if (found.isDirectory && (await disk.list(directory)).length === 0) return;
  throw new UserError({
    code: 'not-empty',
    message: `"${directory}" is there and not empty`,
    suggestions: ['Give --out with a new directory.'],
  });
}
