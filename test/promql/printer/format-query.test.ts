import assert from 'node:assert/strict';
import { seededRandom } from '../../../src/base/index.js';
import { formatQuery, lex, parseExpr } from '../../../src/promql/index.js';
import { QueryGenerator } from '../parser/generate-query.js';

const options = { experimentalFunctions: true, extendedRangeSelectors: true, fillModifiers: true };

describe('formatting queries with comments', () => {
  const cases: readonly (readonly [query: string, formatted: string])[] = [
    ['up # is it?', '# is it?\nup'],
    ['# one\n# two\n\nup', '# one\n# two\nup'],
    [
      '# Errors.\nsum(rate(e[5m])) # failed\n/\nsum(rate(r[5m])) # all\n# end',
      '# Errors.\n# failed\n  sum(rate(e[5m]))\n/\n  # all\n  sum(rate(r[5m]))\n# end',
    ],
    ['rate(x[5m] # five\n)', 'rate(\n  # five\n  x[5m]\n)'],
    ['sum(a) by (x) # per x', '# per x\nsum by (x) (a)'],
    ['-(# in\n a)', '-(\n  # in\n  a\n)'],
    ['a{x="1", # not a="2"\n y="2"}', '# not a="2"\na{x="1",y="2"}'],
    ['topk(3, # three\n  a # the metric\n)', 'topk(\n  # three\n  3,\n  # the metric\n  a\n)'],
    ['sum(a\n# behind a\n) + b', '# behind a\nsum(a) + b'],
    ['label_replace(a, "x", "# no comment", "y", "z")', 'label_replace(a, "x", "# no comment", "y", "z")'],
  ];
  for (const [query, formatted] of cases)
    it(JSON.stringify(query), () => {
      assert.equal(formatQuery(query), formatted);
      assert.equal(formatQuery(formatted), formatted);
    });

  it('keeps every comment and no more, wherever they stand', () => {
    const random = seededRandom(7);
    const generator = new QueryGenerator(random);
    let parsed = 0;
    for (let i = 0; i < 4000; i++) {
      const query = generator.query();
      let commented = '';
      let at = 0;
      let count = 0;
      const bytes = Buffer.from(query);
      for (const { end } of lex(query)) {
        commented += bytes.subarray(at, end).toString();
        at = end;
        if (random.float() < 0.3) commented += ` # comment ${count++}\n`;
      }
      // Within durations there are no comments.
      if (!parses(commented)) continue;
      parsed++;
      const formatted = formatQuery(commented, options);
      const comments = lex(formatted).filter(({ kind }) => kind === 'comment');
      const numbers = comments.map(({ text }) => Number(/^# comment (\d+)$/.exec(text)?.[1]));
      assert.deepEqual(
        numbers.sort((a, b) => a - b),
        Array.from({ length: count }, (_, n) => n),
        commented,
      );
      assert.equal(words(formatted), words(formatQuery(query, options)), commented);
      assert.equal(words(formatQuery(formatted, options)), words(formatted));
    }
    assert.ok(parsed > 1000, `${parsed} parse`);
  });
});

/** The words alone. */
function words(text: string): string {
  return lex(text)
    .filter(({ kind }) => kind !== 'comment')
    .map((token) => token.text)
    .join('');
}

function parses(query: string): boolean {
  try {
    parseExpr(query, options);
    return true;
  } catch {
    return false;
  }
}
