import * as path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { type Disk, UserError } from '../../base/index.js';

/**
 * Finds the module that a thread starts with: `workers/<name>.js` in a folder above this file, both where the
 * compiler put it and in the bundle.
 */
export async function findWorkerEntry(disk: Disk, name: 'query-worker' | 'maintenance-worker'): Promise<URL> {
  let folder = path.dirname(fileURLToPath(import.meta.url));
  for (;;) {
    const file = path.join(folder, 'workers', `${name}.js`);
    if ((await disk.stat(file)) !== undefined) return pathToFileURL(file);
    const above = path.dirname(folder);
    if (above === folder) {
      throw new UserError({ code: 'not-found', message: `${name}.js is missing from the installation` });
    }
    folder = above;
  }
}
