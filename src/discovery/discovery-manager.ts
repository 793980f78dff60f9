import type { Clock, Disk } from '../base/index.js';
import type { Logger, MetricRegistry } from '../telemetry/index.js';
import { createFileProvider } from './file/file-provider.js';
import type { DiscoveryOptions } from './options.js';
import type { Provider } from './provider.js';
import { createStaticProvider } from './static-provider.js';
import type { TargetGroup } from './target-group.js';

export interface DiscoveryManagerOptions {
  readonly clock: Clock;
  readonly disk: Disk;
  readonly logger: Logger;
  readonly registry?: MetricRegistry;
  /** All groups of a job, at once, whenever one of its providers has news. */
  onGroups(job: string, groups: readonly TargetGroup[]): void;
}

interface Running {
  readonly provider: Provider;
  groups: readonly TargetGroup[];
  /** Whether it has handed over groups; a job waits for none of its providers. */
  isKnown: boolean;
}

/** Runs the providers of all jobs. A reload keeps those whose options are the same, and what they found. */
export class DiscoveryManager {
  readonly #options: DiscoveryManagerOptions;
  /** By job, then by what the provider was made from. */
  readonly #jobs = new Map<string, Map<string, Running>>();
  #readErrors = 0;

  constructor(options: DiscoveryManagerOptions) {
    this.#options = options;
    options.registry?.counterFrom(
      { name: 'prometheus_sd_file_read_errors_total', help: 'The number of File-SD read errors.' },
      () => this.#readErrors,
    );
    options.registry?.gaugeFrom(
      {
        name: 'prometheus_sd_discovered_targets',
        help: 'Current number of discovered targets.',
        labelNames: ['name', 'config'],
      },
      () => [...this.#jobs].map(([job, providers]) => [['scrape', job], countTargets(providers)] as const),
    );
  }

  /** Starts, keeps and stops providers so that exactly these jobs are discovered. */
  apply(jobs: ReadonlyMap<string, DiscoveryOptions>): void {
    for (const [job, providers] of this.#jobs) {
      if (jobs.has(job)) continue;
      for (const { provider } of providers.values()) provider.stop();
      this.#jobs.delete(job);
    }
    for (const [job, options] of jobs) this.#applyJob(job, options);
  }

  stop(): void {
    this.apply(new Map());
  }

  #applyJob(job: string, options: DiscoveryOptions): void {
    const old = this.#jobs.get(job) ?? new Map<string, Running>();
    const running = new Map<string, Running>();
    this.#jobs.set(job, running);
    const started: Running[] = [];
    const keep = (key: string, create: () => Provider): void => {
      const kept = old.get(key);
      const entry = kept ?? { provider: create(), groups: [], isKnown: false };
      running.set(key, entry);
      if (kept === undefined) started.push(entry);
    };
    const { staticGroups, configs } = options;
    if (staticGroups.length > 0) keep(staticKey(staticGroups), () => createStaticProvider(staticGroups));
    for (const config of configs.file ?? []) {
      const { clock, disk, logger } = this.#options;
      const onReadError = (): void => {
        this.#readErrors++;
      };
      const ports = { clock, disk, logger: logger.with({ discovery: 'file', config: job }), onReadError };
      keep(`file ${JSON.stringify(config)}`, () => createFileProvider(config, ports));
    }
    for (const [key, { provider }] of old) if (!running.has(key)) provider.stop();
    for (const entry of started) {
      entry.provider.start((groups) => {
        entry.groups = groups;
        entry.isKnown = true;
        this.#emit(job);
      });
    }
    // Providers that are gone, or none at all, are news too.
    if (started.length === 0) this.#emit(job);
  }

  #emit(job: string): void {
    const running = this.#jobs.get(job);
    if (running === undefined) return;
    const known = [...running.values()].filter(({ isKnown }) => isKnown);
    if (known.length === 0 && running.size > 0) return;
    this.#options.onGroups(
      job,
      known.flatMap(({ groups }) => groups),
    );
  }
}

function staticKey(groups: readonly TargetGroup[]): string {
  const parts = groups.map(({ targets, labels }) => [targets.map((target) => target.key()), labels.key()]);
  return `static ${JSON.stringify(parts)}`;
}

function countTargets(providers: ReadonlyMap<string, Running>): number {
  let count = 0;
  for (const { groups } of providers.values()) for (const { targets } of groups) count += targets.length;
  return count;
}
