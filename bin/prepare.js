// Brings a checkout up to date: installs what the lockfile names, builds what changed. Does nothing twice.
// Plain JavaScript without dependencies, for any Node.js from 20 on: it runs before anything is installed.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
export const pinnedNode = path.join(root, 'node_modules', '.bin', 'node');

const sources = ['src', 'commands', 'test', 'bench', 'bin', 'tsconfig.json', 'package.json'];

/** Runs a program in the checkout; ends this process with its exit code when it fails. */
export function runOrExit(program, args, options = {}) {
  const result = spawnSync(program, args, { cwd: root, stdio: 'inherit', ...options });
  if (result.error) {
    process.stderr.write(`cannot run "${program}": ${result.error.message}\n`);
    process.exit(1);
  }
  if (result.status !== 0) process.exit(result.status ?? 1);
}

function stampMatches(stamp, fingerprint) {
  return existsSync(stamp) && readFileSync(stamp, 'utf8') === fingerprint;
}

function install() {
  const stamp = path.join(root, 'node_modules', '.tsprom-installed');
  const fingerprint = createHash('sha256')
    .update(readFileSync(path.join(root, 'package-lock.json')))
    .update(readFileSync(path.join(root, 'package.json')))
    .digest('hex');
  if (stampMatches(stamp, fingerprint)) return;
  process.stderr.write('installing dependencies\n');
  const npm = process.env.npm_execpath;
  const quiet = ['--no-audit', '--no-fund', '--loglevel=error'];
  // Not `npm ci`: it refuses a lockfile in which optional packages of other platforms are missing. Engine warnings
  // speak of the runtime at hand, and the pinned one comes with the install.
  const args = ['install', '--no-save', ...quiet];
  if (npm?.endsWith('.js')) runOrExit(process.execPath, [npm, ...args]);
  else runOrExit('npm', args);
  writeFileSync(stamp, fingerprint);
}

function* filesBelow(target) {
  if (!statSync(target).isDirectory()) {
    yield target;
    return;
  }
  for (const entry of readdirSync(target).sort()) yield* filesBelow(path.join(target, entry));
}

function build() {
  const hash = createHash('sha256');
  for (const source of sources) {
    const target = path.join(root, source);
    if (!existsSync(target)) continue;
    for (const file of filesBelow(target)) {
      hash
        .update(`${path.relative(root, file)}\0`)
        .update(readFileSync(file))
        .update('\0');
    }
  }
  const fingerprint = hash.digest('hex');
  const stamp = path.join(root, 'dist', '.built');
  if (stampMatches(stamp, fingerprint)) return;
  process.stderr.write('building\n');
  rmSync(stamp, { force: true });
  mkdirSync(path.join(root, 'dist'), { recursive: true });
  runOrExit(pinnedNode, [path.join('node_modules', 'typescript', 'bin', 'tsc'), '-p', '.']);
  removeStaleOutput();
  runOrExit(pinnedNode, [path.join('bin', 'compile-kernels.js')]);
  runOrExit(pinnedNode, [path.join('bin', 'bundle.js')]);
  writeFileSync(stamp, fingerprint);
}

/** Output whose source was deleted or renamed: a test that is gone must not go on running. */
function removeStaleOutput() {
  for (const folder of ['src', 'commands', 'test', 'bench']) {
    const output = path.join(root, 'dist', folder);
    if (!existsSync(output)) continue;
    for (const file of [...filesBelow(output)]) {
      const source = path
        .join(root, path.relative(path.join(root, 'dist'), file))
        .replace(/\.(d\.ts|js\.map|js)$/, '');
      if (!existsSync(`${source}.ts`) && !existsSync(`${source}.tsx`)) rmSync(file);
    }
  }
}

export function prepare() {
  install();
  build();
}
