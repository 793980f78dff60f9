import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { freePort, Program, tsprom } from '../programs.js';

/** A program that serves a data directory, with the flags that its version needs beside those of all. */
export interface Peer {
  readonly name: string;
  readonly command: readonly string[];
  readonly flags: readonly string[];
  /** Late samples that it has deleted from its head come back when it starts again. */
  readonly forgetsLateDeletions?: boolean;
}

export const tspromPeer: Peer = {
  name: 'tsprom',
  command: [...tsprom, 'server'],
  flags: ['--enable-feature=exemplar-storage', '--storage.tsdb.block-reload-interval=1s'],
};

export interface SiteSettings {
  readonly minBlock: string;
  readonly maxBlock: string;
  readonly outOfOrderWindow: string;
}

export interface RunningPeer {
  readonly url: string;
  readonly program: Program;
  /** Ends it: in order, or at once. */
  stop(signal?: 'SIGTERM' | 'SIGKILL'): Promise<void>;
}

const readyMs = 20_000;

/** Resolves once the peer serves the directory. */
export async function runPeer(peer: Peer, directory: string, settings: SiteSettings): Promise<RunningPeer> {
  const config = path.join(directory, '..', 'interchange.yml');
  writeFileSync(
    config,
    [
      'storage:',
      '  tsdb: {out_of_order_time_window: '.concat(settings.outOfOrderWindow, '}'),
      '  exemplars: {max_exemplars: 100000}',
      '',
    ].join('\n'),
  );
  const address = `127.0.0.1:${await freePort()}`;
  const url = `http://${address}`;
  const program = new Program([
    ...peer.command,
    `--config.file=${config}`,
    `--storage.tsdb.path=${directory}`,
    `--web.listen-address=${address}`,
    '--web.enable-admin-api',
    '--web.enable-remote-write-receiver',
    '--storage.tsdb.retention.time=100y',
    `--storage.tsdb.min-block-duration=${settings.minBlock}`,
    `--storage.tsdb.max-block-duration=${settings.maxBlock}`,
    ...peer.flags,
  ]);
  try {
    await program.ready(`${url}/-/ready`, readyMs);
  } catch (error) {
    await program.stop('SIGKILL');
    throw error;
  }
  return {
    url,
    program,
    async stop(signal = 'SIGTERM') {
      const code = await program.stop(signal);
      if (signal === 'SIGTERM' && code !== 0)
        throw new Error(`${peer.name} ended with ${code}:\n${program.output.slice(-3000)}`);
    },
  };
}
