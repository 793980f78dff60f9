// npm run bench: the kernels and layers by themselves; then, where ../shared stands beside the checkout, the whole
// server against its peers in one sitting. Arguments choose parts: kernels, servers, versus (default: all).
import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { pinnedNode, prepare, root, runOrExit } from './prepare.js';

const chosen = process.argv.slice(2);
const wants = (part) => chosen.length === 0 || chosen.includes(part);

function runAll(folder) {
  for (const name of readdirSync(path.join(root, folder)).sort()) {
    if (!name.endsWith('.ts') || name === 'measure.ts') continue;
    process.stdout.write(`\n${folder}/${name.slice(0, -3)}\n`);
    runOrExit(pinnedNode, ['--expose-gc', path.join('dist', folder, `${name.slice(0, -3)}.js`)]);
  }
}

prepare();
if (wants('kernels')) runAll('bench');
const versus = path.join(root, '..', 'shared', 'bench', 'versus.mjs');
if (!existsSync(versus)) {
  process.stdout.write('\nno ../shared/bench beside the checkout: servers are not compared\n');
  process.exit(0);
}
if (wants('servers')) runAll(path.join('bench', 'servers'));
if (wants('versus')) {
  const tsprom = `${pinnedNode} ${path.join(root, 'bin', 'run.js')}`;
  const only = process.env.BENCH_ONLY ?? 'ingest,memory,query';
  runOrExit(process.execPath, [versus, '--tsprom', tsprom, '--only', only]);
}
