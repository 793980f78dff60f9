import assert from 'node:assert/strict';
import { type Random, seededRandom } from '../../src/base/index.js';
import {
  decodeXor2,
  KernelScope,
  type Kernels,
  noRoomForChunk,
  Xor2Encoder,
} from '../../src/kernels/index.js';
import { wordsOf } from '../../src/model/index.js';
import { below, oneOf, randomColumns } from '../chunkenc/random-samples.js';

const endless = Number.POSITIVE_INFINITY;
/** As many as the longest chunk has bits. */
const rows = 1 << 17;

/** Some bytes of a sound chunk: cut, turned, counted wrong, or all of them as they are. */
export function damaged(random: Random, bytes: Uint8Array): Uint8Array {
  const fate = below(random, 8);
  if (fate === 0) return bytes.subarray(0, below(random, bytes.length + 1));
  if (fate === 1) return random.bytes(below(random, 96));
  if (fate === 2) bytes[1] = random.uint32();
  if (fate === 3)
    for (let i = below(random, 4); i >= 0; i--) {
      const at = below(random, bytes.length);
      bytes[at] = (bytes[at] as number) ^ (1 << below(random, 8));
    }
  return bytes;
}

/** A chunk of random samples; random start timestamps or none. */
export function randomXor2Chunk(random: Random): Uint8Array {
  const count = below(random, below(random, 6) === 0 ? 300 : 40);
  const { timestamps, values, startTimestamps } = randomColumns(random, count);
  if (below(random, 2) === 0) timestamps.sort();
  const words = wordsOf(values);
  const encoder = new Xor2Encoder();
  for (let i = 0; i < count; i++) {
    const [low, high] = [words[2 * i] as number, words[2 * i + 1] as number];
    encoder.append(timestamps[i] as number, low, high, startTimestamps[i] as number);
  }
  return damaged(random, encoder.bytes.slice());
}

interface Expected {
  fault: number;
  readonly times: number[];
  readonly words: number[];
  readonly starts: number[];
  dropped: number;
}

/** What the twin says, sifted; faults behind the window's end are not met. */
function expectedOf(bytes: Uint8Array, mint: number, maxt: number, lastT: number): Expected {
  const most = bytes.length * 8;
  const timestamps = new Float64Array(most).fill(Number.NaN);
  const words = new Uint32Array(2 * most);
  const startTimestamps = new Float64Array(most);
  const answer = decodeXor2(bytes, { timestamps, words, startTimestamps });
  const expected: Expected = { fault: Math.min(0, answer), times: [], words: [], starts: [], dropped: 0 };
  let last = lastT;
  for (let i = 0; i < most && !Number.isNaN(timestamps[i]); i++) {
    const time = timestamps[i] as number;
    if (time < mint) continue;
    if (time > maxt) return { ...expected, fault: 0 };
    if (time <= last) {
      expected.dropped++;
      continue;
    }
    last = time;
    expected.times.push(time);
    expected.words.push(words[2 * i] as number, words[2 * i + 1] as number);
    expected.starts.push(startTimestamps[i] as number);
  }
  return expected;
}

/** Decodes as many random chunks with the kernel and with its twin. Answers how many. */
export function checkXor2Decode(kernels: Kernels, seed: number, cases: number): number {
  const random = seededRandom(seed);
  const scope = new KernelScope(kernels);
  const block = scope.alloc(16_384);
  const [timestamps, values, starts] = [0, 0, 0].map(() => scope.alloc(8 * rows)) as [number, number, number];
  const column = (at: number, row: number, count: number): number[] => [
    ...kernels.doubles.subarray(at / 8 + row, at / 8 + row + count),
  ];
  for (let i = 0; i < cases; i++) {
    const name = `seed ${seed}, case ${i}`;
    const bytes = randomXor2Chunk(random);
    // What stands behind the chunk must not matter.
    kernels.bytes.fill(random.uint32() & 0xff, block, block + 16_384);
    const at = block + below(random, 32);
    kernels.bytes.set(bytes, at);
    const all = expectedOf(bytes, -endless, endless, -endless);
    const some = (other: number): number =>
      below(random, 2) === 0 ? other : (all.times[below(random, all.times.length)] ?? 0);
    const [mint, maxt, lastT] = [some(-endless), some(endless), some(-endless)];
    const row = below(random, 100);
    const startsAt = oneOf(random, 0, starts);
    const answer = kernels.exports.xor2Decode(
      at,
      bytes.length,
      timestamps,
      values,
      startsAt,
      row,
      rows,
      mint,
      maxt,
      lastT,
    );
    const expected = expectedOf(bytes, mint, maxt, lastT);
    const count = expected.times.length;
    assert.notEqual(answer, noRoomForChunk, name);
    assert.equal(answer, expected.fault < 0 ? expected.fault : count, name);
    const report = kernels.exports.xor2DecodeReport();
    assert.equal(kernels.words[report / 4], expected.dropped, name);
    assert.equal(kernels.words[report / 4 + 1], expected.starts.some((start) => start !== 0) ? 1 : 0, name);
    assert.equal(kernels.doubles[report / 8 + 1], expected.times.at(-1) ?? lastT, name);
    assert.deepEqual(column(timestamps, row, count), expected.times, name);
    if (startsAt !== 0) assert.deepEqual(column(starts, row, count), expected.starts, name);
    const firstWord = values / 4 + 2 * row;
    assert.deepEqual([...kernels.words.subarray(firstWord, firstWord + 2 * count)], expected.words, name);
  }
  scope.close();
  return cases;
}

/** Encodes as many random columns with the kernel and with its twin. Answers how many. */
export function checkXor2Encode(kernels: Kernels, seed: number, cases: number): number {
  const random = seededRandom(seed);
  const scope = new KernelScope(kernels);
  const out = scope.alloc(16_384);
  const [timestamps, values, starts] = [0, 0, 0].map(() => scope.alloc(8 * rows)) as [number, number, number];
  for (let i = 0; i < cases; i++) {
    const count = below(random, below(random, 6) === 0 ? 400 : 40);
    const columns = randomColumns(random, count);
    const withStarts = below(random, 3) > 0;
    if (!withStarts) columns.startTimestamps.fill(0);
    const words = wordsOf(columns.values);
    const encoder = new Xor2Encoder();
    for (let row = 0; row < count; row++)
      assert.ok(
        encoder.append(
          columns.timestamps[row] as number,
          words[2 * row] as number,
          words[2 * row + 1] as number,
          columns.startTimestamps[row] as number,
        ),
      );
    kernels.doubles.set(columns.timestamps, timestamps / 8);
    kernels.words.set(words, values / 4);
    kernels.doubles.set(columns.startTimestamps, starts / 8);
    kernels.bytes.fill(random.uint32() & 0xff, out, out + 16_384);
    const startsAt = withStarts ? starts : 0;
    const length = kernels.exports.xor2Encode(timestamps, values, startsAt, count, out, 48 + 32 * count);
    const bytes = kernels.bytes.slice(out, out + length);
    assert.deepEqual(bytes, new Uint8Array(encoder.bytes), `seed ${seed}, case ${i}`);
    if (count > 0) assert.equal(kernels.exports.xor2Encode(timestamps, values, 0, count, out, 47), 0);
  }
  scope.close();
  return cases;
}
