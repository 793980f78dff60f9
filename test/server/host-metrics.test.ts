import assert from 'node:assert/strict';
import { collectHostMetrics, type HostReader } from '../../src/server/host/collect-host-metrics.js';

const files: Readonly<Record<string, string>> = {
  '/proc/stat': [
    'cpu  100 20 30 4000 5 6 7 8 9 10',
    'cpu0 50 10 15 2000 2 3 4 5 6 7',
    'cpu1 50 10 15 2000 3 3 3 3 3 3',
    'intr 1 2 3',
    'btime 1700000000',
    '',
  ].join('\n'),
  '/proc/meminfo': [
    'MemTotal:       16000 kB',
    'MemAvailable:    8000 kB',
    'HugePages_Total:       3',
    'Active(anon):      12 kB',
    '',
  ].join('\n'),
  '/proc/self/mounts': [
    'proc /proc proc rw 0 0',
    'sysfs /sys sysfs rw 0 0',
    '/dev/sda1 / ext4 rw,relatime 0 0',
    '/dev/sdb1 /mnt/a\\040b ext4 ro,noatime 0 0',
    'broken /gone xfs rw 0 0',
    'tmpfs /dev/shm tmpfs rw 0 0',
    'overlay /var/lib/docker/overlay2/x overlay rw 0 0',
    '',
  ].join('\n'),
  '/proc/net/dev': [
    'Inter-|   Receive                                                |  Transmit',
    ' face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls',
    '    lo: 100 1 0 0 0 0 0 0 200 2 0 0 0 0 0 0',
    'eth0:18446744073709551615 9 8 7 6 5 4 3 11 12 13 14 15 16 17 18',
    '',
  ].join('\n'),
};

const os: HostReader['os'] = {
  cpus: () => [{ model: '', speed: 0, times: { user: 1000, nice: 0, sys: 500, idle: 2000, irq: 0 } }],
  loadavg: () => [0.5, 1.5, 2.5],
  totalmem: () => 1000,
  freemem: () => 400,
  uptime: () => 10,
  hostname: () => 'host',
  release: () => '6.1',
  platform: () => 'linux',
  machine: () => 'x86_64',
};

const linux: HostReader = {
  readText: async (file) => files[file],
  space: async (mountPoint) => {
    if (mountPoint === '/gone') throw new Error('gone');
    return { sizeBytes: 1000, freeBytes: 500, availableBytes: 400, fileCount: 10, freeFileCount: 5 };
  },
  os,
};

/** `name{label="value"} value` of every point. */
async function lines(reader: HostReader): Promise<string[]> {
  const families = await collectHostMetrics(reader);
  return families.flatMap(({ name, metrics }) =>
    metrics.map((point) => {
      if (!('value' in point)) return name;
      const pairs: string[] = [];
      for (let i = 0; i < point.labels.length; i += 2)
        pairs.push(`${point.labels[i]}="${point.labels[i + 1]}"`);
      return `${name}${pairs.length > 0 ? `{${pairs.join(',')}}` : ''} ${point.value}`;
    }),
  );
}

describe('server: metrics of the host', () => {
  const expected = [
    'node_cpu_seconds_total{cpu="0",mode="user"} 0.5',
    'node_cpu_seconds_total{cpu="1",mode="idle"} 20',
    'node_cpu_seconds_total{cpu="0",mode="steal"} 0.05',
    'node_memory_MemTotal_bytes 16384000',
    'node_memory_MemAvailable_bytes 8192000',
    'node_memory_HugePages_Total 3',
    'node_memory_Active_anon_bytes 12288',
    'node_load1 0.5',
    'node_load5 1.5',
    'node_load15 2.5',
    'node_filesystem_avail_bytes{device="/dev/sda1",fstype="ext4",mountpoint="/"} 400',
    'node_filesystem_readonly{device="/dev/sda1",fstype="ext4",mountpoint="/"} 0',
    'node_filesystem_readonly{device="/dev/sdb1",fstype="ext4",mountpoint="/mnt/a b"} 1',
    'node_filesystem_device_error{device="broken",device_error="gone",fstype="xfs",mountpoint="/gone"} 1',
    'node_network_receive_bytes_total{device="lo"} 100',
    'node_network_transmit_bytes_total{device="lo"} 200',
    'node_network_receive_bytes_total{device="eth0"} 18446744073709552000',
    'node_network_receive_multicast_total{device="eth0"} 3',
    'node_network_transmit_colls_total{device="eth0"} 16',
    'node_network_transmit_compressed_total{device="eth0"} 18',
    'node_boot_time_seconds 1700000000',
  ];
  for (const line of expected) {
    it(line, async () => {
      const found = await lines(linux);
      assert.ok(
        found.includes(line),
        found.filter((other) => other.startsWith(line.split(/[{ ]/)[0] ?? '')).join('\n'),
      );
    });
  }

  it('leave out what no one looks for: pseudo file systems and the sum over CPUs', async () => {
    const found = (await lines(linux)).join('\n');
    assert.doesNotMatch(found, /mountpoint="\/(proc|sys|dev\/shm|var\/lib\/docker)/);
    assert.doesNotMatch(found, /cpu=""/);
  });

  it('come in the order of their names, each once', async () => {
    const names = (await collectHostMetrics(linux)).map(({ name }) => name);
    assert.deepEqual(names, [...new Set(names)].sort());
  });

  it('fall back to what every system tells where there is no /proc', async () => {
    const found = await lines({ ...linux, readText: async () => undefined });
    assert.ok(found.includes('node_cpu_seconds_total{cpu="0",mode="user"} 1'), found.join('\n'));
    assert.ok(found.includes('node_memory_total_bytes 1000'));
    assert.ok(found.includes('node_load1 0.5'));
    assert.ok(!found.some((line) => line.startsWith('node_network_')));
  });

  it('survive texts of another shape', async () => {
    const odd = ['', '\n\n', 'cpu', 'cpu0', 'cpu0 x y', ':', 'a:', 'a: b', '\0\0', 'x'.repeat(100_000)];
    for (const text of odd) await collectHostMetrics({ ...linux, readText: async () => text });
  });
});
