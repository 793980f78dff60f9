#!/usr/bin/env node
// The program's door: checks the runtime, answers --version at once, and hands everything else to the command line.
import module from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

// Importing node:fs as an ES module would load its streams.
const { existsSync, readFileSync } = module.createRequire(import.meta.url)('node:fs');
const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
/** `tsprom server --version` too: what a wrapper of prometheus asks. */
const asksVersion = ([first, ...rest]) =>
  (rest.length === 0 && (first === '--version' || first === 'version')) ||
  (first === 'server' && rest.includes('--version'));
const [major, minor] = process.versions.node.split('.').map(Number);

if (major < 22 || (major === 22 && minor < 19)) {
  const pinned = path.join(root, 'node_modules', '.bin', 'node');
  if (existsSync(path.join(root, 'tsconfig.json')) && existsSync(pinned)) {
    const { handOver } = await import('./hand-over.js');
    handOver(pinned, [fileURLToPath(import.meta.url), ...process.argv.slice(2)]);
  } else {
    process.stderr.write(`tsprom needs Node.js 22.19 or newer, this is ${process.version}\n`);
    process.exitCode = 1;
  }
} else if (asksVersion(process.argv.slice(2))) {
  const { version } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));
  process.stdout.write(`tsprom ${version} (compatible with Prometheus 3.14.0), Node.js ${process.version}\n`);
} else {
  // DNS, fsync, file writes and inflate share this pool; it must be sized before its first use.
  process.env.UV_THREADPOOL_SIZE ??= '8';
  process.env.NODE_ENV ??= 'production';
  const cache = module.enableCompileCache();
  const args = process.argv.slice(2);
  if (args[0] === 'server') {
    const { main } = await import('../dist/bundle/main.js');
    await main(root, args);
  } else {
    const { loadProgram } = await import('./load-program.js');
    await loadProgram(root, args, cache.directory)(root, args);
  }
}
