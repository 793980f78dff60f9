import assert from 'node:assert/strict';
import { Matcher, type MatchType } from '../../src/model/index.js';
import { planLabelRegexp } from '../../src/model/regexp/label-regexp.js';
import { casesOf, readCorpus, type Table } from '../base/corpus-tables.js';
import { ModelDifferences } from './model-differences.js';

interface Condition {
  readonly type: MatchType;
  readonly value: string;
}

const types: Readonly<Record<string, MatchType>> = {
  MatchEqual: '=',
  MatchNotEqual: '!=',
  MatchRegexp: '=~',
  MatchNotRegexp: '!~',
};

interface GoMatcher {
  readonly Type: string;
  readonly Name: string;
  readonly Value: string;
}

function fromGo({ Type, Name, Value }: GoMatcher): Matcher {
  return new Matcher(types[Type] as MatchType, Name, Value);
}

describe('matchers', () => {
  const tables = readCorpus<Table<unknown>[]>('promqltest', 'parser', 'label-matcher.json');

  it('match, invert and know their prefix as upstream’s do', function () {
    if (!tables) this.skip();
    type Match = { matcher: Condition; value: string; match: boolean };
    for (const { matcher, value, match } of casesOf<Match>(tables, 'TestMatcher')) {
      const made = new Matcher(matcher.type, 'name', matcher.value);
      assert.equal(made.matches(value), match, `${made} on ${value}`);
      assert.equal(made.inverse().matches(value), !match, `${made} on ${value}`);
    }
    for (const row of casesOf<{ matcher: GoMatcher; expected: GoMatcher }>(tables, 'TestInverse')) {
      assert.deepEqual(`${fromGo(row.matcher).inverse()}`, `${fromGo(row.expected)}`);
    }
    for (const { matcher, prefix } of casesOf<{ matcher: Condition; prefix: string }>(tables, 'TestPrefix')) {
      const { regexp } = new Matcher(matcher.type, 'name', matcher.value);
      assert.equal(regexp?.prefix ?? '', prefix, matcher.value);
    }
  });

  it('spare the engine where upstream does', function () {
    if (!tables) this.skip();
    const differences = new ModelDifferences('matcher-');
    type Optimized = { matcher: Condition; isRegexOptimized: boolean };
    for (const { matcher, isRegexOptimized } of casesOf<Optimized>(tables, 'TestIsRegexOptimized')) {
      if (differences.has(`optimized: ${matcher.type}${matcher.value}`)) continue;
      const isRegexp = matcher.type === '=~' || matcher.type === '!~';
      assert.equal(isRegexp && !planLabelRegexp(matcher.value).usesEngine, isRegexOptimized, matcher.value);
    }
    assert.deepEqual(differences.unused(), []);
  });

  it('take an absent label for the empty text', () => {
    const passing = ['=""', '!="x"', '=~"x*"', '!~".+"'];
    for (const text of passing) {
      const [, type, value] = /^(\W+?)"(.*)"$/.exec(text) as unknown as [string, MatchType, string];
      assert.equal(new Matcher(type, 'a', value).matchesEmpty, true, text);
      assert.equal(new Matcher(type, 'a', value).inverse().matchesEmpty, false, text);
    }
  });

  it('print names that are not legacy in quotes', () => {
    assert.equal(`${new Matcher('=~', 'a', 'b"c')}`, 'a=~"b\\"c"');
    assert.equal(`${new Matcher('!=', 'a.b', '')}`, '"a.b"!=""');
  });
});
