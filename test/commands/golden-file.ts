import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** Compares with fixtures/cli/<name>; UPDATE_GOLDEN=1 writes the file instead. */
export function assertGolden(name: string, text: string): void {
  const file = path.resolve('fixtures', 'cli', name);
  if (process.env.UPDATE_GOLDEN !== undefined) {
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, text);
    return;
  }
  const expected = existsSync(file) ? readFileSync(file, 'utf8') : '';
  assert.equal(text, expected, `${file} differs; UPDATE_GOLDEN=1 npm test writes it anew`);
}
