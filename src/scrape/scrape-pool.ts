import { formatDuration, parseDuration } from '../base/index.js';
import type { TargetGroup } from '../discovery/index.js';
import type { HttpGet } from '../http/index.js';
import type { HttpClientOptions } from '../http/options.js';
import type { Labels } from '../model/index.js';
import { MetadataCache } from './metadata-cache.js';
import type { ScrapeOptions } from './options.js';
import { sameBut } from './same-options.js';
import { ScrapeCache } from './scrape-cache.js';
import { type LoopPorts, ScrapeLoop } from './scrape-loop.js';
import { Target } from './target.js';
import { discoveredLabels, targetLabels } from './target-labels.js';

export interface PoolPorts extends LoopPorts {
  createClient(options: HttpClientOptions): HttpGet;
}

interface Active {
  readonly target: Target;
  readonly loop: ScrapeLoop;
}

/** The targets of one job and their loops. */
export class ScrapePool {
  readonly #ports: PoolPorts;
  #options: ScrapeOptions;
  #http: HttpGet;
  readonly #active = new Map<bigint, Active>();
  #dropped: Labels[] = [];
  #droppedCount = 0;
  #groups: readonly TargetGroup[] = [];
  #isReloading = false;
  /** Ends the waits of targets that are gone when the whole pool ends. */
  readonly #ending = new AbortController();

  constructor(ports: PoolPorts, options: ScrapeOptions) {
    this.#ports = ports;
    this.#options = options;
    this.#http = ports.createClient(options.http);
    ports.metrics.pools.add(1);
    ports.metrics.poolTargetLimit.set(options.targetLimit, options.jobName);
  }

  get options(): ScrapeOptions {
    return this.#options;
  }

