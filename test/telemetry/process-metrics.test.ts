import assert from 'node:assert/strict';
import {
  MetricRegistry,
  type ProcReader,
  registerBuildInfo,
  registerProcessMetrics,
  registerRuntimeMetrics,
} from '../../src/telemetry/index.js';

const files = new Map([
  [
    '/proc/self/stat',
    '17003 (a ) (b) S 1 2 3 4 5 6 7 8 9 10 250 50 0 0 20 0 11 0 777 1845989376 21810 18446744073709551615 1',
  ],
  [
    '/proc/self/limits',
    'Limit                     Soft Limit           Hard Limit           Units     \n' +
      'Max open files            20000                20000                files     \n' +
      'Max address space         unlimited            unlimited            bytes     \n',
  ],
  [
    '/proc/self/net/netstat',
    'TcpExt: A B\nTcpExt: 1 2\nIpExt: X InOctets OutOctets\nIpExt: 0 679570777 2374019\n',
  ],
]);

function values(proc: ProcReader): Map<string, number | undefined> {
  const registry = new MetricRegistry();
  registerProcessMetrics(registry, { proc, startTimeMs: 1_795_371_177_400 });
  return new Map(registry.collect().map(({ name, metrics }) => [name, metrics[0]?.value]));
}

describe('telemetry: process figures', () => {
  it('reads /proc as upstream does', () => {
    const found = values({ readText: (file) => files.get(file), openFileCount: () => 15 });
    assert.deepEqual(Object.fromEntries(found), {
      process_cpu_seconds_total: 3,
      process_max_fds: 20000,
      process_network_receive_bytes_total: 679570777,
      process_network_transmit_bytes_total: 2374019,
      process_open_fds: 15,
      process_resident_memory_bytes: 21810 * 4096,
      process_start_time_seconds: 1795371177.4,
      process_virtual_memory_bytes: 1845989376,
      process_virtual_memory_max_bytes: 18446744073709552000,
    });
  });

  it('leaves out what the system does not tell', () => {
    const found = values({ readText: () => undefined, openFileCount: () => undefined });
    assert.deepEqual([...found.keys()], ['process_start_time_seconds']);
    const broken = values({ readText: () => 'IpExt: InOctets\nnonsense (', openFileCount: () => undefined });
    assert.deepEqual([...broken.keys()], ['process_start_time_seconds']);
  });

  it('describes the build and the runtime', () => {
    const registry = new MetricRegistry();
    const labels = {
      branch: 'b',
      goarch: 'amd64',
      goos: 'linux',
      goversion: 'v',
      revision: 'r',
      tags: '',
      version: '3',
    };
    registerBuildInfo(registry, labels);
    const lag = { min: 0, max: 1, mean: 0.5, stddev: 0.1, p50: 0.5, p90: 0.9, p99: 0.99 };
    registerRuntimeMetrics(registry, {
      version: 'v24.21.0',
      eventLoopLag: () => lag,
      eventLoopDelay: () => ({ count: 9, sum: 0.5, quantiles: [[0.99, 0.25]] }),
      heap: () => ({ totalBytes: 3, usedBytes: 2, externalBytes: 1 }),
      activeResourceCount: () => 4,
    });
    const found = new Map(registry.collect().map(({ name, metrics }) => [name, metrics[0]]));
    assert.deepEqual(found.get('prometheus_build_info')?.labels, Object.entries(labels).flat());
    assert.equal(found.get('nodejs_eventloop_lag_p99_seconds')?.value, 0.99);
    assert.deepEqual(found.get('nodejs_eventloop_delay_seconds'), {
      labels: [],
      value: 0.5,
      count: 9,
      sum: 0.5,
      quantiles: [[0.99, 0.25]],
    });
    assert.deepEqual(found.get('nodejs_version_info')?.labels, [
      'major',
      '24',
      'minor',
      '21',
      'patch',
      '0',
      'version',
      'v24.21.0',
    ]);
  });
});
