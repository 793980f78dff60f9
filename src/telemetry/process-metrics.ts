import type { MetricOptions, MetricReading, MetricRegistry } from './metric-registry.js';

/** The process' view of itself in /proc. Each answers undefined where the system has none (not Linux). */
export interface ProcReader {
  /** The text of a file such as `/proc/self/stat`. */
  readText(file: string): string | undefined;
  /** How many entries `/proc/self/fd` has. */
  openFileCount(): number | undefined;
}

export interface ProcessMetricsOptions {
  readonly proc: ProcReader;
  /** Milliseconds since the epoch at which the process began. */
  readonly startTimeMs: number;
  readonly pageSizeBytes?: number;
  readonly clockTicksPerSecond?: number;
}

interface ProcessFigure extends MetricOptions {
  readonly kind: 'counter' | 'gauge';
  readonly read: (options: ProcessMetricsOptions) => number | undefined;
}

// Field numbers of /proc/self/stat count from after the command's closing parenthesis: state is 0.
const userTicksField = 11;
const systemTicksField = 12;
const virtualBytesField = 20;
const residentPagesField = 21;

const figures: readonly ProcessFigure[] = [
  {
    name: 'process_cpu_seconds_total',
    help: 'Total user and system CPU time spent in seconds.',
    kind: 'counter',
    read: (options) => {
      const user = statField(options.proc, userTicksField);
      const system = statField(options.proc, systemTicksField);
      if (user === undefined || system === undefined) return undefined;
      return (user + system) / (options.clockTicksPerSecond ?? 100);
    },
  },
  {
    name: 'process_resident_memory_bytes',
    help: 'Resident memory size in bytes.',
    kind: 'gauge',
    read: (options) => {
      const pages = statField(options.proc, residentPagesField);
      return pages === undefined ? undefined : pages * (options.pageSizeBytes ?? 4096);
    },
  },
  {
    name: 'process_virtual_memory_bytes',
    help: 'Virtual memory size in bytes.',
    kind: 'gauge',
    read: ({ proc }) => statField(proc, virtualBytesField),
  },
  {
    name: 'process_virtual_memory_max_bytes',
    help: 'Maximum amount of virtual memory available in bytes.',
    kind: 'gauge',
    read: ({ proc }) => limit(proc, 'Max address space'),
  },
  {
    name: 'process_open_fds',
    help: 'Number of open file descriptors.',
    kind: 'gauge',
    read: ({ proc }) => proc.openFileCount(),
  },
  {
    name: 'process_max_fds',
    help: 'Maximum number of open file descriptors.',
    kind: 'gauge',
    read: ({ proc }) => limit(proc, 'Max open files'),
  },
  {
    name: 'process_start_time_seconds',
    help: 'Start time of the process since unix epoch in seconds.',
    kind: 'gauge',
    read: ({ startTimeMs }) => startTimeMs / 1000,
  },
  {
    name: 'process_network_receive_bytes_total',
    help: 'Number of bytes received by the process over the network.',
    kind: 'counter',
    read: ({ proc }) => networkFigure(proc, 'InOctets'),
  },
  {
    name: 'process_network_transmit_bytes_total',
    help: 'Number of bytes sent by the process over the network.',
    kind: 'counter',
    read: ({ proc }) => networkFigure(proc, 'OutOctets'),
  },
];

/** The `process_*` families, read at each collection; a figure the system does not give is left out. */
export function registerProcessMetrics(registry: MetricRegistry, options: ProcessMetricsOptions): void {
  for (const { kind, read, ...metric } of figures) {
    const reading = (): MetricReading => read(options) ?? [];
    if (kind === 'counter') registry.counterFrom(metric, reading);
    else registry.gaugeFrom(metric, reading);
  }
}

function statField(proc: ProcReader, field: number): number | undefined {
  const text = proc.readText('/proc/self/stat');
  // The command may hold spaces and parentheses: fields are counted from its last one.
  const fields = text?.slice(text.lastIndexOf(')') + 2).split(' ');
  return toNumber(fields?.[field]);
}

/** The soft limit of a row of /proc/self/limits. */
function limit(proc: ProcReader, name: string): number | undefined {
  const line = proc
    .readText('/proc/self/limits')
    ?.split('\n')
    .find((row) => row.startsWith(name));
  const value = line?.slice(name.length).trim().split(/\s+/)[0];
  return value === 'unlimited' ? 2 ** 64 : toNumber(value);
}

/** /proc/self/net/netstat holds pairs of lines, names and values, under one prefix. */
function networkFigure(proc: ProcReader, name: string): number | undefined {
  const lines = proc.readText('/proc/self/net/netstat')?.split('\n') ?? [];
  const first = lines.findIndex((line) => line.startsWith('IpExt:'));
  if (first < 0) return undefined;
  const column = (lines[first] as string).split(' ').indexOf(name);
  return column < 0 ? undefined : toNumber(lines[first + 1]?.split(' ')[column]);
}

function toNumber(text: string | undefined): number | undefined {
  const value = text === undefined || text === '' ? Number.NaN : Number(text);
  return Number.isNaN(value) ? undefined : value;
}
