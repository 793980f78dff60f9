import assert from 'node:assert/strict';
import { encodeUtf8, seededRandom } from '../../src/base/index.js';
import { crc32c } from '../../src/kernels/index.js';

/** Bit by bit, as the polynomial says. */
function slowCrc(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1;
  }
  return ~crc >>> 0;
}

describe('crc32c', () => {
  const vectors: [name: string, bytes: Uint8Array, crc: number][] = [
    ['nothing', new Uint8Array(0), 0],
    ['"123456789"', encodeUtf8('123456789'), 0xe3069283],
    ['32 zeros (RFC 3720)', new Uint8Array(32), 0x8a9136aa],
    ['32 bytes of 0xff (RFC 3720)', new Uint8Array(32).fill(0xff), 0x62a8ab43],
    ['0 to 31 (RFC 3720)', Uint8Array.from({ length: 32 }, (_, i) => i), 0x46dd794e],
    ['31 to 0 (RFC 3720)', Uint8Array.from({ length: 32 }, (_, i) => 31 - i), 0x113fdb5c],
  ];
  for (const [name, bytes, crc] of vectors) {
    it(`knows the checksum of ${name}`, () => assert.equal(crc32c(bytes), crc));
  }

  it('agrees with the bitwise definition for every length and start', () => {
    const random = seededRandom(1);
    const bytes = random.bytes(80);
    for (let start = 0; start < 16; start++) {
      for (let end = start; end <= bytes.length; end++) {
        assert.equal(crc32c(bytes, start, end), slowCrc(bytes.subarray(start, end)));
      }
    }
  });

  it('goes on from the checksum of what stands before', () => {
    const bytes = seededRandom(2).bytes(1000);
    for (const cut of [0, 1, 7, 8, 9, 500, 1000]) {
      assert.equal(crc32c(bytes, cut, bytes.length, crc32c(bytes, 0, cut)), crc32c(bytes));
    }
  });
});
