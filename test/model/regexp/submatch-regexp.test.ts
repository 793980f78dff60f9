// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the templates are Go’s, not JS ones.
import assert from 'node:assert/strict';
import {
  compileRegexp,
  expandTemplate,
  type RegexpGroups,
  RegexpSyntaxError,
} from '../../../src/model/index.js';

/** Pattern, value, template, and what Go's Expand makes of it. */
const expanded: readonly (readonly [pattern: string, value: string, template: string, result: string])[] = [
  ['f(.*)', 'foo', 'ch${1}-ch${1}', 'choo-choo'],
  ['(a)(b)?', 'a', '$1-$2-$3', 'a--'],
  ['(a)', 'a', '$1x', ''],
  ['(a)', 'a', '${1}x', 'ax'],
  ['(a)', 'a', '$$1 $ ${ ${} $! $', '$1 $ ${ ${} $! $'],
  ['(?P<first>a)(?<second>b)', 'ab', '$second$first ${first} $firstx', 'ba a '],
  ['(a)', 'a', '$0$01$1234567890', 'a'],
  ['(?P<__proto__>a)(?P<constructor>b)', 'ab', '${constructor}${__proto__}$toString', 'ba'],
  ['(.)(.)', '😀\n', '$2$1', '\n😀'],
];

describe('regular expressions with groups', () => {
  for (const [pattern, value, template, result] of expanded) {
    it(`${pattern} on ${JSON.stringify(value)} expands ${template}`, () => {
      const groups = compileRegexp(pattern).match(value) as RegexpGroups;
      assert.equal(expandTemplate(template, groups), result);
    });
  }

  it('is anchored, and reads a pattern that means something between the anchors alone', () => {
    assert.equal(compileRegexp('b').match('abc'), undefined);
    const odd = compileRegexp('a)|(?:b');
    assert.ok(odd.test('ax') && odd.test('xb') && !odd.test('x'));
  });

  it('refuses patterns in Go’s words for the anchored whole', () => {
    assert.throws(
      () => compileRegexp('(a'),
      new RegexpSyntaxError('error parsing regexp: missing closing ): `^(?s:(a)$`'),
    );
    assert.throws(() => compileRegexp('a**'), /invalid nested repetition operator: `\*\*`/);
  });
});
