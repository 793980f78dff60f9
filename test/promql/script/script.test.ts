import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { createTestKernels } from '../../support/kernels.js';
import { sharedPath } from '../../support/shared.js';
import { runScript, scriptEngine } from './run-script.js';

/** Evaluations in the corpus' scripts. */
const expected = 2214;

describe('upstream query scripts', () => {
  it('pass', async function () {
    const directory = sharedPath('corpus', 'promqltest', 'testdata');
    if (directory === undefined) this.skip();
    this.timeout(60_000);
    const wrong: string[] = [];
    let count = 0;
    for (const file of readdirSync(directory)
      .filter((name) => name.endsWith('.test'))
      .sort()) {
      const text = readFileSync(path.join(directory, file), 'utf8');
      for (const { line, query, reason } of await runScript(text, scriptEngine(await createTestKernels()))) {
        count++;
        if (reason !== undefined) wrong.push(`${file}:${line}: ${query}: ${reason}`);
      }
    }
    process.stdout.write(`      query scripts: ${count - wrong.length} pass, ${wrong.length} fail\n`);
    assert.equal(wrong.join('\n'), '');
    assert.equal(count, expected);
  });
});
