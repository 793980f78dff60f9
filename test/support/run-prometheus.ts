import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import path from 'node:path';
import { systemClock } from '../../src/base/index.js';

const readyMs = 20_000;

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}

export interface RunningPrometheus {
  readonly url: string;
  /** What it said so far. */
  readonly log: string;
  /** Ends it in order. */
  stop(): Promise<void>;
}

/** A real Prometheus on a data directory, scraping nothing, once it is ready. Throws with what it said where it is not. */
export async function runPrometheus(
  program: string,
  directory: string,
  flags: readonly string[] = [],
): Promise<RunningPrometheus> {
  const config = path.join(directory, 'empty.yml');
  writeFileSync(config, '');
  const url = `http://127.0.0.1:${await freePort()}`;
  const child = spawn(program, [
    `--config.file=${config}`,
    `--storage.tsdb.path=${directory}`,
    `--web.listen-address=${url.slice('http://'.length)}`,
    '--storage.tsdb.retention.time=100y',
    ...flags,
  ]);
  const exited = once(child, 'exit');
  const said: string[] = [];
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => said.push(String(data)));
  const stop = async (): Promise<void> => {
    child.kill('SIGTERM');
    await exited;
  };
  if (!(await becomesReady(url, child))) {
    await stop();
    throw new Error(`${program} does not become ready:\n${said.join('')}`);
  }
  return {
    url,
    get log() {
      return said.join('');
    },
    stop,
  };
}

async function becomesReady(url: string, child: ChildProcess): Promise<boolean> {
  const endMs = systemClock.monotonicMs() + readyMs;
  while (systemClock.monotonicMs() < endMs && child.exitCode === null) {
    const answer = await fetch(`${url}/-/ready`).catch(() => undefined);
    if (answer?.status === 200) return true;
    await systemClock.sleep(100);
  }
  return false;
}

export async function askApi<Data>(url: string, question: string): Promise<Data> {
  const answer = await fetch(`${url}/api/v1/${question}`);
  const { data, error } = (await answer.json()) as { data: Data; error?: string };
  if (error !== undefined) throw new Error(`${question}: ${error}`);
  return data;
}
