// Bundles the command line into dist/bundle: one chunk a command, shared code in shared chunks, so that a command
// starts without loading the others; then writes the manifest that lists the commands without loading any.
import { readdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { build } from 'esbuild';
import { root, runOrExit } from './prepare.js';

const entryPoints = { main: 'src/cli/main.ts' };
for (const file of readdirSync(path.join(root, 'commands'), { recursive: true }).sort()) {
  if (file.endsWith('.ts'))
    entryPoints[`commands/${file.replaceAll(path.sep, '/').slice(0, -3)}`] = `commands/${file}`;
}

// Importing one of Node's modules reads every one of its exports, some of which load whole subsystems; asking for the
// module itself does not, and saves a tenth of the time to start.
const lazyBuiltins = {
  name: 'lazy-builtins',
  setup(bundler) {
    bundler.onResolve({ filter: /^node:/ }, ({ kind, path: id }) =>
      kind === 'import-statement' ? { path: id, namespace: 'builtin' } : undefined,
    );
    bundler.onLoad({ filter: /^/, namespace: 'builtin' }, ({ path: id }) => ({
      contents: `module.exports = process.getBuiltinModule(${JSON.stringify(id)})`,
    }));
  },
};

rmSync(path.join(root, 'dist', 'bundle'), { recursive: true, force: true });
await build({
  absWorkingDir: root,
  entryPoints,
  outdir: 'dist/bundle',
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node22.19',
  minifySyntax: true,
  minifyWhitespace: true,
  legalComments: 'linked',
  // CommonJS packages that only long-running or networked commands load: their lazy imports stay imports.
  external: ['fastify', 'undici'],
  // Bundled CommonJS packages call require; an ES module has none of its own.
  banner: {
    js: "import{createRequire as __createRequire}from'node:module';const require=__createRequire(import.meta.url);",
  },
  plugins: [lazyBuiltins],
  logLevel: 'warning',
});
runOrExit(process.execPath, [path.join('node_modules', 'oclif', 'bin', 'run.js'), 'manifest'], {
  stdio: ['ignore', 'ignore', 'inherit'],
});
