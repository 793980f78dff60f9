/** CPU seconds of analyzing a block of many series, beside promtool's where it is found. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import path from 'node:path';
import { systemDisk } from '../src/base/index.js';
import { encodeXor } from '../src/chunkenc/index.js';
import { Labels } from '../src/model/index.js';
import { type BlockSeriesInput, writeBlock } from '../src/tsdb/block/index.js';

const seriesCount = 200_000;
const samples = 120;
const startMs = 1_700_000_000_000;
const stepMs = 15_000;
const ulid = '01HF0000000000000000000000';
const turns = 3;

function* madeSeries(): Generator<BlockSeriesInput> {
  const times = Float64Array.from({ length: samples }, (_, i) => startMs + i * stepMs);
  const bytes = encodeXor(times, Float64Array.from(times.keys()), 0, samples);
  const chunk = { encoding: 1, mintMs: startMs, maxtMs: times.at(-1) as number, samples, bytes } as const;
  for (let i = 0; i < seriesCount; i++) {
    const metric = `metric_${String(Math.floor(i / 1000)).padStart(4, '0')}`;
    const instance = `host-${String(i % 1000).padStart(4, '0')}:9100`;
    const labels = [
      '__name__',
      metric,
      'instance',
      instance,
      'job',
      'node',
      'zone',
      `zone-${i % 7}`,
    ] as const;
    yield { labels: Labels.fromPairs(...labels), chunks: [chunk] };
  }
}

/** The least of the turns. */
function cpuSeconds(command: readonly string[]): number {
  const [program = '', ...args] = command;
  let least = Number.POSITIVE_INFINITY;
  for (let turn = 0; turn < turns; turn++) {
    const { status, stderr } = spawnSync(
      '/bin/bash',
      ['-c', 'TIMEFORMAT="%U %S"; time "$@"', '-', program, ...args],
      {
        stdio: ['ignore', 'ignore', 'pipe'],
        encoding: 'utf8',
      },
    );
    if (status !== 0) throw new Error(`${command.join(' ')}: ${stderr}`);
    const [user = 0, system = 0] = (stderr.trim().split('\n').at(-1) ?? '').split(' ').map(Number);
    least = Math.min(least, user + system);
  }
  return least;
}

const directory = mkdtempSync(path.join(tmpdir(), 'tsprom-bench-analyze-'));
try {
  await writeBlock({
    disk: systemDisk,
    directory,
    ulid,
    mintMs: startMs,
    endMs: startMs + samples * stepMs,
    compaction: { level: 1, sources: [ulid] },
    series: madeSeries(),
  });
  const promtool = path.join(
    process.env.TSPROM_PEERS ?? path.join(homedir(), '.cache', 'tsprom-peers'),
    'promtool',
  );
  const programs = [['tsprom', [process.execPath, path.resolve('bin', 'run.js')]] as const];
  const peers = existsSync(promtool) ? [['promtool', [promtool]] as const] : [];
  for (const words of [['analyze'], ['analyze', '--extended']])
    for (const [name, program] of [...programs, ...peers]) {
      const cpuS = cpuSeconds([...program, 'tsdb', ...words, directory]);
      process.stdout.write(
        `${name.padEnd(10)} tsdb ${words.join(' ').padEnd(20)} ${cpuS.toFixed(2)} s CPU\n`,
      );
    }
} finally {
  rmSync(directory, { recursive: true, force: true });
}
