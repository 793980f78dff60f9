import assert from 'node:assert/strict';
import { RE2JS } from 're2js';
import { seededRandom } from '../../../src/base/index.js';
import { RegexpSyntaxError } from '../../../src/model/index.js';
import { planLabelRegexp } from '../../../src/model/regexp/label-regexp.js';
import { casesOf, readCorpus, type Table, type TableText, textOf } from '../../base/corpus-tables.js';
import { ModelDifferences } from '../model-differences.js';

const tables = readCorpus<Table<unknown>[]>('promqltest', 'parser', 'label-regexp.json');
const differences = new ModelDifferences('regexp-');

/** The engine alone, without any of our own reading of patterns. */
function engineOf(pattern: string): (value: string) => boolean {
  const engine = RE2JS.compile(`^(?s:${pattern})$`);
  return (value) => engine.test(value);
}

interface Expected {
  readonly pattern: string;
  readonly expectedMatches: readonly string[];
  readonly expectedNotMatches: readonly string[];
}
interface LiteralCase {
  readonly regex: string;
  readonly prefix: string;
  readonly suffix: string;
  readonly contains: readonly string[] | null;
}
interface SetCase {
  readonly pattern: string;
  readonly expMatches: readonly string[] | null;
  readonly expCaseSensitive: boolean;
}
interface MatchedCase {
  readonly caseSensitive: boolean;
  readonly values?: readonly string[];
  readonly prefixes?: readonly { readonly prefix: string }[];
  readonly expectedMatches: readonly string[];
  readonly expectedNotMatches: readonly string[];
}

/** Pattern and Go's error for it. */
const refused: readonly (readonly [pattern: string, error: string])[] = [
  ['a(b', 'missing closing ): `a(b`'],
  ['a)b', 'unexpected ): `a)b`'],
  ['a)|(b', 'unexpected ): `a)|(b`'],
  ['[a', 'missing closing ]: `[a`'],
  ['[z-a]', 'invalid character class range: `z-a`'],
  ['[[:foo:]]', 'invalid character class range: `[:foo:]`'],
  ['*a', 'missing argument to repetition operator: `*`'],
  ['a**', 'invalid nested repetition operator: `**`'],
  ['a{1001}', 'invalid repeat count: `{1001}`'],
  ['((a{100}){100}){100}', 'invalid repeat count: `{100}`'],
  ['a\\', 'trailing backslash at end of expression: ``'],
  ['\\8', 'invalid escape sequence: `\\8`'],
  ['(?=a)', 'invalid or unsupported Perl syntax: `(?=`'],
  ['(?<=a)b', 'invalid named capture: `(?<=a)b`'],
  ['(?P<a b>x)', 'invalid named capture: `(?P<a b>`'],
  ['\\p{Foo}', 'invalid character class range: `\\p{Foo}`'],
  ['a\udcff.*', 'invalid UTF-8: `\udcff.*`'],
];

