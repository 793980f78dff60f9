import * as os from 'node:os';
import { type DiskSpace, decodeUtf8, diskSpace, messageOf } from '../../base/index.js';
import type { MetricFamily, MetricPoint } from '../../telemetry/index.js';

/** How the figures of a machine are read; a test gives its own. */
export interface HostReader {
  /** The text of a file below /proc, or undefined where there is none. */
  readText(file: string): Promise<string | undefined>;
  space(mountPoint: string): Promise<DiskSpace>;
  readonly os: Pick<
    typeof os,
    'cpus' | 'loadavg' | 'totalmem' | 'freemem' | 'uptime' | 'hostname' | 'release' | 'platform' | 'machine'
  >;
}

export function systemHostReader(readFile: (file: string) => Promise<Uint8Array>): HostReader {
  return {
    async readText(file) {
      try {
        return decodeUtf8(await readFile(file));
      } catch {
        // Whatever this machine does not offer is left out of the page, as node_exporter leaves out a collector.
        return undefined;
      }
    },
    space: diskSpace,
    os,
  };
}

type Kind = MetricFamily['type'];

function family(name: string, type: Kind, help: string, metrics: readonly MetricPoint[]): MetricFamily[] {
  return metrics.length === 0 ? [] : [{ name, help, unit: '', type, metrics }];
}

const single = (value: number): MetricPoint[] => [{ labels: [], value }];

/**
 * This machine's basics under node_exporter's metric and label names, so that its dashboards and alerts work.
 * Source: node_exporter's cpu, meminfo, loadavg, filesystem, netdev, diskstats, time and uname collectors.
 */
export async function collectHostMetrics(reader: HostReader): Promise<MetricFamily[]> {
  const [stat, meminfo, mounts, netdev] = await Promise.all(
    ['stat', 'meminfo', 'self/mounts', 'net/dev'].map((name) => reader.readText(`/proc/${name}`)),
  );
  const families = [
    ...cpuFamilies(stat, reader),
    ...memoryFamilies(meminfo, reader),
    ...loadFamilies(reader),
    ...(await fileSystemFamilies(mounts, reader)),
    ...networkFamilies(netdev),
    ...machineFamilies(stat, reader),
  ];
  return families.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
}

const ticksPerSecond = 100;
const cpuModes = ['user', 'nice', 'system', 'idle', 'iowait', 'irq', 'softirq', 'steal'] as const;

function cpuFamilies(stat: string | undefined, reader: HostReader): MetricFamily[] {
  const points: MetricPoint[] = [];
  if (stat !== undefined) {
    for (const [, cpu, rest] of stat.matchAll(/^cpu(\d+) (.+)$/gm)) {
      const ticks = (rest as string).split(' ').map(Number);
      cpuModes.forEach((mode, i) => {
        points.push({
          labels: ['cpu', cpu as string, 'mode', mode],
          value: (ticks[i] ?? 0) / ticksPerSecond,
        });
      });
    }
  } else {
    reader.os.cpus().forEach(({ times }, cpu) => {
      for (const [mode, ms] of [
        ['idle', times.idle],
        ['nice', times.nice],
        ['system', times.sys],
        ['user', times.user],
      ] as const) {
        points.push({ labels: ['cpu', String(cpu), 'mode', mode], value: ms / 1000 });
      }
    });
  }
  return family('node_cpu_seconds_total', 'counter', 'Seconds the CPUs spent in each mode.', points);
}

function memoryFamilies(meminfo: string | undefined, reader: HostReader): MetricFamily[] {
  if (meminfo === undefined) {
    return [
      ...family(
        'node_memory_total_bytes',
        'gauge',
        'Memory information field total_bytes.',
        single(reader.os.totalmem()),
      ),
      ...family(
        'node_memory_free_bytes',
        'gauge',
        'Memory information field free_bytes.',
        single(reader.os.freemem()),
      ),
    ];
  }
  const families: MetricFamily[] = [];
  for (const [, field, value, unit] of meminfo.matchAll(/^([^:]+):\s+(\d+)( kB)?$/gm)) {
    const suffix = unit ? '_bytes' : '';
    const name = `${(field as string).replace(/\(|\)/g, '_').replace(/_$/, '')}${suffix}`;
    const help = `Memory information field ${name}.`;
    families.push(...family(`node_memory_${name}`, 'gauge', help, single(Number(value) * (unit ? 1024 : 1))));
  }
  return families;
}

function loadFamilies(reader: HostReader): MetricFamily[] {
  const [one = 0, five = 0, fifteen = 0] = reader.os.loadavg();
  return [
    ...family('node_load1', 'gauge', '1m load average.', single(one)),
    ...family('node_load5', 'gauge', '5m load average.', single(five)),
    ...family('node_load15', 'gauge', '15m load average.', single(fifteen)),
  ];
}

/** node_exporter's default exclusions. */
const excludedMountPoints =
  /^\/(dev|proc|run\/credentials\/.+|sys|var\/lib\/docker\/.+|var\/lib\/containers\/storage\/.+)($|\/)/;
