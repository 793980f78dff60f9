/**
 * The tests of safety, tested: every fsync, truncation, renaming and test of a checksum on the write path, and of what
 * it wrote when that is read, is left out of a copy of the program, and the simulation, the loops that let every disk
 * call fail, or a test beside the code, has to notice. `ONLY=text` runs the rows whose name holds that text.
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { checksums, type Mutation, others, renames, syncs, truncates, usualWays } from './mutations/table.js';

const dist = path.resolve(import.meta.dirname, '../..');
const only = process.env.ONLY ?? '';
const groups = { fsync: syncs, truncate: truncates, rename: renames, checksum: checksums, other: others };

/** All files by hard links, in a directory below the same parent, so that packages are found. */
function copyDist(into: string): void {
  for (const entry of readdirSync(dist, { recursive: true, withFileTypes: true })) {
    const from = path.join(entry.parentPath, entry.name);
    const to = path.join(into, 'dist', path.relative(dist, from));
    if (entry.isDirectory()) mkdirSync(to, { recursive: true });
    else if (/\.(js|wasm|json)$/.test(entry.name)) linkSync(from, to);
  }
  symlinkSync(path.resolve('node_modules'), path.join(into, 'node_modules'));
  linkSync(path.resolve('package.json'), path.join(into, 'package.json'));
}

function mutate(into: string, { file, find, replace }: Mutation): void {
  const below = file.startsWith('/') ? `src${file}` : `src/tsdb/${file}`;
  const target = path.join(into, 'dist', below);
  const parts = readFileSync(target, 'utf8').split(find);
  assert.equal(parts.length, 2, `"${find}" stands ${parts.length - 1} times in ${below}`);
  rmSync(target);
  writeFileSync(target, parts.join(replace));
}

describe('safety that is left out is noticed', () => {
  let into = '';
  beforeEach(() => {
    into = mkdtempSync(path.join(tmpdir(), 'mutation-'));
    copyDist(into);
  });
  afterEach(() => rmSync(into, { recursive: true, force: true }));

  for (const [group, mutations] of Object.entries(groups))
    for (const mutation of mutations) {
      if (!mutation.name.includes(only)) continue;
      it(`${group}: ${mutation.name}`, function () {
        this.timeout(0);
        if (mutation.reason !== undefined) {
          process.stdout.write(`${mutation.name} | not run: ${mutation.reason}\n`);
          this.skip();
        }
        mutate(into, mutation);
        const catcher = path.join(into, 'dist/test/slow/mutations/catch.js');
        const plan = JSON.stringify(mutation.ways ?? usualWays);
        const run = spawnSync(process.execPath, [catcher, plan], { encoding: 'utf8', timeout: 1_500_000 });
        assert.equal(run.status, 3, `nothing noticed: ${run.signal ?? ''} ${run.stderr.slice(0, 500)}`);
        process.stdout.write(`${mutation.name} | ${mutation.file} | ${run.stdout.trim()}\n`);
      });
    }
});
