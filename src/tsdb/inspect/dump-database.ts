import * as path from 'node:path';
import { type Clock, CorruptionError, type Disk } from '../../base/index.js';
import { KernelScope, Kernels, loadKernels, reserveMemory } from '../../kernels/index.js';
import type { Matcher } from '../../model/index.js';
import {
  mergeSeriesSets,
  type Querier,
  type SelectRequest,
  type SeriesSet,
  SymbolTable,
  type TimeWindow,
} from '../../storage/index.js';
import { listBlocks } from '../block/index.js';
import { openReadOnly, type ReadOnlyDatabase } from '../offline/index.js';
import { Damages } from './damages.js';
import { checkSandboxRoot, openDataDirectory } from './data-directory.js';
import { type DumpForm, dumpFormOf } from './dump-forms.js';
import { type PieceSink, RowWriter } from './row-writer.js';

export type { DumpForm } from './dump-forms.js';

export interface DumpRequest {
  readonly disk: Disk;
  readonly clock: Clock;
  readonly directory: string;
  readonly window: TimeWindow;
  /** Series that match all of any of these. */
  readonly selectors: readonly (readonly Matcher[])[];
  readonly form: DumpForm;
  /** Where upstream would put its scratch files: it must exist. */
  readonly sandboxRoot?: string | undefined;
  readonly write: PieceSink;
  /** What cannot be read, in a sentence, as it is found; each once. */
  readonly onDamage: (text: string) => void;
}

export interface DumpOutcome {
  /** Series of which there was anything to print. */
  readonly seriesCount: number;
  /** Whether something could not be read. */
  readonly isDamaged: boolean;
}

const mostBytes = 2 ** 32 - 2 ** 16;

/**
 * Prints the samples of a data directory, series by series, in about the memory that one series takes. What is damaged
 * is named and left out. Source of the forms: cmd/promtool/tsdb.go.
 */
export async function dumpDatabase(request: DumpRequest): Promise<DumpOutcome> {
  const { disk, clock, directory, window, sandboxRoot } = request;
  await openDataDirectory(disk, directory);
  if (sandboxRoot !== undefined) await checkSandboxRoot(disk, sandboxRoot);
  const isDirectory = (await disk.stat(directory))?.isDirectory === true;
  // Upstream does not open blocks without a log beside them, such as a snapshot of a data directory.
  const blocks = isDirectory ? (await listBlocks(disk, directory)).blocks : [];
  const kernelModule = await loadKernels(disk);
  const database = await openReadOnly({ directory, disk, clock, kernelModule, headFrom: 'last-block' });
  const damages = new Damages(request.onDamage);
  const replaced = blocks.flatMap(({ meta }) => (meta.compaction.parents ?? []).map(({ ulid }) => ulid));
  reportDamagedFiles(database, new Set(replaced), damages);
  const querier = database.querier(window);
  try {
    const kernels = new Kernels(kernelModule, reserveMemory({ maxBytes: mostBytes }));
    // With blocks there are several places to merge in label order; the head alone is told in the order of its series.
    const sorted = blocks.some(({ meta }) => meta.mintMs <= window.maxtMs && meta.endMs > window.mintMs);
    const seriesCount = await dumpSeries({ ...request, querier, kernels, sorted, damages });
    damages.close();
    return { seriesCount, isDamaged: damages.count > 0 };
  } finally {
    querier.close();
    await database.close();
  }
}

function reportDamagedFiles(
  database: ReadOnlyDatabase,
  replaced: ReadonlySet<string>,
  damages: Damages,
): void {
  for (const [directory, reason] of database.brokenBlocks) {
    if (!replaced.has(path.basename(directory)))
      damages.add(directory, `cannot read "${directory}": ${reason}`);
  }
  for (const { path: file, damages: ranges } of database.segments) {
    for (const { startByte, endByte, reason, torn } of ranges) {
      // What is being written, or was when its writer died, is no damage.
      if (torn) continue;
      const left = `${endByte - startByte} bytes are left out`;
      damages.add(file, `corruption in "${file}" at offset ${startByte}: ${reason}; ${left}`);
    }
  }
}

interface Dump extends DumpRequest {
  readonly querier: Querier;
  readonly kernels: Kernels;
  readonly sorted: boolean;
  readonly damages: Damages;
}

async function dumpSeries(dump: Dump): Promise<number> {
  const { kernels, damages, write } = dump;
  const form = dumpFormOf(dump.form);
  const symbols = new SymbolTable();
  const scope = new KernelScope(kernels);
  const writer = new RowWriter(scope, form.rows, write);
  const set = selectSeries(dump, symbols, form.labelsAlone);
  let count = 0;
  try {
    await writer.text(form.head);
    while (await hasNext(set, damages)) {
      const labels = symbols.labels(set.labels);
      try {
        if (await form.write(labels, set, writer)) count++;
      } catch (error) {
        if (!(error instanceof CorruptionError)) throw error;
        damages.add(error.path, `${error.message}; the samples of ${labels} are left out`);
      }
    }
    await writer.text(form.foot);
    await writer.flush();
  } finally {
    set.close();
    scope.close();
  }
  return count;
}

/** A damaged index ends the walk: what was read before it is printed. */
async function hasNext(set: SeriesSet, damages: Damages): Promise<boolean> {
  try {
    return await set.next();
  } catch (error) {
    if (!(error instanceof CorruptionError)) throw error;
    damages.add(error.path, `${error.message}; this series and those behind it are left out`);
    return false;
  }
}

function selectSeries(dump: Dump, symbols: SymbolTable, labelsAlone: boolean): SeriesSet {
  const { querier, kernels, selectors, sorted, window, damages } = dump;
  const request = (matchers: readonly Matcher[]): SelectRequest => ({
    ...window,
    matchers,
    symbols,
    sorted: sorted || selectors.length > 1,
    scope: new KernelScope(kernels),
    onDamage: (damage) => damages.add(damage.path, `${damage.message}; what it holds is left out`),
    ...(labelsAlone ? { hints: { func: 'series' } } : {}),
  });
  return mergeSeriesSets(
    selectors.map((matchers) => querier.select(request(matchers))),
    { symbols },
  );
}
