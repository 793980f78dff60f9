import assert from 'node:assert/strict';
import { scanOpenMetrics, scanSteps, scanText, seriesLabels } from '../../src/exposition/index.js';
import { expositionDifferences } from './differences.js';

const mebibyte = 1 << 20;

/** `unit` over and over, about `length` bytes of it. */
function repeated(unit: string, length: number): Buffer {
  return Buffer.alloc(Math.floor(length / unit.length) * unit.length, unit, 'latin1');
}

function page(...parts: (string | Buffer)[]): Buffer {
  return Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part, 'latin1') : part)));
}

describe('hostile pages', () => {
  it('reads a label value of 16 MiB, in ASCII or not', () => {
    for (const unit of ['x', '\xc3\xa9', '\\n', '\0']) {
      const scanned = scanText(page('a{b="', repeated(unit, 16 * mebibyte), '"} 1\nb 2\n'));
      assert.equal(scanned.error, undefined);
      assert.equal(scanned.sampleCount, 2);
      assert.ok(seriesLabels(scanned, 0).get('b').length >= 8 * mebibyte);
    }
  });

  const endless: readonly (readonly [string, Buffer])[] = [
    ['NUL bytes', repeated('\0', 4 * mebibyte)],
    ['bytes that are no UTF-8', repeated('\xff', 4 * mebibyte)],
    ['one name', repeated('a', 4 * mebibyte)],
    ['one value', page('a ', repeated('1', 4 * mebibyte))],
    ['one value that is no number', page('a ', repeated('1p', 4 * mebibyte))],
    ['one timestamp', page('a 1 ', repeated('1', 4 * mebibyte))],
    ['one quoted string', page('{"', repeated('\\"', 4 * mebibyte))],
    ['labels', page('a{', repeated('b="",', 4 * mebibyte))],
    ['white space', repeated(' \t', 4 * mebibyte)],
    ['one comment', repeated('#', 4 * mebibyte)],
    ['hashes', repeated('#\n', 4 * mebibyte)],
    ['a HELP text', page('# HELP a ', repeated('\\', 4 * mebibyte), '\n')],
    ['TYPE lines', repeated('# TYPE a gauge\n', 4 * mebibyte)],
    ['unfinished lines', repeated('a{b="c"} 1\na{b="c"\n', 4 * mebibyte)],
    ['a bucket bound', page('# TYPE a histogram\na{le="', repeated('1', 4 * mebibyte), '"} 1\n')],
    ['exemplars', repeated('a 1 # {b="c"} 1\n', 4 * mebibyte)],
  ];
  for (const [name, bytes] of endless) {
    it(`answers a page of ${name}`, function () {
      this.timeout(30_000);
      for (const scan of [scanText, scanOpenMetrics]) {
        const scanned = scan(bytes, { comments: true });
        assert.ok(scanned.error !== undefined || scanned.sampleCount >= 0);
        if (scanned.sampleCount > 0) seriesLabels(scanned, 0);
      }
    });
  }

  it('pauses about once a MiB, and finds the same as without a pause', () => {
    for (const line of ['a{b="c"} 1\n', '# HELP a text\n', '#!\n', 'a{"b"="c"} 1\n']) {
      const bytes = page(repeated(line, 5 * mebibyte), 'last 1\n');
      const steps = scanSteps('text', bytes);
      let pauses = 0;
      let step = steps.next();
      for (; !step.done; step = steps.next()) pauses++;
      assert.ok(pauses >= 4 && pauses <= 6, `${pauses} pauses in lines of ${line}`);
      const whole = scanText(bytes);
      assert.equal(step.value.sampleCount, whole.sampleCount);
      assert.equal(step.value.marks.count, whole.marks.count);
      assert.equal(step.value.error, undefined);
      assert.equal(seriesLabels(step.value, whole.sampleCount - 1).get('__name__'), 'last');
    }
  });

  it('ends a comment without a space at a NUL byte, as upstream does', () => {
    assert.equal(scanText(page('a 1\n#b\0c\nd 1\n')).sampleCount, 1);
    assert.equal(scanText(page('a 1\n#bc\nd\0 1\n')).sampleCount, 1);
    assert.equal(scanText(page('a 1\n#bc')).sampleCount, 1);
  });

  it('cuts the snippets of a message to a size that can be built', () => {
    const rule = expositionDifferences().find(({ id }) => id === 'long-snippets-are-cut');
    const { error } = scanText(page('a ', repeated('x', rule?.matcher.pageBytes as number)));
    assert.ok(error !== undefined && error.message.length < 3 * mebibyte, 'snippets are cut');
    assert.ok(error.message.length > 2 * mebibyte, 'to a mebibyte');
  });
});
