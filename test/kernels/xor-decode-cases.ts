import assert from 'node:assert/strict';
import { type Random, seededRandom } from '../../src/base/index.js';
import { decodeXor, KernelScope, type Kernels, noRoomForChunk, XorEncoder } from '../../src/kernels/index.js';

const payloads: [low: number, high: number][] = [
  [2, 0x7ff00000],
  [1, 0x7ff80000],
  [0xdeadbeef, 0xfff7ffff],
  [0, 0x7ff00000],
  [0, 0x80000000],
  [0xffffffff, 0xffffffff],
];
const double = new Float64Array(1);
const halves = new Uint32Array(double.buffer);

/** The halves of a value like those that series have: steady, counting, noisy, or any bits. */
function nextValue(random: Random, style: number, before: number): number {
  if (style === 0) return before;
  if (style === 1) return before + (random.uint32() % 100);
  if (style === 2) return random.float() * 10 ** ((random.uint32() % 30) - 15);
  return Math.round(before * 4 + random.float() * 20) / 4;
}

const stepsMs = [15_000, 15_000, 15_000, 1, 8192, 8193, 65_536, 524_288, 524_289, 2 ** 40];

/** A chunk of random samples, at times cut short or with some bits turned. */
export function randomChunk(random: Random): Uint8Array {
  const encoder = new XorEncoder();
  const count = random.uint32() % (random.uint32() % 8 === 0 ? 400 : 60);
  const style = random.uint32() % 4;
  const isRegular = random.uint32() % 2 === 0;
  let timestampMs = Math.round((random.float() - 0.25) * 2 ** 41);
  let value = 1;
  for (let i = 0; i < count; i++) {
    const jitter = random.uint32() % 4 === 0 ? (random.uint32() % 40) - 20 : 0;
    const step = stepsMs[isRegular ? 0 : random.uint32() % stepsMs.length] as number;
    timestampMs += Math.max(1, step + jitter);
    value = nextValue(random, style, value);
    double[0] = value;
    const payload = payloads[random.uint32() % 40];
    const [low, high] = payload ?? [halves[0] as number, halves[1] as number];
    if (!encoder.append(timestampMs, low, high)) break;
  }
  const bytes = encoder.bytes.slice();
  const fate = random.uint32() % 4;
  if (fate === 0) return bytes.subarray(0, random.uint32() % (bytes.length + 1));
  if (fate === 1)
    for (let i = 0; i <= random.uint32() % 3; i++) {
      const at = random.uint32() % bytes.length;
      bytes[at] = (bytes[at] as number) ^ (1 << (random.uint32() % 8));
    }
  return bytes;
}

interface Expected {
  readonly fault: number;
  readonly times: number[];
  readonly words: number[];
  readonly dropped: number;
}

/** What the twin says, sifted; faults behind the window's end are not met. */
function expectedOf(bytes: Uint8Array, mint: number, maxt: number, lastT: number): Expected {
  const most = bytes.length * 4;
  const timestamps = new Float64Array(most).fill(Number.NaN);
  const words = new Uint32Array(2 * most);
  const answer = decodeXor(bytes, { timestamps, words });
  const expected = { fault: Math.min(0, answer), times: [] as number[], words: [] as number[], dropped: 0 };
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
  }
  return expected;
}

/** Decodes as many random chunks with the kernel and with its twin. Answers how many. */
export function checkXorDecode(kernels: Kernels, seed: number, cases: number): number {
  const random = seededRandom(seed);
  const scope = new KernelScope(kernels);
  const rows = 8192;
  const block = scope.alloc(8192);
  const timestamps = scope.alloc(8 * rows);
  const values = scope.alloc(8 * rows);
  for (let i = 0; i < cases; i++) {
    const bytes = randomChunk(random);
    // What stands behind the chunk must not matter.
    kernels.bytes.fill(random.uint32() & 0xff, block, block + 8192);
    const at = block + (random.uint32() % 32);
    kernels.bytes.set(bytes, at);
    const all = expectedOf(
      bytes,
      Number.NEGATIVE_INFINITY,
      Number.POSITIVE_INFINITY,
      Number.NEGATIVE_INFINITY,
    );
    const some = (other: number): number =>
      random.uint32() % 2 === 0 ? other : (all.times[random.uint32() % all.times.length] ?? 0);
    const mint = some(Number.NEGATIVE_INFINITY);
    const maxt = some(Number.POSITIVE_INFINITY);
    const lastT = some(Number.NEGATIVE_INFINITY);
    const row = random.uint32() % 100;
    const answer = kernels.exports.xorDecode(
      at,
      bytes.length,
      timestamps,
      values,
      row,
      rows,
      mint,
      maxt,
      lastT,
    );
    const expected = expectedOf(bytes, mint, maxt, lastT);
    const name = `seed ${seed}, case ${i}`;
    const count = expected.times.length;
    assert.notEqual(answer, noRoomForChunk, name);
    assert.equal(answer, expected.fault < 0 ? expected.fault : count, name);
    const report = kernels.exports.xorDecodeReport();
    assert.equal(kernels.words[report / 4], expected.dropped, name);
    assert.equal(kernels.doubles[report / 8 + 1], expected.times.at(-1) ?? lastT, name);
    const first = timestamps / 8 + row;
    const firstWord = values / 4 + 2 * row;
    assert.deepEqual([...kernels.doubles.subarray(first, first + count)], expected.times, name);
    assert.deepEqual([...kernels.words.subarray(firstWord, firstWord + 2 * count)], expected.words, name);
  }
  scope.close();
  return cases;
}
