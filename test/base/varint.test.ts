import assert from 'node:assert/strict';
import { ByteRangeError, ByteReader, ByteWriter, seededRandom } from '../../src/base/index.js';

const uvarints: readonly (readonly [value: bigint, bytes: readonly number[]])[] = [
  [0n, [0]],
  [127n, [0x7f]],
  [128n, [0x80, 1]],
  [300n, [0xac, 2]],
  [2n ** 53n - 1n, [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x0f]],
  [2n ** 64n - 1n, [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1]],
];

const damaged: readonly (readonly [name: string, bytes: readonly number[]])[] = [
  ['nothing', []],
  ['an end within', [0x80, 0x80]],
  ['eleven bytes', [0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 1]],
  ['more than 64 bits', [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 2]],
];

describe('bytes', () => {
  for (const [value, bytes] of uvarints) {
    it(`writes and reads ${value}`, () => {
      const writer = new ByteWriter(1);
      writer.uvarint(value);
      assert.deepEqual([...writer.take()], bytes);
      assert.equal(new ByteReader(writer.take()).uvarintBig(), value);
      if (value >= 2n ** 53n) return;
      writer.reset();
      writer.uvarint(Number(value));
      assert.deepEqual([...writer.take()], bytes);
      assert.equal(new ByteReader(writer.take()).uvarint(), Number(value));
    });
  }

  for (const [name, bytes] of damaged) {
    it(`refuses a varint of ${name}`, () => {
      assert.throws(() => new ByteReader(Uint8Array.from(bytes)).uvarint(), ByteRangeError);
      assert.throws(() => new ByteReader(Uint8Array.from(bytes)).varintBig(), ByteRangeError);
    });
  }

  it('reads back what it writes', () => {
    const seed = Number(process.env.SEED ?? 7);
    const random = seededRandom(seed);
    for (let i = 0; i < 2000; i++) {
      const wide = BigInt.asIntN(64, (BigInt(random.uint32()) << 32n) | BigInt(random.uint32()));
      const signed = wide >> BigInt(random.uint32() % 64);
      const safe = Number(BigInt.asIntN(53, signed));
      const writer = new ByteWriter(4);
      writer.varint(signed);
      writer.varint(safe);
      writer.u64(signed);
      writer.u32(random.uint32());
      writer.u16(513);
      writer.byte(255);
      writer.float64(safe / 8);
      writer.raw(Uint8Array.of(1, 2, 3));
      const reader = new ByteReader(writer.take());
      assert.equal(reader.varintBig(), signed, `seed ${seed}`);
      assert.equal(reader.varint(), safe, `seed ${seed}`);
      assert.equal(reader.i64Big(), signed);
      reader.u32();
      assert.equal(reader.u16(), 513);
      assert.equal(reader.byte(), 255);
      assert.equal(reader.float64(), safe / 8);
      assert.deepEqual([...reader.slice(3)], [1, 2, 3]);
      assert.equal(reader.left, 0);
    }
  });

  it('looks at bounds before it reads, and at what a double holds', () => {
    const reader = new ByteReader(new Uint8Array(7).fill(0xff));
    for (const read of [
      () => reader.u64(),
      () => reader.float64(),
      () => reader.slice(8),
      () => reader.slice(-1),
    ]) {
      assert.throws(read, ByteRangeError);
      assert.equal(reader.at, 0);
    }
    const wide = new ByteReader(new Uint8Array(8).fill(0xff));
    assert.throws(() => wide.u64(), ByteRangeError);
    assert.equal(new ByteReader(new Uint8Array(8).fill(0xff)).i64(), -1);
    assert.throws(() => new ByteReader(Uint8Array.of(1, 2)).slice(Number.NaN), ByteRangeError);
  });

  it('says where it stopped', () => {
    const reader = new ByteReader(Uint8Array.of(1, 2, 3));
    reader.byte();
    assert.throws(() => reader.u32(), { offset: 1, message: 'at byte 1: expected 4 bytes more, found 2' });
  });
});