describe('label regular expressions', () => {
  it('match what upstream’s engine matches, for every pattern and value of its tables', function () {
    if (!tables) this.skip();
    const values = casesOf<TableText>(tables, '', 'values').map(textOf);
    let withoutEngine = 0;
    for (const pattern of casesOf<string>(tables, '', 'regexes')) {
      const plan = planLabelRegexp(pattern);
      const matches = engineOf(pattern);
      if (!plan.usesEngine) withoutEngine++;
      for (const value of values) {
        assert.equal(plan.test(value), matches(value), `${pattern} on ${JSON.stringify(value)}`);
      }
    }
    assert.ok(withoutEngine >= 40, `${withoutEngine} patterns need no engine`);
  });

  it('know the literals that upstream knows', function () {
    if (!tables) this.skip();
    for (const row of casesOf<LiteralCase>(tables, 'TestOptimizeConcatRegex')) {
      if (differences.has(`literals: ${row.regex}`)) continue;
      const { prefix, suffix, contains } = planLabelRegexp(row.regex);
      const expected = { prefix: row.prefix, suffix: row.suffix, contains: row.contains ?? [] };
      assert.deepEqual({ prefix, suffix, contains }, expected, row.regex);
    }
  });

  it('know the sets that upstream knows', function () {
    if (!tables) this.skip();
    for (const { pattern, expMatches, expCaseSensitive } of casesOf<SetCase>(tables, 'TestFindSetMatches')) {
      if (differences.has(`set: ${pattern}`)) continue;
      const expected = expCaseSensitive && expMatches ? expMatches : undefined;
      assert.deepEqual(planLabelRegexp(pattern).setMatches, expected, pattern);
    }
  });

  it('need no engine where upstream needs none', function () {
    if (!tables) this.skip();
    for (const { pattern, exp } of casesOf<{ pattern: string; exp: unknown }>(
      tables,
      'TestNewFastRegexMatcher',
    )) {
      if (differences.has(`no engine: ${pattern}`)) continue;
      if (exp !== null) assert.equal(planLabelRegexp(pattern).usesEngine, false, pattern);
    }
  });

  it('match and leave what upstream’s string matchers do', function () {
    if (!tables) this.skip();
    for (const kind of ['LiteralPrefix', 'LiteralSuffix', 'Quest']) {
      for (const row of casesOf<Expected>(tables, `TestStringMatcherFromRegexp_${kind}`)) {
        const plan = planLabelRegexp(row.pattern);
        for (const value of row.expectedMatches) assert.ok(plan.test(value), `${row.pattern} on ${value}`);
        for (const value of row.expectedNotMatches)
          assert.ok(!plan.test(value), `${row.pattern} on ${value}`);
      }
    }
    const multi = casesOf<MatchedCase>(tables, 'TestEqualMultiStringMatcher_Matches');
    for (const row of Object.values(multi)) {
      const branches = [...(row.values ?? []), ...(row.prefixes ?? []).map(({ prefix }) => `${prefix}.*`)];
      const plan = planLabelRegexp(`${row.caseSensitive ? '' : '(?i)'}(${branches.join('|')})`);
      for (const value of row.expectedMatches) assert.ok(plan.test(value), value);
      for (const value of row.expectedNotMatches) assert.ok(!plan.test(value), value);
    }
    const simple = casesOf<boolean>(tables, 'TestIsSimpleConcatenationPattern');
    for (const pattern of Object.keys(simple))
      assert.equal(planLabelRegexp(pattern).usesEngine, false, pattern);
  });

  it('fold case as upstream does, without asking how', function () {
    if (!tables) this.skip();
    interface Fold {
      readonly s: TableText;
      readonly prefix: TableText;
      readonly suffix: TableText;
      readonly expectedOK: boolean;
    }
    const sides = { Prefix: 'prefix', Suffix: 'suffix' } as const;
    for (const [name, side] of Object.entries(sides)) {
      for (const row of casesOf<Fold>(tables, `Test${name}CaseInsensitiveMatchLen`)) {
        const literal = textOf(row[side]);
        if (differences.has(`fold: ${literal}`)) continue;
        const pattern = side === 'prefix' ? `(?i)${literal}.*` : `(?i).*${literal}`;
        assert.equal(planLabelRegexp(pattern).test(textOf(row.s)), row.expectedOK, pattern);
      }
    }
    const lower = casesOf<string>(tables, 'TestToNormalisedLower');
    for (const [text, folded] of Object.entries(lower)) {
      assert.ok(planLabelRegexp(`(?i)${folded}`).test(text), text);
    }
  });

  it('has no table of upstream’s that nothing looks at', function () {
    if (!tables) this.skip();
    const compared =
      /^$|OptimizeConcat|FindSetMatches|NewFastRegex|TestStringMatcher|Matches$|Simple|CaseInsensitive|NormalisedLower/;
    const left = tables.filter(({ test }) => !compared.test(test) && !differences.has(`table: ${test}`));
    assert.deepEqual(
      left.map(({ test }) => test),
      [],
    );
    assert.deepEqual(differences.unused(), []);
  });

  for (const [pattern, error] of refused) {
    it(`refuse ${pattern.length > 30 ? 'a long pattern' : JSON.stringify(pattern)} in Go’s words`, () => {
      assert.throws(() => planLabelRegexp(pattern), new RegexpSyntaxError(`error parsing regexp: ${error}`));
    });
  }

  it('agree with the engine on random patterns', () => {
    const seed = Number(process.env.SEED ?? 20260311);
    const random = seededRandom(seed);
    const atoms = [
      ...[
        'a',
        'b',
        'foo',
        'bar',
        '.*',
        '.+',
        '.?',
        '.',
        '(foo|bar)',
        '(?:a|b)',
        '^',
        '$',
        '-',
        '[ab]',
        '[a-c]',
      ],
      ...[
        '\\.',
        '\\d',
        'x?',
        '(a|)',
        'é',
        '😀',
        '(?i)b',
        '.{2}',
        '.{0,2}',
        '(.*)?',
        '(foo.*|bar$)',
        '(^a|b)',
      ],
      ...['[^a]', 'a+', '|', '(?s)'],
    ];
    const values = [
      '',
      'a',
      'b',
      'ab',
      'foo',
      'foobar',
      'barfoo',
      'a\nb',
      'foo-bar',
      'x1',
      'é',
      '😀',
      'fo😀',
      'abab',
      'b.a',
      '\udcffa',
    ];
    for (let i = 0; i < 4000; i++) {
      let pattern = '';
      for (let parts = 1 + (random.uint32() % 6); parts > 0; parts--)
        pattern += atoms[random.uint32() % atoms.length];
      const plan = planLabelRegexp(pattern);
      const matches = engineOf(pattern);
      for (const value of values) {
        assert.equal(
          plan.test(value),
          matches(value),
          `seed ${seed}: ${pattern} on ${JSON.stringify(value)}`,
        );
        if (!plan.test(value)) continue;
        assert.ok(value.startsWith(plan.prefix) && value.endsWith(plan.suffix), `seed ${seed}: ${pattern}`);
        assert.ok(plan.setMatches?.includes(value) !== false, `seed ${seed}: ${pattern}`);
      }
    }
  });
});
