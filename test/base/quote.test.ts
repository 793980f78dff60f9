import assert from 'node:assert/strict';
import { quoteGo, quoteGoAscii, unquoteGo } from '../../src/base/index.js';
import { readCorpus, type TableText, textOf } from './corpus-tables.js';

interface QuotingCorpus {
  readonly quote: readonly { readonly in: TableText; readonly out: string; readonly ascii: string }[];
  readonly unquote: readonly { readonly in: string; readonly out: TableText }[];
  readonly misquoted: readonly string[];
}

/** What strconv.Quote prints. */
const quoted: readonly (readonly [text: string, quoted: string])[] = [
  ['', '""'],
  ['plain', '"plain"'],
  ['a"b\\c', '"a\\"b\\\\c"'],
  ['\u0000\u001f\u007f', '"\\x00\\x1f\\x7f"'],
  ['\u0085\u00a0\u00ad', '"\\u0085\\u00a0\\u00ad"'],
  ['é日本😀', '"é日本😀"'],
  ['\u200b\u2028\ufeff', '"\\u200b\\u2028\\ufeff"'],
  ['\ufffd', '"\ufffd"'],
  ['\ue000\u{10ffff}', '"\\ue000\\U0010ffff"'],
  // Assigned after Unicode 15.0, so not printable to Go.
  ['\u1c89\u{1fae9}', '"\\u1c89\\U0001fae9"'],
  ['a\udcffb', '"a\\xffb"'],
];

describe('Go quoting', () => {
  for (const [text, expected] of quoted) {
    it(`quotes as ${expected}`, () => assert.equal(quoteGo(text), expected));
  }

  it('quotes, unquotes and refuses as upstream does', function () {
    const corpus = readCorpus<QuotingCorpus>('promqltest', 'parser', 'string-quoting.json');
    if (!corpus) this.skip();
    for (const { in: text, out, ascii } of corpus.quote) {
      assert.equal(quoteGo(textOf(text)), out);
      assert.equal(quoteGoAscii(textOf(text)), ascii);
    }
    for (const { in: literal, out } of corpus.unquote) assert.equal(unquoteGo(literal), textOf(out), literal);
    for (const literal of corpus.misquoted) assert.equal(unquoteGo(literal), undefined, literal);
  });

  it('reads bytes written one by one as the text they are together', () => {
    assert.equal(unquoteGo('"\\xe2\\x98\\xba"'), '☺');
    assert.equal(unquoteGo("'\\342\\230\\272'"), '☺');
    assert.equal(unquoteGo('"\\xe2\\x98"'), '\udce2\udc98');
    assert.equal(quoteGo('\udce2\udc98'), '"\\xe2\\x98"');
  });

  it('reads what code points beyond Unicode become upstream', () => {
    assert.equal(unquoteGo('"\\ud800"'), '\ufffd');
    assert.equal(unquoteGo('"\\U00110000"'), undefined);
    assert.equal(unquoteGo('"\\UFFFFFF41"'), 'A');
  });
});
