import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { RuntimeProbe } from '../telemetry/index.js';

const resolutionMs = 10;
const nanosecondsInSecond = 1e9;

/** What this process' runtime says of itself; the event loop is watched from the call on. */
export function watchRuntime(): RuntimeProbe {
  const delay = monitorEventLoopDelay({ resolution: resolutionMs });
  delay.enable();
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
    heap() {
      const { heapTotal, heapUsed, external } = process.memoryUsage();
      return { totalBytes: heapTotal, usedBytes: heapUsed, externalBytes: external };
    },
    activeResourceCount: () => process.getActiveResourcesInfo().length,
    version: process.version,
  };
}
