import assert from 'node:assert/strict';
import { indentJson } from '../../src/cli/index.js';

describe('indenting JSON', () => {
  it('writes what JSON.stringify writes, in whatever pieces it comes', () => {
    const value = { a: [], b: {}, c: [1, 'x:{[",\\', { d: null, 'e"': [[true], ['']] }], '': '\\"' };
    const text = JSON.stringify(value);
    for (const size of [1, 2, 7, text.length]) {
      const pieces = Array.from({ length: Math.ceil(text.length / size) }, (_, i) =>
        text.slice(i * size, (i + 1) * size),
      );
      assert.equal([...indentJson(pieces)].join(''), JSON.stringify(value, undefined, 2));
    }
  });
});
