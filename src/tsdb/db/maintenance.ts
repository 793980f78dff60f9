import { type Clock, type Disk, systemClock } from '../../base/index.js';
import type { Kernels } from '../../kernels/index.js';
import type { BlockMeta } from '../block/index.js';
import { type CompactJob, compactBlocks } from '../compact/index.js';
import { type CheckpointJob, type CheckpointStats, writeCheckpoint } from '../wal/index.js';
import { type CutJob, type CutResult, cutBlock } from './cut-block.js';

export interface CheckpointWork extends CheckpointJob {
  readonly kind: 'checkpoint';
}

/** Work that may be done on any thread; plain data, as its result. */
export type MaintenanceJob = CutJob | CompactJob | CheckpointWork;
/** Undefined where a block would hold nothing. */
export type MaintenanceResult<Job extends MaintenanceJob> = Job extends CutJob
  ? CutResult | undefined
  : Job extends CompactJob
    ? BlockMeta | undefined
    : CheckpointStats;

/** Has jobs done, one after the other. */
export interface Maintenance {
  run<Job extends MaintenanceJob>(job: Job): Promise<MaintenanceResult<Job>>;
}

export interface MaintenanceParts {
  readonly disk: Disk;
  /** On a memory that nobody else uses meanwhile. */
  readonly kernels: Kernels;
  readonly clock?: Clock;
}

/** Does a job on this thread, with pauses for its event loop. */
export async function runMaintenance<Job extends MaintenanceJob>(
  job: Job,
  parts: MaintenanceParts,
): Promise<MaintenanceResult<Job>> {
  return (await resultOf(job, parts)) as MaintenanceResult<Job>;
}

function resultOf(
  job: MaintenanceJob,
  { disk, kernels, clock = systemClock }: MaintenanceParts,
): Promise<CutResult | BlockMeta | CheckpointStats | undefined> {
  if (job.kind === 'cut') return cutBlock(job, { disk, kernels });
  if (job.kind === 'compact') return compactBlocks(job, { disk, kernels });
  const { kind: _, ...checkpoint } = job;
  return writeCheckpoint(checkpoint, { disk, clock, kernels });
}

/** For whoever has one thread; `kernels` is asked once, for the first job. */
export function maintenanceHere(parts: {
  readonly disk: Disk;
  readonly kernels: () => Kernels;
}): Maintenance {
  let kernels: Kernels | undefined;
  let last: Promise<unknown> = Promise.resolve();
  return {
    run<Job extends MaintenanceJob>(job: Job): Promise<MaintenanceResult<Job>> {
      const result = last.then(() => {
        kernels ??= parts.kernels();
        return runMaintenance(job, { disk: parts.disk, kernels });
      });
      last = result.catch(() => undefined);
      return result;
    },
  };
}