  activeTargets(): Target[] {
    return Array.from(this.#active.values(), ({ target }) => target);
  }

  metadataOf(target: Target): MetadataCache | undefined {
    return this.#active.get(target.hash)?.loop.metadata;
  }

  /** What discovery found and relabelling dropped, up to `keep_dropped_targets`; `count` is of all. */
  droppedTargets(): { labels: readonly Labels[]; count: number } {
    return { labels: this.#dropped, count: this.#droppedCount };
  }

  /** Takes all groups of the job: starts loops of targets not yet known, stops those of targets that are gone. */
  sync(groups: readonly TargetGroup[]): void {
    const { clock, metrics } = this.#ports;
    const startMs = clock.monotonicMs();
    const job = this.#options.jobName;
    this.#groups = groups;
    // A reload takes them over when the old loops have ended.
    if (this.#isReloading) return;
    const wanted = this.#targetsOf(groups);
    const fresh: Active[] = [];
    for (const [hash, { target, discovered }] of wanted) {
      const active = this.#active.get(hash);
      if (active !== undefined) {
        active.target.setDiscovered(this.#options, discovered);
        continue;
      }
      const made = { target, loop: this.#createLoop(target) };
      this.#active.set(hash, made);
      fresh.push(made);
    }
    for (const [hash, { loop }] of this.#active) {
      if (wanted.has(hash)) continue;
      this.#active.delete(hash);
      void loop.stop().then(() => loop.markGone(this.#ending.signal));
    }
    this.#applyTargetLimit();
    this.#expectScrapes();
    for (const { loop } of fresh) loop.start();
    const seconds = (clock.monotonicMs() - startMs) / 1000;
    metrics.poolTargets.set(wanted.size, job);
    metrics.syncLength.observe(seconds, job);
    metrics.syncLengthHistogram.observe(seconds, job);
    metrics.poolSyncs.add(1, job);
  }

  #targetsOf(groups: readonly TargetGroup[]) {
    const wanted = new Map<bigint, { target: Target; discovered: { target: Labels; group: Labels } }>();
    const { logger, metrics } = this.#ports;
    const { keepDroppedTargets, jobName } = this.#options;
    this.#dropped = [];
    this.#droppedCount = 0;
    let failed = 0;
    for (const group of groups) {
      group.targets.forEach((labels, i) => {
        const discovered = { target: labels, group: group.labels };
        const result = targetLabels(this.#options, discovered);
        if (result.kind === 'invalid') {
          failed++;
          const err = `instance ${i} in group ${group.source}: ${result.error}`;
          logger.error('Creating target failed', { scrape_pool: jobName, err });
        } else if (result.kind === 'dropped') {
          this.#droppedCount++;
          if (keepDroppedTargets > 0 && this.#dropped.length >= keepDroppedTargets) return;
          this.#dropped.push(discoveredLabels(this.#options, discovered).labels());
        } else {
          const target = new Target(result.labels, this.#options, discovered);
          wanted.set(target.hash, { target, discovered });
        }
      });
    }
    metrics.syncFailed.add(failed, jobName);
    return wanted;
  }

  #createLoop(target: Target, kept?: { cache: ScrapeCache; metadata: MetadataCache }): ScrapeLoop {
    return new ScrapeLoop(this.#ports, {
      target,
      options: this.#options,
      http: this.#http,
      cache: kept?.cache ?? new ScrapeCache(),
      metadata: kept?.metadata ?? new MetadataCache(),
      ...targetTiming(target, this.#options),
    });
  }

  #expectScrapes(): void {
    const { scrapeIntervalMs: intervalMs } = this.#options;
    this.#ports.beat.expect(this, { targets: this.#active.size, intervalMs });
  }

  #applyTargetLimit(): void {
    const { targetLimit } = this.#options;
    const count = this.#active.size;
    const isOver = targetLimit > 0 && count > targetLimit;
    if (isOver) this.#ports.metrics.exceededTargetLimit.add(1);
    const error = isOver
      ? `target_limit exceeded (number of targets: ${count}, limit: ${targetLimit})`
      : undefined;
    for (const { loop } of this.#active.values()) loop.setForcedError(error);
  }

  /** Goes on with other options: targets stay, loops start anew, caches are kept where texts mean the same. */
  async reload(options: ScrapeOptions): Promise<void> {
    const { clock, metrics } = this.#ports;
    const startMs = clock.monotonicMs();
    metrics.poolReloads.add(1);
    const keepsCaches = sameBut(this.#options, options, [
      'scrapeIntervalMs',
      'scrapeTimeoutMs',
      'sampleLimit',
      'http',
    ]);
    const oldHttp = this.#http;
    this.#options = options;
    this.#http = this.#ports.createClient(options.http);
    metrics.poolTargetLimit.set(options.targetLimit, options.jobName);
    const old = [...this.#active];
    this.#isReloading = true;
    await Promise.all(old.map(([, { loop }]) => loop.stop()));
    this.#isReloading = false;
    for (const [hash, { target, loop }] of old) {
      const restarted = this.#createLoop(target, keepsCaches ? loop : undefined);
      this.#active.set(hash, { target, loop: restarted });
      if (!keepsCaches) void loop.markGone(this.#ending.signal);
    }
    this.#applyTargetLimit();
    this.#expectScrapes();
    for (const { loop } of this.#active.values()) loop.start();
    await oldHttp.close();
    this.sync(this.#groups);
    const seconds = (clock.monotonicMs() - startMs) / 1000;
    metrics.reloadLength.observe(seconds, formatDuration(options.scrapeIntervalMs));
  }

  /** Stops all loops without stale markers: the process ends, or the job is gone with `markGone`. */
  async stop(how: { markGone: boolean }): Promise<void> {
    const loops = Array.from(this.#active.values(), ({ loop }) => loop);
    this.#active.clear();
    this.#expectScrapes();
    if (!how.markGone) {
      this.#ending.abort();
      for (const loop of loops) loop.abort();
    }
    await Promise.all(loops.map((loop) => loop.stop()));
    if (how.markGone) for (const loop of loops) void loop.markGone(this.#ending.signal);
    await this.#http.close();
  }

  /** Gives up the stale markers that targets of a removed job still wait to write. */
  abandon(): void {
    this.#ending.abort();
  }
}

/** The labels hold valid durations: targets whose labels do not are no targets. */
function targetTiming(target: Target, options: ScrapeOptions): { intervalMs: number; timeoutMs: number } {
  const interval = parseDuration(target.allLabels.get('__scrape_interval__'));
  const timeout = parseDuration(target.allLabels.get('__scrape_timeout__'));
  return {
    intervalMs: interval.ok ? interval.ms : options.scrapeIntervalMs,
    timeoutMs: timeout.ok ? timeout.ms : options.scrapeTimeoutMs,
  };
}
