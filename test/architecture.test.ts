import assert from 'node:assert/strict';
import { type Import, importsOf, type SourceFile, sourceFiles } from './support/source-files.js';

/** Rows every folder below them may import. */
const open = ['base', 'telemetry', 'kernels', 'model'];
const toModel = ['base', 'telemetry', 'kernels', 'model'];
const toChunkenc = [...toModel, 'chunkenc'];
const toStorage = [...toChunkenc, 'storage'];

/** The layer table of ARCHITECTURE.md: what each folder of src may import. */
const layers: Readonly<Record<string, readonly string[]>> = {
  base: [],
  telemetry: ['base'],
  kernels: ['base'],
  model: ['base', 'kernels'],
  yaml: toModel,
  http: [...toModel, 'yaml'],
  template: toModel,
  exposition: toModel,
  chunkenc: toModel,
  storage: toChunkenc,
  tsdb: toStorage,
  promql: toStorage,
  promqltest: [...toStorage, 'promql'],
  rules: [...toStorage, 'yaml', 'promql', 'template'],
  discovery: [...open, 'http', 'yaml'],
  scrape: [...toStorage, 'yaml', 'http', 'exposition', 'discovery'],
  config: [...open, 'yaml'],
  check: [...toStorage, 'yaml', 'http', 'discovery', 'scrape', 'config', 'rules'],
  remote: [...toStorage, 'yaml', 'http'],
  web: [...open, 'promql', 'exposition', 'storage'],
  client: [...open, 'http'],
  sources: [...toStorage, 'tsdb', 'promql', 'promqltest', 'client'],
  server: [
    ...toStorage,
    'http',
    'yaml',
    'exposition',
    'tsdb',
    'promql',
    'discovery',
    'scrape',
    'config',
    'web',
    'remote',
    'sources',
  ],
  cli: ['model', 'base'],
};

/** Inside these the order holds too: a folder may import those to its left. */
const innerOrders: Readonly<Record<string, readonly string[]>> = {
  promql: ['ast', 'lexer', 'parser', 'printer', 'planner', 'histograms', 'engine', 'functions'],
  tsdb: [
    'wal',
    'lock',
    'index',
    'chunks',
    'tombstones',
    'snapshot',
    'select',
    'block',
    'compact',
    'head',
    'db',
    'offline',
    'inspect',
    'verify',
  ],
};

const namedEntries = new Set(['src/tsdb/wal/index']);
const bannedNames = /(^|\/)(utils?|helpers?|common|misc|shared|types)(\.ts)?$/;

const src = sourceFiles('src');
const commands = sourceFiles('commands');
const tests = sourceFiles('test');
const layerOf = (file: string): string => file.split('/')[1] as string;
const internal = [...src, ...commands].flatMap(importsOf).filter((entry) => !entry.isPackage);
const isOptions = (target: string): boolean => target.endsWith('/options');

function wrongImport(entry: Import): string | undefined {
  const from = layerOf(entry.from);
  const to = layerOf(entry.target);
  if (!entry.target.startsWith('src/') || from === to) return undefined;
  const allowed = layers[from];
  if (!allowed) return `${entry.from}: folder "${from}" is not in the layer table`;
  const composesOptions =
    isOptions(entry.target) &&
    (from === 'config' || (to === 'http' && isOptions(entry.from.replace('.ts', ''))));
  const decodesOptions = to === 'yaml' && isOptions(entry.from.replace('.ts', ''));
  if (!allowed.includes(to) && !composesOptions && !decodesOptions)
    return `${entry.from} imports ${entry.target}`;
  if (entry.target !== `src/${to}/index` && !isOptions(entry.target) && !namedEntries.has(entry.target)) {
    return `${entry.from} imports ${entry.target} past its index`;
  }
  return undefined;
}

