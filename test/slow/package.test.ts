import assert from 'node:assert/strict';
import { type SpawnSyncReturns, spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import path from 'node:path';
import { freePort, nodePath, Program } from '../support/programs.js';

const runtime = path.resolve('node_modules', 'node', 'bin', 'node');
const pinned = existsSync(runtime) ? runtime : nodePath;

function run(program: string, args: readonly string[], cwd: string): SpawnSyncReturns<string> {
  const env = {
    ...process.env,
    NO_COLOR: '1',
    FORCE_COLOR: undefined,
    NODE_ENV: undefined,
    npm_config_loglevel: 'error',
  };
  return spawnSync(program, args, { cwd, env, encoding: 'utf8', timeout: 300_000 });
}

/** A Node.js too old for tsprom: $OLD_NODE, one of nvm's, or the machine's own. */
function oldRuntime(): { readonly program: string; readonly version: string } | undefined {
  const nvm = path.join(homedir(), '.nvm', 'versions', 'node');
  const installed = existsSync(nvm)
    ? readdirSync(nvm).map((name) => path.join(nvm, name, 'bin', 'node'))
    : [];
  const onPath = (process.env.PATH ?? '')
    .split(path.delimiter)
    .filter((folder) => !folder.includes('node_modules'))
    .map((folder) => path.join(folder, 'node'));
  for (const program of [process.env.OLD_NODE, ...installed, ...onPath]) {
    if (program === undefined || !existsSync(program)) continue;
    const version = run(program, ['--version'], '.').stdout.trim();
    const [major = 99, minor = 0] = version.slice(1).split('.').map(Number);
    if (major < 22 || (major === 22 && minor < 19)) return { program, version };
  }
  return undefined;
}

describe('the published package', () => {
  const directory = mkdtempSync(path.join(tmpdir(), 'tsprom-package-'));
  const site = path.join(directory, 'site');
  const installed = path.join(site, 'node_modules', 'tsprom');
  const program = path.join(installed, 'bin', 'run.js');

  before(() => {
    // The checkout is built already; packing must not build it a second time beside the tests.
    const packed = run('npm', ['pack', '--ignore-scripts', '--pack-destination', directory], '.');
    assert.equal(packed.status, 0, packed.stderr);
    const tarball = readdirSync(directory).find((name) => name.endsWith('.tgz')) ?? '';
    mkdirSync(site);
    writeFileSync(path.join(site, 'package.json'), '{"name":"site","private":true,"type":"module"}\n');
    const options = ['--omit=dev', '--ignore-scripts', '--no-audit', '--no-fund', '--prefer-offline'];
    const result = run('npm', ['install', ...options, path.join(directory, tarball)], site);
    assert.equal(result.status, 0, result.stderr);
  });
  after(() => rmSync(directory, { recursive: true, force: true }));

  const files = (): string[] =>
    readdirSync(installed, { recursive: true, encoding: 'utf8' })
      .filter((name) => !name.startsWith('node_modules') && statSync(path.join(installed, name)).isFile())
      .map((name) => name.replaceAll(path.sep, '/'));

  it('holds the program, the library with its types, and nothing that only a checkout needs', () => {
    const found = files();
    for (const name of ['README.md', 'LICENSE', 'CHANGELOG.md', 'oclif.manifest.json', 'bin/run.js']) {
      assert.ok(found.includes(name), `${name} is missing`);
    }
    assert.ok(
      found.some((name) => /^dist\/src\/promql\/.*\.d\.ts$/.test(name)),
      'types are missing',
    );
    const foreign = found.filter((name) =>
      /\.map$|(^|\/)(test|bench|fixtures)\/|(?<!\.d)\.ts$|tsbuildinfo/.test(name),
    );
    assert.deepEqual(foreign, []);
  });

  it('brings no compiler and no development dependency', () => {
    const present = new Set(readdirSync(path.join(site, 'node_modules')));
    for (const name of ['typescript', 'esbuild', 'mocha', 'knip', 'oclif', 'node', '@biomejs']) {
      assert.ok(!present.has(name), `${name} came along`);
    }
  });

  it('exports every folder that package.json names, with types', () => {
    const { exports } = JSON.parse(readFileSync(path.join(installed, 'package.json'), 'utf8')) as {
      readonly exports: Readonly<Record<string, { readonly types: string; readonly default: string }>>;
    };
    for (const [name, { types, default: code }] of Object.entries(exports)) {
      assert.ok(existsSync(path.join(installed, types)), `${name}: ${types}`);
      assert.ok(existsSync(path.join(installed, code)), `${name}: ${code}`);
    }
    const names = Object.keys(exports).map((name) => `tsprom/${name.slice(2)}`);
    const script = `for (const name of ${JSON.stringify(names)}) {
      if (Object.keys(await import(name)).length === 0) throw new Error(name);
    }
    const { parseExpr } = await import('tsprom/promql');
    console.log(parseExpr('1 + 2').kind);`;
    writeFileSync(path.join(site, 'use.js'), script);
    const { stdout, stderr } = run(pinned, ['use.js'], site);
    assert.equal(stdout, 'binary\n', stderr);
  });

  it('type-checks where it is used', () => {
    const lines = [
      "import { parseExpr, type Expr } from 'tsprom/promql';",
      "import { Labels } from 'tsprom/model';",
      "const expr: Expr = parseExpr('1');",
      "export const kind: string = expr.kind + Labels.fromObject({ a: 'b' }).get('a');",
      '// @ts-expect-error: a number is no query',
      'parseExpr(1);',
    ];
    writeFileSync(path.join(site, 'use.ts'), `${lines.join('\n')}\n`);
    const options = ['--noEmit', '--strict', '--module', 'nodenext', '--target', 'es2024', '--skipLibCheck'];
    const types = ['--typeRoots', path.resolve('node_modules', '@types'), '--types', 'node'];
    const compiler = path.resolve('node_modules', 'typescript', 'bin', 'tsc');
    const { status, stdout } = run(pinned, [compiler, ...options, ...types, 'use.ts'], site);
    assert.equal(status, 0, stdout);
  });

  it('answers --version, --help and an expression', () => {
    const version = run(pinned, [program, '--version'], site);
    assert.match(
      version.stdout,
      /^tsprom \d+\.\d+\.\d+ \(compatible with Prometheus 3\.14\.0\), Node\.js v\d+/,
    );
    assert.match(run(pinned, [program, '--help'], site).stdout, /^ {2}scrape +Scrape /m);
    const answer = run(pinned, [program, 'promql', 'eval', '1'], site);
    assert.deepEqual([answer.status, answer.stdout, answer.stderr], [0, '1\n', '']);
    assert.equal(
      run(path.join(site, 'node_modules', '.bin', 'tsprom'), ['--version'], site).error,
      undefined,
    );
  });

  it('runs a server', async () => {
    const port = await freePort();
    const address = `--web.listen-address=127.0.0.1:${port}`;
    const server = new Program([pinned, program, 'server', address], { cwd: site });
    try {
      await server.ready(`http://127.0.0.1:${port}/-/ready`);
      const url = `http://127.0.0.1:${port}`;
      const answer = run(pinned, [program, 'promql', 'eval', 'vector(2)', '--url', url], site);
      assert.match(answer.stdout, /^\{\} +2 /m, answer.stderr);
    } finally {
      assert.equal(await server.stop(), 0, server.output);
    }
  });

  it('says in one line which Node.js it needs, and exits with 1', function () {
    const old = oldRuntime();
    if (!old) this.skip();
    for (const args of [['--version'], ['promql', 'eval', '1'], ['server']]) {
      const { status, stdout, stderr } = run(old.program, [program, ...args], site);
      const line: string = `tsprom needs Node.js 22.19 or newer, this is ${old.version}\n`;
      assert.deepEqual([status, stdout, stderr], [1, '', line]);
    }
  });
});
