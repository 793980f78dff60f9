import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { createTestKernels } from '../../support/kernels.js';
import { sharedPath } from '../../support/shared.js';
import { type EvalOutcome, runScript, scriptEngine } from './run-script.js';

/** Raise it as more is supported; it must never fall. */
const fewestPassing = 2161;

describe('upstream query scripts', () => {
  it('pass, save for what is not supported yet and for native histograms', async function () {
    const directory = sharedPath('corpus', 'promqltest', 'testdata');
    if (directory === undefined) this.skip();
    this.timeout(60_000);
    const outcomes: (EvalOutcome & { file: string })[] = [];
    for (const file of readdirSync(directory)
      .filter((name) => name.endsWith('.test'))
      .sort()) {
      const text = readFileSync(path.join(directory, file), 'utf8');
      for (const outcome of await runScript(text, scriptEngine(await createTestKernels())))
        outcomes.push({ ...outcome, file });
    }
    const count = (kind: EvalOutcome['outcome']) => outcomes.filter(({ outcome }) => outcome === kind).length;
    const failed = outcomes.filter(({ outcome }) => outcome === 'fail' || outcome === 'histogram');
    process.stdout.write(
      `      query scripts: ${count('pass')} pass, ${count('not-supported')} not supported yet, ` +
        `${count('histogram')} with native histograms differ, ${failed.length} fail\n`,
    );
    if (process.env.SCRIPT_REASONS !== undefined) process.stdout.write(`${reasons(outcomes)}\n`);
    const texts = failed.map(({ file, line, query, reason }) => `${file}:${line}: ${query}: ${reason}`);
    assert.equal(texts.join('\n'), '');
    assert.ok(count('pass') >= fewestPassing, `only ${count('pass')} evaluations pass, not ${fewestPassing}`);
  });
});

/** How often each thing is missed, the most missed first. */
function reasons(outcomes: readonly EvalOutcome[]): string {
  const counts = new Map<string, number>();
  for (const { outcome, reason } of outcomes) {
    if (outcome === 'not-supported') counts.set(reason, (counts.get(reason) ?? 0) + 1);
  }
  const sorted = [...counts].sort((a, b) => b[1] - a[1]);
  return sorted.map(([reason, count]) => `      ${count} ${reason}`).join('\n');
}
