import assert from 'node:assert/strict';
import { zstdCompressSync } from 'node:zlib';
import { seededRandom } from '../../../src/base/index.js';
import type { Kernels } from '../../../src/kernels/index.js';
import { FrameBuffer, pageBytes, SegmentReader, storeRecord } from '../../../src/tsdb/wal/index.js';
import { FaultDisk } from '../../support/fault-disk.js';
import { createTestKernels } from '../../support/kernels.js';

async function diskWith(bytes: Uint8Array): Promise<FaultDisk> {
  const disk = new FaultDisk(seededRandom(1));
  const file = await disk.open('/00000000', 'create');
  await file.write(bytes, 0);
  return disk;
}

interface Found {
  readonly records: Uint8Array[];
  readonly damages: string[];
}

/** With kernels and without: both must find the same. */
async function readAll(bytes: Uint8Array): Promise<Found> {
  const plain = await readWith(bytes, undefined);
  assert.deepEqual(await readWith(bytes, await createTestKernels()), plain);
  return plain;
}

async function readWith(bytes: Uint8Array, kernels: Kernels | undefined): Promise<Found> {
  const reader = await SegmentReader.open(await diskWith(bytes), '/00000000', kernels);
  const records: Uint8Array[] = [];
  while (await reader.fill()) while (reader.next()) records.push(Uint8Array.from(reader.record));
  await reader.close();
  const damages = reader.damages.map(
    ({ startByte, endByte, reason, torn }) => `${startByte}-${endByte} ${torn ? 'torn: ' : ''}${reason}`,
  );
  return { records, damages };
}

function frame(records: readonly Uint8Array[], compression: 'none' | 'snappy' = 'none'): Uint8Array {
  const buffer = new FrameBuffer();
  buffer.start(0);
  for (const record of records) buffer.append(storeRecord(record, compression));
  return buffer.bytes.slice();
}

const filled = (length: number, value: number): Uint8Array => new Uint8Array(length).fill(value);

