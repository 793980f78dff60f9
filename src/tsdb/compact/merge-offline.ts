import * as path from 'node:path';
import { type Clock, type Disk, directorySizeBytes, type Random, UserError } from '../../base/index.js';
import type { Kernels } from '../../kernels/index.js';
import {
  type BlockMeta,
  createUlid,
  isUlid,
  type ListedBlock,
  listBlocks,
  readBlockMeta,
} from '../block/index.js';
import { compactBlocks } from './compact-blocks.js';

const deletionSuffix = '.tmp-for-deletion';

/** A block that is to become part of others. */
export interface MergeSource {
  readonly directory: string;
  readonly meta: BlockMeta;
  readonly sizeBytes: number;
}

/** A block that is to be written. */
export interface MergeOutput {
  readonly mintMs: number;
  /** The first time that is not in it. */
  readonly endMs: number;
  /** In rising time. */
  readonly sources: readonly MergeSource[];
}

export interface MergePlan {
  readonly outputs: readonly MergeOutput[];
  /** In rising time. */
  readonly sources: readonly MergeSource[];
}

/**
 * What merging blocks would make of them: one block, or one for each span of `splitMs` of unix time. `paths` are data
 * directories and blocks. Throws `UserError` where one is neither, or cannot be read.
 */
export async function planMerge(options: {
  readonly disk: Disk;
  readonly paths: readonly string[];
  readonly splitMs?: number | undefined;
}): Promise<MergePlan> {
  const { disk, paths, splitMs } = options;
  const found = new Map<string, ListedBlock>();
  for (const target of paths)
    for (const block of await blocksAt(disk, target)) found.set(path.resolve(block.directory), block);
  const sources: MergeSource[] = [];
  for (const block of found.values())
    sources.push({ ...block, sizeBytes: await directorySizeBytes(disk, block.directory) });
  sources.sort((a, b) => a.meta.mintMs - b.meta.mintMs || (a.meta.ulid < b.meta.ulid ? -1 : 1));
  if (sources.length === 0)
    throw new UserError({
      code: 'no-blocks',
      message: `no blocks found in ${paths.map((target) => JSON.stringify(target)).join(', ')}`,
    });
  return { outputs: outputsOf(sources, splitMs), sources };
}

async function blocksAt(disk: Disk, target: string): Promise<readonly ListedBlock[]> {
  const found = await disk.stat(target);
  if (found === undefined) throw new UserError({ code: 'not-found', message: `"${target}" does not exist` });
  if (isUlid(path.basename(path.resolve(target))))
    return [{ directory: target, meta: await readBlockMeta(disk, target) }];
  const { blocks, broken } = await listBlocks(disk, target);
  const [first] = broken;
  if (first !== undefined)
    throw new UserError({
      code: 'broken-block',
      message: `cannot read "${first.directory}": ${first.reason}`,
      suggestions: ['Name the other blocks one by one to merge those.'],
    });
  return blocks;
}

function outputsOf(sources: readonly MergeSource[], splitMs: number | undefined): MergeOutput[] {
  const mintMs = Math.min(...sources.map(({ meta }) => meta.mintMs));
  const endMs = Math.max(...sources.map(({ meta }) => meta.endMs));
  if (splitMs === undefined) return [{ mintMs, endMs, sources }];
  const outputs: MergeOutput[] = [];
  for (let fromMs = Math.floor(mintMs / splitMs) * splitMs; fromMs < endMs; fromMs += splitMs) {
    const toMs = fromMs + splitMs;
    const own = sources.filter(({ meta }) => meta.mintMs < toMs && meta.endMs > fromMs);
    if (own.length === 0) continue;
    outputs.push({
      mintMs: Math.max(fromMs, Math.min(...own.map(({ meta }) => meta.mintMs))),
      endMs: Math.min(toMs, Math.max(...own.map(({ meta }) => meta.endMs))),
      sources: own,
    });
  }
  return outputs;
}

export interface MergeParts {
  readonly disk: Disk;
  readonly clock: Clock;
  readonly random: Random;
  readonly kernels: Kernels;
  readonly signal?: AbortSignal;
}

/** A block that was written, undefined where nothing was left for it. */
export type MergedBlock = { readonly directory: string; readonly meta: BlockMeta } | undefined;

/**
 * Writes the blocks of a plan into a directory, which is made. Where one fails, or the signal aborts, those that were
 * written are removed again. Sources stay as they are.
 */
export async function writeMerge(plan: MergePlan, into: string, parts: MergeParts): Promise<MergedBlock[]> {
  const { disk, clock, random } = parts;
  await disk.makeDirectory(into);
  const written: MergedBlock[] = [];
  try {
    for (const { mintMs, endMs, sources } of plan.outputs) {
      const ulid = createUlid(clock, random);
      const meta = await compactBlocks(
        {
          kind: 'compact',
          directory: into,
          sources: sources.map(({ directory }) => directory),
          ulid,
          ...{ mintMs, endMs, hasParents: false },
        },
        parts,
      );
      written.push(meta === undefined ? undefined : { directory: path.join(into, ulid), meta });
    }
    return written;
  } catch (error) {
    for (const block of written) if (block !== undefined) await disk.remove(block.directory);
    throw error;
  }
}

/**
 * Removes the blocks of a plan, once those made of them stand in the same data directory. A crash in between leaves both,
 * which overlap and hold the same. The directory's lock is the caller's.
 */
export async function removeSources({ sources }: MergePlan, disk: Disk): Promise<void> {
  for (const { directory } of sources) {
    const going = `${directory}${deletionSuffix}`;
    await disk.rename(directory, going);
    await disk.syncDirectory(path.dirname(directory));
    await disk.remove(going);
  }
}
