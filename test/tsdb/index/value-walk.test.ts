import assert from 'node:assert/strict';
import { ByteWriter, encodeUtf8, seededRandom } from '../../../src/base/index.js';
import { SymbolTable } from '../../../src/storage/index.js';
import { SymbolIds } from '../../../src/tsdb/block/symbol-ids.js';
import { FileCursor, type IndexSymbols } from '../../../src/tsdb/index/index.js';
import { PostingsTable } from '../../../src/tsdb/index/postings-table.js';

const values = Array.from({ length: 200 }, (_, i) => `${'abé😀'.slice(i % 3)}${i}`).sort((a, b) =>
  Buffer.compare(encodeUtf8(a), encodeUtf8(b)),
);

function tableOf(name: string): PostingsTable {
  const out = new ByteWriter(64);
  out.u32(values.length);
  for (const [i, value] of values.entries()) {
    out.byte(2);
    out.text(name);
    out.text(value);
    out.uvarint(1000 + i);
  }
  return new PostingsTable(new FileCursor('index', out.take()), 2);
}

function walked(table: PostingsTable, prefix: string): string[] {
  const found: string[] = [];
  table.walk(
    'pod',
    (value, offset) => {
      if (value.startsWith(prefix)) found.push(`${value} ${offset}`);
      return true;
    },
    prefix,
  );
  return found;
}

describe('tsdb/index: values of a name', () => {
  it('walks the same values with and without a list of them, from any prefix', () => {
    const listed = tableOf('pod');
    const all = walked(listed, '');
    assert.equal(all.length, values.length);
    for (const prefix of ['a', 'b', 'é', '😀', 'zz', '\u{10ffff}', values[70] as string]) {
      const expected = all.filter((line) => line.startsWith(prefix));
      assert.deepEqual(walked(listed, prefix), expected, prefix);
      assert.deepEqual(walked(tableOf('pod'), prefix), expected, prefix);
    }
  });

  it('ends where the visitor says so, and walks anew behind it', () => {
    const table = tableOf('pod');
    for (let turn = 0; turn < 2; turn++) {
      let count = 0;
      table.walk('pod', () => ++count < 5);
      assert.equal(count, 5);
    }
    assert.equal(walked(table, '').length, values.length);
  });

  it('compares symbols of any width with ids where they stand (seed 7)', () => {
    const random = seededRandom(7);
    const symbols = { limit: 1 << 15, text: (symbol: number) => `${symbol}` } as IndexSymbols;
    for (let turn = 0; turn < 500; turn++) {
      const table = new SymbolTable();
      const ids = new SymbolIds(symbols, table, turn % 2 === 0);
      const row = Array.from({ length: 6 }, () => Math.floor(random.float() * 2 ** (1 + (turn % 22))));
      const out = new ByteWriter(64);
      for (const symbol of row) out.uvarint(symbol);
      const bytes = out.take();
      const expected = idsOf(row, table);
      const cursor = new FileCursor('index', bytes);
      assert.equal(ids.areIdsAt(cursor, expected), true);
      assert.equal(cursor.at, bytes.length);
      expected[turn % 6] = table.intern('another');
      assert.equal(ids.areIdsAt(new FileCursor('index', bytes), expected), false);
      assert.throws(() => ids.areIdsAt(new FileCursor('index', bytes.subarray(0, -1)), idsOf(row, table)));
    }
  });
});

function idsOf(row: readonly number[], table: SymbolTable): Uint32Array {
  return Uint32Array.from(row, (symbol) => table.intern(`${symbol}`));
}