const excludedTypes =
  /^(autofs|binfmt_misc|bpf|cgroup2?|configfs|debugfs|devpts|devtmpfs|erofs|fusectl|hugetlbfs|iso9660|mqueue|nsfs|overlay|proc|procfs|pstore|rpc_pipefs|securityfs|selinuxfs|squashfs|sysfs|tracefs)$/;

async function fileSystemFamilies(mounts: string | undefined, reader: HostReader): Promise<MetricFamily[]> {
  const found = new Map<string, { labels: string[]; readonly: boolean }>();
  for (const line of (mounts ?? '/dev/root / unknown rw').split('\n')) {
    const [device = '', mounted = '', fstype = '', options = ''] = line.split(' ').map(unescapeMount);
    if (mounted === '' || excludedMountPoints.test(mounted) || excludedTypes.test(fstype)) continue;
    const labels = ['device', device, 'fstype', fstype, 'mountpoint', mounted];
    found.set(mounted, { labels, readonly: options.split(',').includes('ro') });
  }
  const points: Record<
    'size' | 'free' | 'avail' | 'files' | 'files_free' | 'error' | 'readonly',
    MetricPoint[]
  > = {
    size: [],
    free: [],
    avail: [],
    files: [],
    files_free: [],
    error: [],
    readonly: [],
  };
  for (const [mounted, { labels, readonly }] of found) {
    try {
      const space = await reader.space(mounted);
      points.size.push({ labels, value: space.sizeBytes });
      points.free.push({ labels, value: space.freeBytes });
      points.avail.push({ labels, value: space.availableBytes });
      points.files.push({ labels, value: space.fileCount });
      points.files_free.push({ labels, value: space.freeFileCount });
      points.readonly.push({ labels, value: readonly ? 1 : 0 });
      points.error.push({
        labels: [...labels.slice(0, 2), 'device_error', '', ...labels.slice(2)],
        value: 0,
      });
    } catch (error) {
      points.error.push({
        labels: [...labels.slice(0, 2), 'device_error', messageOf(error), ...labels.slice(2)],
        value: 1,
      });
    }
  }
  return [
    ...family('node_filesystem_size_bytes', 'gauge', 'Filesystem size in bytes.', points.size),
    ...family('node_filesystem_free_bytes', 'gauge', 'Filesystem free space in bytes.', points.free),
    ...family(
      'node_filesystem_avail_bytes',
      'gauge',
      'Filesystem space available to non-root users in bytes.',
      points.avail,
    ),
    ...family('node_filesystem_files', 'gauge', 'Filesystem total file nodes.', points.files),
    ...family('node_filesystem_files_free', 'gauge', 'Filesystem total free file nodes.', points.files_free),
    ...family('node_filesystem_readonly', 'gauge', 'Filesystem read-only status.', points.readonly),
    ...family(
      'node_filesystem_device_error',
      'gauge',
      'Whether an error occurred while getting statistics for the given device.',
      points.error,
    ),
  ];
}

/** /proc/mounts writes blanks, tabs, newlines and backslashes as octal escapes. */
function unescapeMount(text: string): string {
  return text.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));
}

const networkFields = [
  'bytes',
  'packets',
  'errs',
  'drop',
  'fifo',
  'frame',
  'compressed',
  'multicast',
] as const;
const transmitFields = [
  'bytes',
  'packets',
  'errs',
  'drop',
  'fifo',
  'colls',
  'carrier',
  'compressed',
] as const;

function networkFamilies(netdev: string | undefined): MetricFamily[] {
  const points = new Map<string, MetricPoint[]>();
  const add = (name: string, device: string, value: number): void => {
    const list = points.get(name) ?? [];
    list.push({ labels: ['device', device], value });
    points.set(name, list);
  };
  for (const [, device, figures] of (netdev ?? '').matchAll(/^\s*([^\s:]+):\s*(.+)$/gm)) {
    const values = (figures as string).trim().split(/\s+/).map(Number);
    networkFields.forEach((field, i) => {
      add(`node_network_receive_${field}_total`, device as string, values[i] ?? 0);
    });
    transmitFields.forEach((field, i) => {
      add(`node_network_transmit_${field}_total`, device as string, values[i + 8] ?? 0);
    });
  }
  return [...points].flatMap(([name, list]) =>
    family(
      name,
      'counter',
      `Network device statistic ${name.slice('node_network_'.length, -'_total'.length)}.`,
      list,
    ),
  );
}

function machineFamilies(stat: string | undefined, reader: HostReader): MetricFamily[] {
  const bootTime = /^btime (\d+)$/m.exec(stat ?? '')?.[1];
  const { os: machine } = reader;
  const labels = ['machine', machine.machine(), 'nodename', machine.hostname(), 'release', machine.release()];
  return [
    ...family(
      'node_boot_time_seconds',
      'gauge',
      'Node boot time, in unixtime.',
      bootTime ? single(Number(bootTime)) : [],
    ),
    ...family('node_uname_info', 'gauge', 'Labeled system information.', [
      {
        labels: [...labels, 'sysname', machine.platform() === 'linux' ? 'Linux' : machine.platform()],
        value: 1,
      },
    ]),
  ];
}
