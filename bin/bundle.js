// Bundles the command line into dist/bundle, twice: for the server one chunk a command and shared code in shared chunks;
// for all other commands one script, whose code bin/load-program.js keeps compiled. Then writes the manifest that lists
// the commands without loading any.
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { build } from 'esbuild';
import { root, runOrExit } from './prepare.js';

const commandFiles = readdirSync(path.join(root, 'commands'), { recursive: true })
  .map((file) => file.replaceAll(path.sep, '/'))
  .filter((file) => file.endsWith('.ts'))
  .map((file) => file.slice(0, -3))
  .sort();
const entryPoints = { main: 'src/cli/main.ts' };
// Threads start with modules of their own, found beside the chunk that starts them.
for (const name of ['query-worker', 'maintenance-worker'])
  entryPoints[`workers/${name}`] = `src/server/workers/${name}.ts`;
for (const file of commandFiles) entryPoints[`commands/${file}`] = `commands/${file}.ts`;

// Importing one of Node's modules as an ES module reads every one of its exports, some of which load whole subsystems;
// asking for the module itself does not. The heaviest are asked for at the first use of anything they export.
const heavyBuiltins = new Set(['node:crypto', 'node:http', 'node:net', 'node:zlib']);
const lazyExports = (names, load) => `
  let loaded;
  const get = (name) => (loaded ??= ${load})[name];
  for (const name of ${JSON.stringify(names.filter((name) => name !== 'default'))})
    Object.defineProperty(exports, name, { enumerable: true, get: () => get(name) });`;
const lazyBuiltins = {
  name: 'lazy-builtins',
  setup(bundler) {
    bundler.onResolve({ filter: /^node:/ }, ({ kind, path: id }) =>
      kind === 'import-statement' ? { path: id, namespace: 'builtin' } : undefined,
    );
    bundler.onLoad({ filter: /^/, namespace: 'builtin' }, ({ path: id }) => {
      const load = `process.getBuiltinModule(${JSON.stringify(id)})`;
      if (!heavyBuiltins.has(id)) return { contents: `module.exports = ${load};` };
      return { contents: lazyExports(Object.keys(process.getBuiltinModule(id)), load) };
    });
  },
};

// The engine for the regular expressions that need one builds its tables when it is loaded.
const lazyPackages = {
  name: 'lazy-packages',
  setup(bundler) {
    bundler.onResolve({ filter: /^re2js$/ }, ({ path: id, kind }) =>
      kind === 'import-statement' ? { path: id, namespace: 'lazy-package' } : undefined,
    );
    bundler.onLoad({ filter: /^/, namespace: 'lazy-package' }, async ({ path: id }) => ({
      contents: lazyExports(Object.keys(await import(id)), `require(${JSON.stringify(id)})`),
      resolveDir: root,
    }));
  },
};

// oclif requires all of itself at its head, for plugins, spinners and updates too. Here each of its requires happens at
// its first use, and the question whether this is Windows within Linux, which nothing here asks, is answered no. Ids
// of commands are ASCII: a comparison by locale would load the tables of all languages.
const lazyOclif = {
  name: 'lazy-oclif',
  setup(bundler) {
    bundler.onLoad({ filter: /node_modules[\\/]@oclif[\\/]core[\\/]lib[\\/].*\.js$/ }, ({ path: file }) => {
      let contents = readFileSync(file, 'utf8')
        .replaceAll("(await import('wsl-utils')).isWsl", 'false')
        .replaceAll('a.id.localeCompare(b.id)', '(a.id < b.id ? -1 : a.id > b.id ? 1 : 0)');
      const required = /^const (\w+) = ((?:__import(?:Default|Star)\()?require\("[^"]+"\)\)?);$/gm;
      for (const [statement, name, expression] of [...contents.matchAll(required)]) {
        contents = contents
          .replace(statement, '')
          .replace(new RegExp(`(?<![.\\w$])${name}(?![\\w$])`, 'g'), `(${name}())`);
        contents += `\nvar ${name}$;\nfunction ${name}() { return (${name}$ ??= ${expression}); }\n`;
      }
      return { contents };
    });
  },
};

// oclif's own debug log; and how chalk finds out what the terminal can, which src/cli decides by itself.
const unused = {
  name: 'unused',
  setup(bundler) {
    const contents = { debug: 'module.exports = () => () => {};', '#supports-color': 'export default {};' };
    bundler.onResolve({ filter: /^(debug|#supports-color)$/ }, ({ path: id }) => ({
      path: id,
      namespace: 'unused',
    }));
    bundler.onLoad({ filter: /^/, namespace: 'unused' }, ({ path: id }) => ({ contents: contents[id] }));
  },
};

const folder = path.join(root, 'dist', 'bundle');
rmSync(folder, { recursive: true, force: true });
const shared = {
  absWorkingDir: root,
  bundle: true,
  platform: 'node',
  target: 'node22.19',
  minifySyntax: true,
  minifyWhitespace: true,
  legalComments: 'linked',
  // CommonJS packages that few commands load: their lazy imports stay imports. parquetjs-lite is no strict code either.
  external: ['fastify', 'parquetjs-lite', 'undici'],
  plugins: [lazyBuiltins, lazyPackages, lazyOclif, unused],
  logLevel: 'warning',
};
await build({
  ...shared,
  entryPoints,
  outdir: 'dist/bundle',
  splitting: true,
  format: 'esm',
  // Bundled CommonJS packages call require; an ES module has none of its own.
  banner: {
    js: "import{createRequire as __createRequire}from'node:module';const require=__createRequire(import.meta.url);",
  },
});

const own = commandFiles.filter((file) => file !== 'server');
const idOf = (file) => file.replaceAll('/', ':');
const loaders = own.map((file) => `['${idOf(file)}', () => import('./commands/${file}.ts')]`);
await build({
  ...shared,
  stdin: {
    contents: `import { main } from './src/cli/main.ts';
      const commands = new Map([${loaders.join(',')}]);
      export const run = (root, args) => main(root, args, commands);`,
    resolveDir: root,
    sourcefile: 'program.ts',
    loader: 'ts',
  },
  outfile: 'dist/bundle/program.cjs',
  format: 'cjs',
  define: { 'import.meta.url': '__programUrl' },
  // A script has no loader of modules: what is external is required when it is asked for.
  supported: { 'dynamic-import': false },
});
const digest = createHash('sha256')
  .update(readFileSync(path.join(folder, 'program.cjs')))
  .digest('hex');
const program = { digest: digest.slice(0, 16), commands: own.map((file) => file.replaceAll('/', ' ')) };
writeFileSync(path.join(folder, 'program.json'), JSON.stringify(program));
runOrExit(process.execPath, [path.join('node_modules', 'oclif', 'bin', 'run.js'), 'manifest'], {
  stdio: ['ignore', 'ignore', 'inherit'],
});
