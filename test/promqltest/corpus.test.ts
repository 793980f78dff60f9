import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { systemClock, systemDisk } from '../../src/base/index.js';
import { runScript } from '../../src/promqltest/index.js';
import { scriptParts, scriptStorages } from '../../src/sources/index.js';
import { sharedPath } from '../support/shared.js';

/** Evaluations in the corpus' scripts. */
const evaluations = 2214;

/** The last number of the last line of the first evaluation that expects numbers, changed. */
function altered(text: string): string {
  const lines = text.split('\n');
  let isExpected = false;
  for (const [i, line] of lines.entries()) {
    if (/^\s*eval\b/.test(line)) isExpected = true;
    else if (line.trim() === '' || /^\s*(?:#|load|clear)/.test(line)) isExpected = false;
    else if (isExpected && !/^\s*expect/.test(line) && /\s-?[0-9.]+\s*$/.test(line)) {
      lines[i] = line.replace(
        /(\s)(-?[0-9.]+)(\s*)$/,
        (_, before, value, behind) => `${before}${2 * Number(value) + 1}${behind}`,
      );
      return lines.join('\n');
    }
  }
  throw new Error('nothing to alter');
}

describe('scripts of upstream', () => {
  const directory = sharedPath('corpus', 'promqltest', 'testdata');
  const files =
    directory === undefined
      ? []
      : readdirSync(directory)
          .filter((name) => name.endsWith('.test'))
          .sort();
  const textOf = (name: string): string => readFileSync(path.join(directory as string, name), 'utf8');

  for (const storage of scriptStorages)
    it(`pass on ${storage}`, async function () {
      if (directory === undefined) this.skip();
      this.timeout(120_000);
      const parts = await scriptParts(storage, { disk: systemDisk, clock: systemClock });
      const wrong: string[] = [];
      let count = 0;
      for (const name of files) {
        for await (const { line, query, failure } of runScript(textOf(name), parts)) {
          count++;
          if (failure !== undefined) wrong.push(`${name}:${line}: ${query}: ${failure}`);
        }
      }
      assert.equal(wrong.join('\n'), '');
      assert.equal(count, evaluations);
    });

  it('fail once each when one expected value is another', async function () {
    if (directory === undefined) this.skip();
    this.timeout(60_000);
    const parts = await scriptParts('memory', { disk: systemDisk, clock: systemClock });
    for (const name of files) {
      const failures: string[] = [];
      for await (const { line, failure } of runScript(altered(textOf(name)), parts))
        if (failure !== undefined) failures.push(`${name}:${line}: ${failure}`);
      assert.equal(failures.length, 1, failures.join('\n') || `${name} passes`);
    }
    assert.equal(files.length, 21);
  });
});
