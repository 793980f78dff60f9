import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { createServer } from 'node:net';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** The pinned runtime and the program's door, absolute: tests run in other folders. */
export const nodePath = path.resolve('node_modules', '.bin', 'node');
export const tsprom = [nodePath, path.resolve('bin', 'run.js')] as const;

export interface CommandResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs `tsprom …` to its end, without a terminal. */
export function runTsprom(
  args: readonly string[],
  options: { cwd?: string; env?: NodeJS.ProcessEnv; input?: string } = {},
): CommandResult {
  const result = spawnSync(tsprom[0], [tsprom[1], ...args], {
    encoding: 'utf8',
    timeout: 60_000,
    ...options,
    env: { ...process.env, NO_COLOR: '1', FORCE_COLOR: undefined, ...options.env },
  });
  return { code: result.status, stdout: result.stdout, stderr: result.stderr };
}

/** A port that nobody listens on at this moment. */
export async function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}

/** A program in the background; what it says is kept. */
export class Program {
  readonly child: ChildProcess;
  output = '';
  readonly #exited: Promise<number | null>;

  constructor(command: readonly string[], options: { cwd?: string; env?: NodeJS.ProcessEnv } = {}) {
    const [program = '', ...args] = command;
    this.child = spawn(program, args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      ...options,
      env: { ...process.env, NO_COLOR: '1', FORCE_COLOR: undefined, ...options.env },
    });
    for (const stream of [this.child.stdout, this.child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        this.output += text;
      });
    }
    this.#exited = new Promise((resolve) => {
      this.child.on('exit', (code) => resolve(code));
      this.child.on('error', () => resolve(null));
    });
  }

  get exited(): Promise<number | null> {
    return this.#exited;
  }

  /** Resolves once `url` answers 200; fails when the program ends or `timeoutMs` passes. */
  async ready(url: string, timeoutMs = 30_000): Promise<this> {
    const until = Date.now() + timeoutMs;
    while (Date.now() < until) {
      if (this.child.exitCode !== null) break;
      try {
        if ((await fetch(url)).ok) return this;
      } catch {
        // Not listening yet.
      }
      await sleep(50);
    }
    throw new Error(`not ready at ${url}:\n${this.output.slice(-4000)}`);
  }

  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<number | null> {
    if (this.child.exitCode === null) this.child.kill(signal);
    return this.#exited;
  }
}
