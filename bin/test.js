// npm test: prepares the checkout, then lint and format, unused code and dependencies, then every test.
// Arguments go to mocha (`npm test -- --grep wal`). `--slow` runs the slow tests in place of the fast ones.
import path from 'node:path';
import { pinnedNode, prepare, runOrExit } from './prepare.js';

const slow = process.argv.includes('--slow');
const args = process.argv.slice(2).filter((arg) => arg !== '--slow');
const bin = (name) => path.join('node_modules', '.bin', name);

prepare();
if (!slow) {
  const colours = process.stdout.isTTY ? [] : ['--colors=off'];
  runOrExit(bin('biome'), ['ci', '--error-on-warnings', ...colours, '.']);
  runOrExit(pinnedNode, [path.join('node_modules', 'knip', 'bin', 'knip.js')]);
}
const mocha = path.join('node_modules', 'mocha', 'bin', 'mocha.js');
const only = slow ? ['--config', '.mocharc.slow.json'] : [];
runOrExit(pinnedNode, [mocha, ...only, ...args], { env: { ...process.env, NODE_ENV: 'test' } });
