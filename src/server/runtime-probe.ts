import type { Clock } from '../base/index.js';
import type { RuntimeProbe } from '../telemetry/index.js';
import { EventLoopDelay } from './event-loop-delay.js';

const nanosecondsInSecond = 1e9;

/** What this process' runtime says of itself; the event loop is watched from the call on. */
export function watchRuntime(clock: Clock): RuntimeProbe {
  const watched = new EventLoopDelay(clock);
  const delay = watched.ticks;
  const seconds = (nanoseconds: number): number => nanoseconds / nanosecondsInSecond;
  return {
    eventLoopLag: () => ({
      min: seconds(delay.min),
      max: seconds(delay.max),
      mean: seconds(delay.mean),
      stddev: seconds(delay.stddev),
      p50: seconds(delay.percentile(50)),
      p90: seconds(delay.percentile(90)),
      p99: seconds(delay.percentile(99)),
    }),
    eventLoopDelay: () => watched.read(),
    heap() {
      const { heapTotal, heapUsed, external } = process.memoryUsage();
      return { totalBytes: heapTotal, usedBytes: heapUsed, externalBytes: external };
    },
    activeResourceCount: () => process.getActiveResourcesInfo().length,
    version: process.version,
  };
}
