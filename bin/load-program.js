// Loads the command line's one script. V8 compiles a function when it is first called; what Node's own cache of compiled
// code keeps does not hold those. Here the code is kept as it is when a command has ended, for each command its own.
import module from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

const { closeSync, fstatSync, openSync, readFileSync, renameSync, rmSync, writeFileSync } =
  process.getBuiltinModule('node:fs');
const { Script } = process.getBuiltinModule('node:vm');
const othersMayWrite = 0o022;

/** The program's `run`; `cacheFolder` is undefined where the user wants no cache. */
export function loadProgram(root, args, cacheFolder) {
  const folder = path.join(root, 'dist', 'bundle');
  const filename = path.join(folder, 'program.cjs');
  const { digest, commands } = JSON.parse(readFileSync(path.join(folder, 'program.json'), 'utf8'));
  const line = args.join(' ');
  const command = commands.find((name) => line === name || line.startsWith(`${name} `));
  const cache =
    cacheFolder === undefined || command === undefined
      ? undefined
      : path.join(cacheFolder, cacheName(digest, command));
  const source = readFileSync(filename, 'latin1');
  const cachedData = cache === undefined ? undefined : readCache(cache);
  const script = new Script(`(function(module,require,__programUrl){${source}\n})`, { filename, cachedData });
  if (cache !== undefined && (cachedData === undefined || script.cachedDataRejected === true))
    process.once('exit', (code) => {
      if (code === 0) writeCache(cache, script.createCachedData());
    });
  const program = { exports: {} };
  script.runInThisContext()(program, module.createRequire(filename), pathToFileURL(filename).href);
  return program.exports.run;
}

function cacheName(digest, command) {
  const runtime = `${process.version}-${process.arch}-${process.getuid?.() ?? 0}`;
  return `tsprom-${digest}-${runtime}-${command.replaceAll(' ', '-')}`;
}

/** The folder may be one that all users share: compiled code that another one could have written is left alone. */
function readCache(file) {
  let handle;
  try {
    handle = openSync(file);
    const { uid, mode } = fstatSync(handle);
    const isOwn = process.getuid === undefined || (uid === process.getuid() && (mode & othersMayWrite) === 0);
    return isOwn ? readFileSync(handle) : undefined;
  } catch {
    return undefined;
  } finally {
    if (handle !== undefined) closeSync(handle);
  }
}

/** Without it the next start is slower, and that is all. */
function writeCache(file, bytes) {
  const temporary = `${file}.${process.pid}`;
  try {
    writeFileSync(temporary, bytes, { flag: 'wx', mode: 0o600 });
    renameSync(temporary, file);
  } catch {
    rmSync(temporary, { force: true });
  }
}
