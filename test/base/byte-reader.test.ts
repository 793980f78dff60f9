import assert from 'node:assert/strict';
import { ByteReader, ByteWriter, DecodeError, seededRandom } from '../../src/base/index.js';

const uvarints: readonly (readonly [value: number, bytes: readonly number[]])[] = [
  [0, [0]],
  [127, [0x7f]],
  [128, [0x80, 1]],
  [300, [0xac, 2]],
  [2 ** 32, [0x80, 0x80, 0x80, 0x80, 0x10]],
  [2 ** 53 - 1, [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x0f]],
];

const damaged: readonly (readonly [name: string, bytes: readonly number[]])[] = [
  ['nothing', []],
  ['an end within', [0x80, 0x80]],
  ['eleven bytes', [0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 1]],
  ['more than 64 bits', [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 2]],
];

function readerOf(bytes: Uint8Array | readonly number[]): ByteReader {
  return new ByteReader(Uint8Array.from(bytes), { path: 'test' });
}

function isKind(kind: DecodeError['kind']): (error: unknown) => boolean {
  return (error) => error instanceof DecodeError && error.kind === kind;
}

describe('bytes', () => {
  for (const [value, bytes] of uvarints) {
    it(`writes and reads ${value}`, () => {
      const writer = new ByteWriter(1);
      writer.uvarint(value);
      assert.deepEqual([...writer.take()], bytes);
      assert.equal(readerOf(writer.take()).uvarint(), value);
      writer.reset();
      writer.u64(value);
      assert.equal(readerOf(writer.take()).u64(), value);
    });
  }

  for (const [name, bytes] of damaged) {
    it(`refuses a varint of ${name}`, () => {
      assert.throws(() => readerOf(bytes).uvarint(), isKind('damaged'));
      assert.throws(() => readerOf(bytes).varint(), isKind('damaged'));
    });
  }

  it('rounds varints beyond 2^53 as doubles are rounded', () => {
    assert.equal(readerOf([...Array(9).fill(0xff), 1]).uvarint(), 2 ** 64);
    assert.equal(readerOf([...Array(9).fill(0xff), 1]).varint(), -(2 ** 63));
  });

  it('reads back what it writes', () => {
    const seed = Number(process.env.SEED ?? 7);
    const random = seededRandom(seed);
    for (let i = 0; i < 2000; i++) {
      const wide = BigInt.asIntN(64, (BigInt(random.uint32()) << 32n) | BigInt(random.uint32()));
      const safe = Number(BigInt.asIntN(53, wide >> BigInt(random.uint32() % 64)));
      const writer = new ByteWriter(4);
      writer.varint(safe);
      writer.uvarint(Math.abs(safe));
      writer.u64(safe);
      writer.byte(255);
      writer.float64(safe / 8);
      writer.text('héllo');
      writer.text('x');
      writer.raw(Uint8Array.of(1, 2, 3, 4, 5, 6, 7));
      const reader = readerOf(writer.take());
      assert.equal(reader.varint(), safe, `seed ${seed}`);
      assert.equal(reader.uvarint(), Math.abs(safe), `seed ${seed}`);
      assert.equal(reader.i64(), safe, `seed ${seed}`);
      assert.equal(reader.byte(), 255);
      assert.equal(reader.float64(), safe / 8);
      assert.equal(reader.text(), 'héllo');
      reader.skipText();
      assert.equal(reader.u32(), 0x01020304);
      assert.deepEqual([...reader.slice(3)], [5, 6, 7]);
      assert.equal(reader.left, 0);
    }
  });

  it('looks at bounds before it reads, and at what a double holds', () => {
    const reader = readerOf(new Uint8Array(7).fill(0xff));
    for (const read of [
      () => reader.u64(),
      () => reader.float64(),
      () => reader.slice(8),
      () => reader.slice(-1),
      () => reader.slice(Number.NaN),
    ]) {
      assert.throws(read, isKind('damaged'));
      assert.equal(reader.at, 0);
    }
    assert.throws(() => readerOf(new Uint8Array(8).fill(0xff)).u64(), isKind('unsupported'));
    assert.equal(readerOf(new Uint8Array(8).fill(0xff)).i64(), -1);
  });

  it('says where it stopped', () => {
    const reader = readerOf([1, 2, 3]);
    reader.byte();
    const message = 'corruption in "test" at offset 1: expected 4 bytes more, found 2';
    assert.throws(() => reader.u32(), { offset: 1, message });
  });

  it('adds a difference to a number exactly, also one that no double holds', () => {
    const cases: [base: number, sum: bigint][] = [
      [-5, 2n ** 53n - 3n],
      [5, -(2n ** 53n) + 3n],
      [-(2 ** 53 - 1), 2n ** 53n - 1n],
      [7, 7n],
      [7, -1000n],
      [1, 2n ** 40n],
    ];
    for (const [base, sum] of cases) {
      const delta = sum - BigInt(base);
      let zigzag = BigInt.asUintN(64, (delta << 1n) ^ (delta >> 63n));
      const bytes: number[] = [];
      for (; zigzag >= 0x80n; zigzag >>= 7n) bytes.push(Number(zigzag & 0x7fn) | 0x80);
      bytes.push(Number(zigzag));
      assert.equal(readerOf(bytes).varintFrom(base), Number(sum), `${base} to ${sum}`);
    }
  });

  it('reads back texts of every length and of all characters', () => {
    for (const unit of ['x', 'é', '💥', '\0']) {
      for (const length of [0, 1, 63, 64, 126, 127, 128, 129, 300]) {
        const writer = new ByteWriter(1);
        writer.text(unit.repeat(length));
        writer.text('next');
        const reader = readerOf(writer.take());
        assert.equal(reader.text(), unit.repeat(length));
        assert.equal(reader.text(), 'next');
      }
    }
  });
});
