/** Servers under measurement: started fresh, looked at from outside (/proc, so Linux alone). */
import { spawn } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { peerPath } from '../../test/support/peers.js';
import { freePort, Program, tsprom } from '../../test/support/programs.js';

const ticksPerSecond = 100;

/** CPU seconds of a process so far, user and system. */
export function cpuSeconds(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond;
}

export function residentMiB(pid: number): number {
  const line = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'latin1'));
  return Number(line?.[1] ?? Number.NaN) / 1024;
}

export interface RunningServer {
  readonly name: string;
  readonly program: Program;
  readonly pid: number;
  readonly url: string;
  /** CPU seconds from the start until it was ready. */
  readonly cpuToReady: number;
  readonly secondsToReady: number;
}

export interface ServerKind {
  readonly name: string;
  readonly command: readonly string[];
}

/** tsprom, and Prometheus where it is found. */
export function serverKinds(): ServerKind[] {
  const kinds: ServerKind[] = [{ name: 'tsprom', command: [...tsprom, 'server'] }];
  const prometheus = peerPath('prometheus');
  if (prometheus === undefined) process.stdout.write('no prometheus found: tsprom is measured alone\n');
  else kinds.unshift({ name: 'prometheus', command: [prometheus] });
  return kinds;
}

export async function startServer(
  kind: ServerKind,
  options: { data: string; config: string; args?: readonly string[] },
): Promise<RunningServer> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const startedMs = performance.now();
  const program = new Program([
    ...kind.command,
    `--config.file=${options.config}`,
    `--storage.tsdb.path=${options.data}`,
    `--web.listen-address=127.0.0.1:${port}`,
    ...(options.args ?? []),
  ]);
  await program.ready(`${url}/-/ready`, 600_000);
  const pid = program.child.pid as number;
  const secondsToReady = (performance.now() - startedMs) / 1000;
  return { name: kind.name, program, pid, url, cpuToReady: cpuSeconds(pid), secondsToReady };
}

export interface TargetFarm {
  readonly url: string;
  readonly port: number;
  /** A configuration that scrapes every target, written to a file. */
  writeConfig(file: string, interval: string): Promise<void>;
  stats(): Promise<{ samples: number; late: number; missed: number; maxGapMs: number }>;
  stop(): void;
}

/** The farm of targets beside the checkout; undefined where it is not there. */
export async function startFarm(args: readonly string[]): Promise<TargetFarm | undefined> {
  const script = path.resolve('..', 'shared', 'bench', 'target-farm.mjs');
  if (!existsSync(script)) return undefined;
  // The farm looks at its own path to know that it is run: a link would hide that.
  const child = spawn(process.execPath, [realpathSync(script), ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const line = await new Promise<string>((resolve) =>
    child.stdout.once('data', (bytes) => resolve(String(bytes))),
  );
  const { port } = JSON.parse(line) as { port: number };
  const url = `http://127.0.0.1:${port}`;
  return {
    url,
    port,
    async writeConfig(file, interval) {
      writeFileSync(file, await (await fetch(`${url}/config?interval=${interval}`)).text());
    },
    stats: async () => (await fetch(`${url}/stats`)).json() as ReturnType<TargetFarm['stats']>,
    stop: () => child.kill('SIGTERM'),
  };
}

/** A folder that is removed when the process ends. */
export function workFolder(name: string): string {
  const folder = mkdtempSync(path.join(tmpdir(), `tsprom-bench-${name}-`));
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  mkdirSync(path.join(folder, 'data'));
  return folder;
}
