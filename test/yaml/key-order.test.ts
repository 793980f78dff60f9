import assert from 'node:assert/strict';
import { compareKeys } from '../../src/yaml/key-order.js';

describe('the order of printed keys', () => {
  /** Each line is in order. Source: yaml.v2, sorter.go. */
  const rows: readonly (readonly string[])[] = [
    ['a', 'b', 'c'],
    ['Z', 'a'],
    ['a1', 'a2', 'a10'],
    ['a_', 'aa'],
    ['a-1', 'a1', 'aa'],
    ['', 'a'],
    ['1', '01', '2', '10'],
    ['x10', 'x010', 'x11'],
    ['a100', 'a101', 'a1000'],
    ['é1', 'é2'],
  ];
  for (const row of rows)
    it(row.join(' < '), () => {
      assert.deepEqual([...row].reverse().sort(compareKeys), row);
      for (const key of row) assert.equal(compareKeys(key, key), 0);
    });
});
