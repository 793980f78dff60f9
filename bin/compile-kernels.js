// Compiles the AssemblyScript kernels into one WebAssembly module: <folder>/kernels.wasm.
//   node bin/compile-kernels.js [folder, default dist] [entry files, default src/kernels/assembly/index.ts]
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import asc from 'assemblyscript/asc';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const [folder = 'dist', ...entries] = process.argv.slice(2);
const { error, stderr } = await asc.main(
  [
    ...(entries.length > 0 ? entries : ['src/kernels/assembly/index.ts']),
    ...['--baseDir', root, '--outFile', path.join(folder, 'kernels.wasm')],
    ...['-O3', '--noAssert', '--runtime', 'stub', '--use', 'abort='],
    ...['--enable', 'simd', '--enable', 'threads', '--enable', 'bulk-memory', '--enable', 'sign-extension'],
    // Any memory that is imported has at least the pages of the static data and at most the whole address space.
    ...['--importMemory', '--sharedMemory', '--initialMemory', '4', '--maximumMemory', '65535'],
    ...['--exportStart', 'start'],
  ],
  { stdout: process.stdout, stderr: process.stderr },
);
if (error) {
  process.stderr.write(`${stderr.toString()}${error.message}\n`);
  process.exit(1);
}
