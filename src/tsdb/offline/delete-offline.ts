import { type Disk, systemClock, UserError } from '../../base/index.js';
import { loadKernels } from '../../kernels/index.js';
import type { Matcher } from '../../model/index.js';
import { type Querier, SymbolTable, type TimeWindow } from '../../storage/index.js';
import { openDatabase } from '../db/index.js';
import { openReadOnly } from './open-read-only.js';
import { snapshotDirectory } from './snapshot-directory.js';

/** What is deleted changes a copy, or the directory itself. */
export type DeletionTarget =
  | { readonly kind: 'out'; readonly directory: string }
  | { readonly kind: 'in-place' };

export interface OfflineDeletion extends TimeWindow {
  readonly disk: Disk;
  /** A data directory that no process has. */
  readonly directory: string;
  /** Series that match any of the sets. */
  readonly matcherSets: readonly (readonly Matcher[])[];
  /** Whether blocks are written again without what is deleted, which else is left out by whoever reads them. */
  readonly clean: boolean;
  /** Absent: nothing is done but the count. */
  readonly target?: DeletionTarget | undefined;
  readonly signal: AbortSignal;
}

/** What matches, and whether it was deleted. */
export interface DeletionReport {
  readonly series: number;
  readonly samples: number;
  /** Where it was deleted. */
  readonly directory: string | undefined;
}

/** Deletes samples as a server does, both ends of the window included. Throws as `openDatabase` does. */
export async function deleteOffline(request: OfflineDeletion): Promise<DeletionReport> {
  const { disk, directory, target, signal } = request;
  const counted = await count(request);
  if (target === undefined) return { ...counted, directory: undefined };
  if (target.kind === 'out')
    await snapshotDirectory({ disk, directory, into: target.directory, withHead: true, signal });
  const changed = target.kind === 'out' ? target.directory : directory;
  try {
    await change(changed, request);
  } catch (error) {
    if (target.kind === 'out') await disk.remove(target.directory).catch(() => undefined);
    throw error;
  }
  return { ...counted, directory: changed };
}

async function count(request: OfflineDeletion): Promise<Pick<DeletionReport, 'series' | 'samples'>> {
  const { disk, directory, matcherSets, mintMs, maxtMs, signal } = request;
  const database = await openReadOnly({ disk, directory, signal });
  const [broken] = database.brokenBlocks;
  if (broken !== undefined) {
    await database.close();
    throw new UserError({
      code: 'broken-block',
      message: `cannot read "${broken[0]}": ${broken[1]}`,
      suggestions: ['Move it away to delete from the others.'],
    });
  }
  const querier = database.querier({ mintMs, maxtMs });
  try {
    const seen = new Set<string>();
    let samples = 0;
    for (const matchers of matcherSets)
      samples += await countOne(querier, matchers, { mintMs, maxtMs, signal, seen });
    return { series: seen.size, samples };
  } finally {
    querier.close();
    await database.close();
  }
}

async function countOne(
  querier: Querier,
  matchers: readonly Matcher[],
  { mintMs, maxtMs, signal, seen }: TimeWindow & { readonly signal: AbortSignal; readonly seen: Set<string> },
): Promise<number> {
  const symbols = new SymbolTable();
  const set = querier.select({ matchers, mintMs, maxtMs, symbols, sorted: false });
  let samples = 0;
  try {
    while (await set.next()) {
      signal.throwIfAborted();
      const name = symbols.labels(set.labels).toString();
      const { length } = set.columns;
      if (length === 0 || seen.has(name)) continue;
      seen.add(name);
      samples += length;
    }
    return samples;
  } finally {
    set.close();
  }
}

async function change(directory: string, request: OfflineDeletion): Promise<void> {
  const { disk, matcherSets, mintMs, maxtMs, clean } = request;
  const kernelModule = await loadKernels(disk);
  const database = await openDatabase({ directory, disk, clock: systemClock, kernelModule });
  try {
    await database.deleteSamples({ matcherSets, mintMs, maxtMs });
    if (clean) await database.cleanTombstones();
  } finally {
    await database.close();
  }
}
