/**
 * Looks for a broken promise in this copy of the program: `catch.js <plan>` tries one way after the other, says on
 * stdout what it found, and ends with 3; with 0 where nothing was found.
 */
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import type { WalSync } from '../../../src/tsdb/wal/index.js';
import { failNth, scenarios } from '../../simulation/fail-nth.js';
import { runScript } from '../../simulation/run-script.js';
import { scriptOf } from '../../simulation/steps.js';

/** Seeds of the simulation, the loops that let every `stride`-th disk call fail, or test files of the copy. */
export type Way =
  | { readonly kind: 'seeds'; readonly sync: WalSync; readonly count: number }
  | { readonly kind: 'fail-nth'; readonly sync: WalSync; readonly stride: number }
  | { readonly kind: 'tests'; readonly files: readonly string[] };

const caughtCode = 3;
const copy = path.resolve(import.meta.dirname, '../../..');

function firstLine(error: unknown): string {
  return String((error as Error).message).split('\n')[0] as string;
}

async function tryWay(way: Way): Promise<string | undefined> {
  if (way.kind === 'seeds') {
    for (let seed = 1; seed <= way.count; seed++) {
      const failure = await runScript(scriptOf(seed, way.sync)).then(() => undefined, firstLine);
      if (failure !== undefined) return `simulation ${way.sync}, ${seed} seeds: ${failure}`;
    }
    return undefined;
  }
  if (way.kind === 'fail-nth') {
    for (const scenario of scenarios) {
      const failure = await failNth(scenario, way.stride, way.sync).then(() => undefined, firstLine);
      if (failure !== undefined) return `every ${way.stride}th call: ${failure}`;
    }
    return undefined;
  }
  const mocha = path.resolve('node_modules/mocha/bin/mocha.js');
  const files = way.files.map((file) => path.join(copy, 'test', file));
  const run = spawnSync(
    process.execPath,
    [mocha, '--no-config', '--no-package', '--timeout', '60000', ...files],
    {
      encoding: 'utf8',
    },
  );
  if (run.status === 0) return undefined;
  const found = /^ {2}1\) [\s\S]*?(?=\n\n)/m.exec(run.stdout.split('failing')[1] ?? '')?.[0] ?? '';
  return `${way.files.join(', ')}: ${found.replaceAll(/\s+/g, ' ').trim() || run.stderr.slice(0, 200)}`;
}

for (const way of JSON.parse(process.argv[2] as string) as readonly Way[]) {
  const caught = await tryWay(way);
  if (caught === undefined) continue;
  process.stdout.write(caught.slice(0, 300));
  process.exit(caughtCode);
}