/** Outside the folder that owns them, these must come in as arguments. */
const ports: readonly { pattern: RegExp; allowed: RegExp; why: string }[] = [
  { pattern: /from 'node:fs(\/promises)?'/, allowed: /^src\/base\//, why: 'the disk is a port' },
  { pattern: /\bDate\.now\(|\bperformance\.now\(/, allowed: /^src\/base\//, why: 'the clock is a port' },
  {
    pattern: /\bsetTimeout\(|\bsetInterval\(/,
    allowed: /^src\/base\/|^src\/web\/page\//,
    why: 'the clock is a port',
  },
  { pattern: /\bMath\.random\(/, allowed: /^src\/base\//, why: 'randomness is a port' },
  {
    pattern: /\bconsole\.(log|error|warn|info|debug)\b/,
    allowed: /^$/,
    why: 'printing happens in cli, tui and bin',
  },
  { pattern: /from 'chalk'/, allowed: /^src\/(cli|tui)\//, why: 'colours happen in cli and tui' },
  {
    pattern: /from '@oclif\/core'/,
    allowed: /^(src\/cli|commands)\//,
    why: 'only cli and commands know oclif',
  },
  {
    pattern: /from 'node:worker_threads'/,
    allowed: /^src\/server\/workers\//,
    why: 'threads are started in one place',
  },
  {
    pattern: /\bprocess\.(stdout|stderr|exit|argv|env)\b/,
    allowed: /^(src\/cli|commands)\//,
    why: 'the process belongs to cli',
  },
];

/** Lines of each function or method, by the indentation of a formatted file. */
function* functionLengths(file: SourceFile): Generator<{ name: string; line: number; length: number }> {
  const head =
    /^(\s*)(?:export )?(?:default )?(?:(?:static|override|protected|private|async|get|set) )*(?:function\*? ([\w$]+)|(\*?#?[\w$]+)\([^=]*\)(?:: [^=]+)? \{$|(?:const|let) ([\w$]+) = (?:async )?(?:\(|function))/;
  for (let i = 0; i < file.lines.length; i++) {
    const match = head.exec(file.lines[i] as string);
    if (!match || /^\s*(if|for|while|switch|return|else)\b/.test(file.lines[i] as string)) continue;
    const closing = new RegExp(`^${match[1]}\\}[;,)]*`);
    if (!/[{(,]$/.test(file.lines[i] as string)) continue;
    let end = i + 1;
    while (end < file.lines.length && !closing.test(file.lines[end] as string)) end++;
    yield { name: (match[2] ?? match[3] ?? match[4]) as string, line: i + 1, length: end - i + 1 };
  }
}

describe('architecture', () => {
  it('imports point down the layer table, through each folder’s index', () => {
    const wrong = internal.filter((entry) => entry.from.startsWith('src/')).map(wrongImport);
    assert.deepEqual(
      wrong.filter((problem) => problem !== undefined),
      [],
    );
  });

  it('every folder of src stands in the table', () => {
    const missing = new Set(src.map((file) => layerOf(file.path)).filter((layer) => !(layer in layers)));
    assert.deepEqual([...missing], []);
  });

  it('inside promql and tsdb imports keep their order', () => {
    const wrong: string[] = [];
    for (const [folder, order] of Object.entries(innerOrders)) {
      for (const entry of internal) {
        const from = order.indexOf(entry.from.split('/')[2] as string);
        const to = order.indexOf(entry.target.split('/')[2] as string);
        const inside =
          entry.from.startsWith('src/') && layerOf(entry.from) === folder && layerOf(entry.target) === folder;
        if (inside && from >= 0 && to > from) wrong.push(`${entry.from} imports ${entry.target}`);
      }
    }
    assert.deepEqual(wrong, []);
  });

  it('no two files import each other, directly or in a ring', () => {
    const graph = new Map<string, string[]>();
    for (const entry of internal) {
      const from = entry.from.replace(/\.tsx?$/, '');
      graph.set(from, [...(graph.get(from) ?? []), entry.target]);
    }
    const done = new Set<string>();
    const rings: string[] = [];
    const visit = (node: string, path: readonly string[]): void => {
      if (path.includes(node)) {
        rings.push([...path.slice(path.indexOf(node)), node].join(' -> '));
        return;
      }
      if (done.has(node)) return;
      for (const next of graph.get(node) ?? []) visit(next, [...path, node]);
      done.add(node);
    };
    for (const node of graph.keys()) visit(node, []);
    assert.deepEqual(rings, []);
  });

  it('the disk, the clock, randomness and printing stay behind their ports', () => {
    const wrong: string[] = [];
    for (const file of [...src, ...commands]) {
      for (const { pattern, allowed, why } of ports) {
        if (pattern.test(file.text) && !allowed.test(file.path))
          wrong.push(`${file.path}: ${pattern.source} (${why})`);
      }
    }
    assert.deepEqual(wrong, []);
  });

  it('nothing has a name that says nothing', () => {
    const wrong = [...src, ...commands].filter((file) =>
      file.path.split('/').some((_, i, parts) => bannedNames.test(parts.slice(0, i + 1).join('/'))),
    );
    assert.deepEqual(
      wrong.map((file) => file.path),
      [],
    );
  });

  it('no module keeps mutable state or works when imported', () => {
    const wrong: string[] = [];
    for (const file of src) {
      // A kernel's globals are the state of one instance on one memory.
      if (file.path.startsWith('src/kernels/assembly/')) continue;
      file.lines.forEach((line, i) => {
        if (/^(export )?(let|var) /.test(line)) wrong.push(`${file.path}:${i + 1}: ${line}`);
        if (/^(await |void )?[\w$.]+\(.*/.test(line) && !/^(if|for|while|switch)\b/.test(line)) {
          wrong.push(`${file.path}:${i + 1}: ${line}`);
        }
      });
    }
    assert.deepEqual(wrong, []);
  });

  it('files stay below 500 lines, functions below 70', () => {
    const wrong: string[] = [];
    for (const file of [...src, ...commands]) {
      if (file.lines.length > 500) wrong.push(`${file.path}: ${file.lines.length} lines`);
      for (const { name, line, length } of functionLengths(file)) {
        if (length > 70) wrong.push(`${file.path}:${line}: ${name} has ${length} lines`);
      }
    }
    assert.deepEqual(wrong, []);
  });

  it('no test is switched off', () => {
    const wrong = tests.filter((file) => /\b(it|describe)\.(only|skip)\(|\bx(it|describe)\(/.test(file.text));
    assert.deepEqual(
      wrong.map((file) => file.path).filter((path) => path !== 'test/architecture.test.ts'),
      [],
    );
  });
});
