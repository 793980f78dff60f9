import assert from 'node:assert/strict';
import { CheckedSeries, mostCheckedBytes } from '../../../src/tsdb/index/checked-series.js';
import { mostListBytes, ValueLists } from '../../../src/tsdb/index/value-lists.js';

function listOf(count: number, length: number): { values: string[]; offsets: Float64Array } {
  const values = Array.from({ length: count }, (_, i) => String(i).padStart(length, '0'));
  return { values, offsets: Float64Array.from(values.keys()) };
}

describe('tsdb/index: what is remembered of a block', () => {
  it('remembers series one by one, in no memory before the first', () => {
    const checked = new CheckedSeries(16 * 1000, 2);
    assert.equal(checked.sizeBytes, 0);
    checked.add(31);
    checked.add(999);
    const known = Array.from({ length: 1100 }, (_, id) => id).filter((id) => checked.has(id));
    assert.deepEqual(known, [31, 999]);
    assert.equal(checked.sizeBytes, 128);
  });

  it('forgets series behind the bound, and all of version 1', () => {
    const checked = new CheckedSeries(2 ** 40, 2);
    const limit = 8 * mostCheckedBytes;
    for (const id of [0, limit - 1, limit, 2 ** 32 - 1]) checked.add(id);
    assert.deepEqual(
      [0, limit - 1, limit, 2 ** 32 - 1].map((id) => checked.has(id)),
      [true, true, false, false],
    );
    assert.equal(checked.sizeBytes, mostCheckedBytes);
    const offsets = new CheckedSeries(2 ** 40, 1);
    offsets.add(5);
    assert.equal(offsets.has(5), false);
    assert.equal(offsets.sizeBytes, 0);
  });

  it('keeps lists of values within their bytes: older ones go, what is too large never comes', () => {
    const lists = new ValueLists();
    for (let i = 0; i < 50; i++) {
      const list = listOf(300, 10);
      lists.put(`name${i}`, list);
      assert.equal(lists.get(`name${i}`), list);
      assert.ok(lists.sizeBytes <= mostListBytes);
    }
    assert.equal(lists.get('name0'), undefined);
    const before = lists.sizeBytes;
    lists.put('long', listOf(100, 5000));
    assert.equal(lists.get('long'), undefined);
    assert.equal(lists.sizeBytes, before);
    assert.equal(lists.takes(mostListBytes), false);
    assert.equal(lists.takes(1000), true);
  });
});
