import assert from 'node:assert/strict';
import { type Random, seededRandom } from '../../src/base/index.js';
import { crc32c, KernelScope, type Kernels, mostChunkRecords } from '../../src/kernels/index.js';
import { randomChunk } from './xor-decode-cases.js';

const endless = Number.POSITIVE_INFINITY;
const rows = 8192;

/** Length, encoding, data, checksum; at times with another encoding, a wrong checksum or an overlong length. */
function randomRecord(random: Random): number[] {
  const data = randomChunk(random);
  const fate = random.uint32() % 24;
  const body = Uint8Array.of(fate === 0 ? 2 : 1, ...data);
  const checksum = (crc32c(body) ^ (fate === 1 ? 1 : 0)) >>> 0;
  const length: number[] = [];
  let rest = fate === 2 ? data.length + 2 ** (random.uint32() % 34) : data.length;
  for (; rest >= 128; rest = Math.floor(rest / 128)) length.push((rest % 128) | 128);
  length.push(rest);
  if (fate === 3) length.splice(0, length.length, 128, 128, 128, 128, 128, 0);
  return [
    ...length,
    ...body,
    checksum >>> 24,
    (checksum >>> 16) & 255,
    (checksum >>> 8) & 255,
    checksum & 255,
  ];
}

/** The data of a record that is as usual and lies within `bytes`. */
function dataOf(bytes: Uint8Array, from: number): { at: number; length: number } | undefined {
  let length = 0;
  for (let i = 0; i < 5 && from + i < bytes.length; i++) {
    const byte = bytes[from + i] as number;
    length += (byte & 127) * 128 ** i;
    if (byte >= 128) continue;
    const start = from + i + 1;
    const end = start + 1 + length;
    if (end + 4 > bytes.length || bytes[start] !== 1) return undefined;
    const stored = new DataView(bytes.buffer).getUint32(end);
    return crc32c(bytes, start, end) === stored ? { at: start + 1, length } : undefined;
  }
  return undefined;
}

/** Decodes as many random lists of records at once, and one after the other by `xorDecode`. Answers how many. */
export function checkChunkRecords(kernels: Kernels, seed: number, cases: number): number {
  const random = seededRandom(seed);
  const scope = new KernelScope(kernels);
  const { exports } = kernels;
  const block = scope.alloc(1 << 18);
  const column = (): number => scope.alloc(8 * rows);
  const [times, values, someTimes, someValues] = [column(), column(), column(), column()];
  const decoded = exports.xorDecodeReport() >>> 0;
  for (let i = 0; i < cases; i++) {
    const list: number[] = [];
    const offsets: number[] = [];
    for (let left = 1 + (random.uint32() % 6); left > 0; left--) {
      offsets.push(random.uint32() % 50 === 0 ? random.uint32() : list.length);
      list.push(...randomRecord(random));
    }
    if (random.uint32() % 4 === 0) list.length = random.uint32() % list.length;
    const bytes = Uint8Array.from(list);
    kernels.bytes.set(bytes, block);
    offsets.forEach((offset, at) => {
      kernels.words[exports.xorRecordOffsets() / 4 + at] = offset;
    });
    const mint = random.uint32() % 2 === 0 ? -endless : (random.float() - 0.25) * 2 ** 41;
    const maxt = random.uint32() % 2 === 0 ? endless : mint + 2 ** 40;
    const capacity = random.uint32() % 4 === 0 ? random.uint32() % 100 : rows;
    const count = offsets.length;
    const done = exports.xorRecords(
      block,
      list.length,
      count,
      times,
      values,
      0,
      capacity,
      mint,
      maxt,
      -endless,
    );
    let row = 0;
    let last = -endless;
    let expected = 0;
    for (const offset of offsets) {
      const data = offset < bytes.length ? dataOf(bytes, offset) : undefined;
      if (data === undefined) break;
      const { at, length } = data;
      const to = [someTimes, someValues, row, capacity, mint, maxt, last] as const;
      const written = exports.xorDecode(block + at, length, ...to);
      if (written < 0 || (row > 0 && kernels.words[decoded / 4] !== 0)) break;
      row += written;
      last = kernels.doubles[decoded / 8 + 1] as number;
      expected++;
    }
    const name = `seed ${seed}, case ${i}`;
    const report = exports.xorRecordsReport() >>> 0;
    assert.deepEqual(
      [done, kernels.words[report / 4], kernels.doubles[report / 8 + 1]],
      [expected, row, last],
      name,
    );
    const words = (at: number): Uint32Array => kernels.words.slice(at / 4, at / 4 + 2 * row);
    assert.deepEqual(words(times), words(someTimes), name);
    assert.deepEqual(words(values), words(someValues), name);
    assert.ok(count <= mostChunkRecords);
  }
  scope.close();
  return cases;
}
