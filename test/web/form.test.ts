import assert from 'node:assert/strict';
import { Form } from '../../src/web/form.js';

describe('web: forms', () => {
  it('reads pairs as net/url does', () => {
    const cases: [text: string, name: string, values: string[], error?: string][] = [
      ['', 'a', []],
      ['a=1', 'a', ['1']],
      ['a=1&a=2&&b', 'a', ['1', '2']],
      ['a=1&a=2&&b', 'b', ['']],
      ['match%5B%5D=x%20y+z', 'match[]', ['x y z']],
      ['a=b=c', 'a', ['b=c']],
      ['a=%zz&b=1', 'a', [], 'invalid URL escape "%zz"'],
      ['a=%zz&b=1', 'b', ['1'], 'invalid URL escape "%zz"'],
      ['a=%', 'a', [], 'invalid URL escape "%"'],
      ['a=%4', 'a', [], 'invalid URL escape "%4"'],
      ['a=%ff', 'a', ['\ufffd']],
      ['a=1;b=2&c=3', 'a', [], 'invalid semicolon separator in query'],
      ['a=1;b=2&c=3', 'c', ['3'], 'invalid semicolon separator in query'],
      ['__proto__=1&constructor=2', '__proto__', ['1']],
      ['x=1', 'constructor', []],
    ];
    for (const [text, name, values, error] of cases) {
      const form = Form.parse(text);
      assert.deepEqual(form.all(name), values, text);
      assert.equal(form.get(name), values[0] ?? '', text);
      assert.equal(form.error, error, text);
    }
  });

  it('puts the body before the URL', () => {
    const merged = Form.parse('a=body').merge(Form.parse('a=url&b=url'));
    assert.deepEqual(merged.all('a'), ['body', 'url']);
    assert.equal(merged.get('b'), 'url');
  });

  it('reads a million pairs of one name in linear time', () => {
    assert.equal(Form.parse('a=&'.repeat(1_000_000)).all('a').length, 1_000_000);
  });
});
