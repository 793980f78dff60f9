import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { CorruptionError, encodeUtf8, seededRandom } from '../../src/base/index.js';
import {
  snappyCompress,
  snappyDecompress,
  snappyDecompressedLength,
  snappyMaxCompressedBytes,
} from '../../src/kernels/index.js';
import { sharedPath } from '../support/shared.js';

const bytesOf = (...bytes: number[]): Uint8Array => Uint8Array.from(bytes);

describe('snappy', () => {
  const random = seededRandom(7);
  const contents: [name: string, bytes: Uint8Array][] = [
    ['nothing', new Uint8Array(0)],
    ['one byte', bytesOf(7)],
    ['sixteen bytes', random.bytes(16)],
    ['zeros', new Uint8Array(200_000)],
    ['random bytes', random.bytes(200_000)],
    ['text that repeats', encodeUtf8('up{instance="a",job="b"} 1\n'.repeat(5000))],
    ['a repeat beyond 64 KiB', encodeUtf8(`${'x'.repeat(3)}${String.fromCharCode(65)}`.repeat(40_000))],
    ['few values', Uint8Array.from({ length: 70_000 }, () => random.uint32() & 3)],
  ];
  for (const [name, bytes] of contents) {
    it(`gives back ${name}`, () => {
      const packed = snappyCompress(bytes);
      assert.ok(packed.length <= snappyMaxCompressedBytes(bytes.length));
      assert.equal(snappyDecompressedLength(packed), bytes.length);
      assert.deepEqual(snappyDecompress(packed, bytes.length), bytes);
    });
  }

  it('gives back every length up to 300, compressible or not', () => {
    for (let length = 0; length <= 300; length++) {
      for (const mask of [0x01, 0xff]) {
        const bytes = Uint8Array.from({ length }, () => random.uint32() & mask);
        assert.deepEqual(snappyDecompress(snappyCompress(bytes), length), bytes);
      }
    }
  });

  it('makes repeating text at least ten times smaller', () => {
    const text = encodeUtf8('node_cpu_seconds_total{cpu="0",mode="idle"} 12345.6\n'.repeat(1000));
    assert.ok(snappyCompress(text).length * 10 < text.length);
  });

  const broken: [name: string, bytes: Uint8Array][] = [
    ['an empty block', bytesOf()],
    ['a length without end', bytesOf(0xff, 0xff, 0xff, 0xff, 0xff, 0x01)],
    ['a length of 33 bits', bytesOf(0xff, 0xff, 0xff, 0xff, 0x1f, 0x00)],
    ['a length that the block cannot hold', bytesOf(0xff, 0xff, 0xff, 0x7f, 0x00, 0x61)],
    ['a literal behind the end', bytesOf(4, 0x0c, 0x61, 0x62)],
    ['a literal longer than declared', bytesOf(1, 0x04, 0x61, 0x62)],
    ['a literal length behind the end', bytesOf(4, 0xf4, 0x01)],
    ['a copy before the beginning', bytesOf(8, 0x00, 0x61, 0x0d, 0x02)],
    ['a copy with offset 0', bytesOf(8, 0x00, 0x61, 0x0d, 0x00)],
    ['a copy longer than declared', bytesOf(4, 0x00, 0x61, 0x0d, 0x01)],
    ['a copy cut off', bytesOf(5, 0x00, 0x61, 0x0e, 0x01)],
    ['less than declared', bytesOf(5, 0x00, 0x61)],
  ];
  for (const [name, bytes] of broken) {
    it(`refuses ${name}`, () => assert.throws(() => snappyDecompress(bytes, 1 << 20), CorruptionError));
  }

  it('refuses a block that declares more than allowed before it is unpacked', () => {
    const packed = snappyCompress(new Uint8Array(1000));
    assert.throws(() => snappyDecompress(packed, 999), /at most 999 bytes, found 1000 declared/);
    assert.equal(snappyDecompress(packed, 1000).length, 1000);
  });

  it('survives every flipped byte of a block', () => {
    const packed = snappyCompress(encodeUtf8('abcabcabcabcdefdefdef'.repeat(20)));
    for (let at = 0; at < packed.length; at++) {
      const damaged = packed.slice();
      damaged[at] = (damaged[at] as number) ^ (1 << (random.uint32() & 7));
      try {
        snappyDecompress(damaged, 1 << 20);
      } catch (error) {
        assert.ok(error instanceof CorruptionError);
      }
    }
  });

  it('reads the bodies that were sent to a real server and packs them again', function () {
    const folder = sharedPath('corpus', 'tsdb', 'capture-ooo', 'ingest');
    if (folder === undefined) this.skip();
    const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) =>
      name.endsWith('.bin'),
    );
    assert.ok(names.length > 0);
    let read = 0;
    for (const name of names) {
      const packed = readFileSync(path.join(folder, name));
      let bytes: Uint8Array;
      try {
        bytes = snappyDecompress(packed, 1 << 26);
      } catch (error) {
        // Some bodies were sent broken on purpose.
        assert.ok(error instanceof CorruptionError);
        continue;
      }
      assert.deepEqual(snappyDecompress(snappyCompress(bytes), bytes.length), bytes);
      read++;
    }
    assert.ok(read > names.length / 2, `${read} of ${names.length}`);
  });
});
