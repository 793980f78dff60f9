import assert from 'node:assert/strict';
import {
  escapeName,
  graphLink,
  isLabelName,
  isMetricName,
  sanitizeFullLabelName,
  sanitizeLabelName,
  tableLink,
  unescapeName,
} from '../../src/model/index.js';
import { casesOf, readCorpus, type Table } from '../base/corpus-tables.js';

/** Name, and escaped and read back by each scheme, as prometheus/common does. */
const escaped: readonly (readonly [string, string, string, string, string, string, string])[] = [
  ['', '', '', '', '', '', ''],
  ['abc', 'abc', 'abc', 'abc', 'abc', 'abc', 'abc'],
  ['a.b', 'a_b', 'a_b', 'a_dot_b', 'a.b', 'U__a_2e_b', 'a.b'],
  ['a_b', 'a_b', 'a_b', 'a__b', 'a_b', 'a_b', 'a_b'],
  ['a:b', 'a:b', 'a:b', 'a:b', 'a:b', 'a:b', 'a:b'],
  ['0a', '_a', '_a', '__a', '_a', 'U___30_a', '0a'],
  ['0.a', '__a', '__a', '___dot_a', '_.a', 'U___30__2e_a', '0.a'],
  ['é.b', '__b', '__b', '___dot_b', '_.b', 'U___e9__2e_b', 'é.b'],
  ['a b_c', 'a_b_c', 'a_b_c', 'a__b__c', 'a_b_c', 'U__a_20_b__c', 'a b_c'],
  ['U__x', 'U__x', 'U__x', 'U____x', 'U__x', 'U__x', 'x'],
  ['__', '__', '__', '____', '__', '__', '__'],
  ['_dot_', '_dot_', '_dot_', '__dot__', '_._', '_dot_', '_dot_'],
  ['😀', '_', '_', '__', '_', 'U___1f600_', '😀'],
];

/** What upstream reads from names that claim to be escaped; what it cannot read stays as it is. */
const unescaped: readonly (readonly [escaped: string, name: string])[] = [
  ['U__', ''],
  ['U__a_', 'U__a_'],
  ['U__a__b', 'a_b'],
  ['U___2e_', '.'],
  ['U__a_2E_b', 'a.b'],
  ['U__a_zz_', 'U__a_zz_'],
  ['U__a_2e', 'U__a_2e'],
  ['U__a_10ffff_', 'U__a_10ffff_'],
  ['U__a_d800_', 'U__a_d800_'],
  ['U__a_1234567_', 'U__a_1234567_'],
  ['U_____', 'U_____'],
  ['a_2e_b', 'a_2e_b'],
];

interface LinkCase {
  readonly expression: string;
  readonly expectedGraphLink: string;
  readonly expectedTableLink: string;
}
interface SanitizeCase {
  readonly input: string;
  readonly expected: string;
}

describe('names', () => {
  for (const [name, underscores, fromUnderscores, dots, fromDots, values, fromValues] of escaped) {
    it(`"${name}" escapes and reads back as upstream’s`, () => {
      assert.equal(escapeName(name, 'allow-utf-8'), name);
      assert.equal(escapeName(name, 'underscores'), underscores);
      assert.equal(unescapeName(underscores, 'underscores'), fromUnderscores);
      assert.equal(escapeName(name, 'dots'), dots);
      assert.equal(unescapeName(dots, 'dots'), fromDots);
      assert.equal(escapeName(name, 'values'), values);
      assert.equal(unescapeName(values, 'values'), fromValues);
    });
  }

  for (const [text, name] of unescaped) {
    it(`"${text}" reads as "${name}"`, () => assert.equal(unescapeName(text), name));
  }

  it('sanitize and link as upstream', function () {
    const tables = readCorpus<Table<unknown>[]>('promqltest', 'parser', 'strutil-links-and-sanitize.json');
    if (!tables) this.skip();
    for (const { expression, expectedGraphLink, expectedTableLink } of casesOf<LinkCase>(
      tables,
      'linkTests',
    )) {
      assert.equal(graphLink(expression), expectedGraphLink);
      assert.equal(tableLink(expression), expectedTableLink);
    }
    for (const { input, expected } of casesOf<SanitizeCase>(tables, 'TestSanitizeLabelName')) {
      assert.equal(sanitizeLabelName(input), expected);
    }
    for (const { input, expected } of casesOf<SanitizeCase>(tables, 'TestSanitizeFullLabelName')) {
      assert.equal(sanitizeFullLabelName(input), expected);
    }
  });

  it('are legal by either scheme', () => {
    assert.deepEqual(
      ['a', 'a.b', '', '0a', 'a:b', '\udcff'].map((name) => isLabelName(name)),
      [true, true, false, true, true, false],
    );
    assert.deepEqual(
      ['a', 'a.b', '', '0a', 'a:b', 'a\n'].map((name) => isLabelName(name, 'legacy')),
      [true, false, false, false, false, false],
    );
    assert.deepEqual(
      ['a', 'a.b', '', '0a', 'a:b', 'a\n'].map((name) => isMetricName(name, 'legacy')),
      [true, false, false, false, true, false],
    );
  });
});
