import assert from 'node:assert/strict';
import { compileLabelRegexp, compileRegexp, RegexpSyntaxError } from '../../../src/model/index.js';

const long = 'a'.repeat(1_000_000);

/** Exponential or worse on an engine that goes back; whether the million letters match. */
const explosive: readonly (readonly [pattern: string, matches: boolean])[] = [
  ['(a+)+$', true],
  ['(a+)+b', false],
  ['(a|aa)+b', false],
  ['(a*)*b', false],
  ['(.*a){25}', true],
  ['(.*a){25}b', false],
  ['(.*)(.*)(.*)(.*)(.*)b', false],
  ['([a-z]*)*[0-9]', false],
  ['(x+x+)+y', false],
  ['.*.*.*=.*', false],
  ['.*a.*a.*a.*a.*a.*b', false],
  ['\\b(\\w+\\b.?)+!', false],
];

function alternatives(sizeUnits: number): string[] {
  const texts: string[] = [];
  for (let i = 0, size = 0; size < sizeUnits; i++) {
    const text = `svc${(i * 7919).toString(36)}`;
    texts.push(text);
    size += text.length + 1;
  }
  return texts;
}

describe('hostile patterns', () => {
  for (const [pattern, matches] of explosive) {
    it(`${pattern} takes one pass over a megabyte`, () => {
      assert.equal(compileLabelRegexp(pattern).test(long), matches);
      assert.equal(compileRegexp(pattern).test(long), matches);
    });
  }

  it('a megabyte of alternatives is a set', () => {
    const texts = alternatives(1_000_000);
    for (const pattern of [texts.join('|'), `(${texts.join('|')})`]) {
      const regexp = compileLabelRegexp(pattern);
      assert.ok(texts.every((text) => regexp.test(text)));
      assert.equal(regexp.test('svc'), false);
      assert.equal(regexp.setMatches, undefined);
    }
  });

  it('thousands of prefixes are looked up, not tried', () => {
    const texts = alternatives(30_000);
    const regexp = compileLabelRegexp(texts.map((text) => `${text}-.*`).join('|'));
    assert.ok(texts.every((text) => regexp.test(`${text}-x`) && !regexp.test(text)));
  });

  it('nesting beyond a thousand is refused in Go’s words, and below it works', () => {
    const nested = (depth: number): string => `${'('.repeat(depth)}a${')'.repeat(depth)}`;
    assert.equal(compileLabelRegexp(nested(990)).test('a'), true);
    for (const depth of [1001, 100_000]) {
      const pattern = nested(depth);
      const error = new RegexpSyntaxError(
        `error parsing regexp: expression nests too deeply: \`${pattern}\``,
      );
      assert.throws(() => compileLabelRegexp(pattern), error);
    }
    assert.throws(() => compileLabelRegexp('('.repeat(100_000)), RegexpSyntaxError);
    assert.throws(() => compileLabelRegexp('['.repeat(1_000_000)), RegexpSyntaxError);
  });

  it('products of alternatives stay small', () => {
    const regexp = compileLabelRegexp('(a|b.*|c)'.repeat(2000));
    assert.equal(regexp.test('a'), false);
    assert.equal(compileLabelRegexp(`${'[ab]'.repeat(2000)}.*`).test('ab'), false);
    assert.equal(compileLabelRegexp('|'.repeat(1_000_000)).test(''), true);
  });

  it('bytes that are no text match as one character', () => {
    for (const pattern of ['.oo', '.*oo', '[^a]oo', '(?i).OO', '.+']) {
      assert.equal(compileLabelRegexp(pattern).test('\udcffoo'), true, pattern);
      assert.equal(compileLabelRegexp(pattern).test('\ud800oo'), true, pattern);
    }
  });
});