describe('the framing of the log', () => {
  const layouts: [
    name: string,
    lengths: number[],
    headers: [at: number, bytes: number[]][],
    total: number,
  ][] = [
    ['a record of nothing', [0], [[0, [1, 0, 0, 0, 0, 0, 0]]], 7],
    ['a record', [3], [[0, [1, 0, 3]]], 10],
    ['a record that fills its page', [pageBytes - 7], [[0, [1, 0x7f, 0xf9]]], pageBytes],
    [
      'a record one byte longer than a page',
      [pageBytes - 6],
      [
        [0, [2, 0x7f, 0xf9]],
        [pageBytes, [4, 0, 1]],
      ],
      pageBytes + 8,
    ],
    [
      'a record of three pages',
      [2 * pageBytes],
      [
        [0, [2]],
        [pageBytes, [3]],
        [2 * pageBytes, [4, 0, 14]],
      ],
      2 * pageBytes + 21,
    ],
    [
      'a page with no room for a header',
      [pageBytes - 13, 1],
      [
        [pageBytes - 6, [0, 0, 0, 0, 0, 0]],
        [pageBytes, [1, 0, 1]],
      ],
      pageBytes + 8,
    ],
    [
      'a page with room for a header alone',
      [pageBytes - 14, 1],
      [
        [pageBytes - 7, [2, 0, 0, 0, 0, 0, 0]],
        [pageBytes, [4, 0, 1]],
      ],
      pageBytes + 8,
    ],
  ];
  for (const [name, lengths, headers, total] of layouts) {
    it(`lays out ${name} as upstream does`, async () => {
      const records = lengths.map((length, i) => filled(length, i + 1));
      const bytes = frame(records);
      for (const [at, expected] of headers)
        assert.deepEqual([...bytes.subarray(at, at + expected.length)], expected);
      assert.equal(bytes.length, total);
      assert.deepEqual(await readAll(bytes), { records, damages: [] });
    });
  }

  it('gives back records of any length, compressed or not, over blocks and pages', async () => {
    const random = seededRandom(9);
    const records = Array.from({ length: 150 }, () => {
      const length = Math.floor(2 ** (random.float() * 17));
      return random.float() < 0.5 ? random.bytes(length) : filled(length, random.uint32() & 0xff);
    });
    for (const compression of ['none', 'snappy'] as const) {
      const read = await readAll(frame(records, compression));
      assert.deepEqual(read, { records, damages: [] });
    }
  });

  it('reads what Prometheus compresses with zstd', async () => {
    const records = [filled(5000, 1), seededRandom(3).bytes(70_000), filled(0, 0)];
    const buffer = new FrameBuffer();
    buffer.start(0);
    for (const record of records) buffer.append({ stored: zstdCompressSync(record), compression: 0x10 });
    assert.deepEqual(await readAll(buffer.bytes.slice()), { records, damages: [] });
  });

  const three = [filled(100, 1), filled(100, 2), filled(100, 3)];
  const spread = [filled(100, 1), filled(pageBytes, 2), filled(100, 3), filled(pageBytes, 4), filled(5, 5)];
  const damages: [
    name: string,
    records: Uint8Array[],
    change: (bytes: Uint8Array) => Uint8Array,
    left: number[],
    found: string[],
  ][] = [
    ['a flipped byte costs its record', three, (b) => flip(b, 120), [1, 3], ['107-214 unexpected checksum']],
    [
      'a length that is too short costs the rest of the page',
      three,
      (b) => put(b, 109, 90),
      [1],
      ['107-321 unexpected checksum'],
    ],
    [
      'a length that leaves the page costs the rest of the page',
      spread,
      (b) => put(b, 1, 0xff),
      [3, 4, 5],
      ['0-32889 invalid record size'],
    ],
    [
      'an unknown kind costs the rest of the page',
      three,
      (b) => put(b, 107, 7),
      [1],
      ['107-321 unexpected record type 7'],
    ],
    [
      'a page end with something behind it costs the rest of the page',
      three,
      (b) => put(b, 107, 0),
      [1],
      ['107-321 unexpected non-zero byte in padded page'],
    ],
    [
      'a lost first fragment costs its record',
      spread,
      (b) => put(b, 107, 4),
      [1, 3, 4, 5],
      ['107-32889 unexpected last record'],
    ],
    [
      'a lost last fragment costs its record',
      spread,
      (b) => put(b, pageBytes, 1),
      [1, 3, 4, 5],
      ['107-32889 unexpected full record'],
    ],
    [
      'broken compression costs its record',
      three,
      (b) => put(b, 107, 1 | 8),
      [1, 3],
      ['107-214 corruption in "snappy block"'],
    ],
    [
      'a cut header is torn',
      three,
      (b) => b.subarray(0, 218),
      [1, 2],
      ['214-218 torn: a fragment header is cut off'],
    ],
    ['cut data is torn', three, (b) => b.subarray(0, 320), [1, 2], ['214-320 torn: a fragment is cut off']],
    [
      'a missing last fragment is torn',
      spread,
      (b) => b.subarray(0, pageBytes),
      [1],
      ['107-32768 torn: last record is torn'],
    ],
    [
      'zeros in place of data are damage',
      three,
      (b) => concat(b.subarray(0, 221), filled(1000, 0)),
      [1, 2],
      ['214-321 unexpected checksum'],
    ],
    ['zeros behind the end are padding', three, (b) => concat(b, filled(1000, 0)), [1, 2, 3], []],
  ];
  for (const [name, records, change, left, found] of damages) {
    it(name, async () => {
      const read = await readAll(change(frame(records)));
      assert.deepEqual(
        read.records.map((record) => record[0]),
        left,
      );
      assert.equal(read.damages.length, found.length, read.damages.join());
      for (const [i, start] of found.entries())
        assert.ok(read.damages[i]?.startsWith(start), read.damages[i]);
    });
  }
});

function put(bytes: Uint8Array, at: number, value: number): Uint8Array {
  bytes[at] = value;
  return bytes;
}

function flip(bytes: Uint8Array, at: number): Uint8Array {
  return put(bytes, at, (bytes[at] as number) ^ 0xff);
}

function concat(a: Uint8Array, b: Uint8Array): Uint8Array {
  return Uint8Array.from([...a, ...b]);
}
