import assert from 'node:assert/strict';
import { type Random, seededRandom } from '../../src/base/index.js';
import { floatColumn, readFloat } from '../../src/exposition/read-float.js';
import { installFloatPowers, type Kernels } from '../../src/kernels/index.js';

const digit = (random: Random): string => String(random.uint32() % 10);
const digits = (random: Random, most: number): string =>
  Array.from({ length: random.uint32() % (most + 1) }, () => digit(random)).join('');

/** A double of any bits, as JavaScript prints it, to 17 digits, or just between it and its neighbour. */
function ofBits(random: Random): string {
  const words = new Uint32Array([random.uint32(), random.uint32() & 0x7fffffff]);
  const value = new Float64Array(words.buffer)[0] as number;
  if (!Number.isFinite(value)) return '1e400';
  switch (random.uint32() % 4) {
    case 0:
      return String(value);
    case 1:
      return value.toExponential(16);
    case 2:
      return value.toPrecision(21);
    default:
      return value < 1e-290 || value > 1e300 ? value.toPrecision(100) : halfway(value);
  }
}

/** Exactly half way to the next double: every digit of it, with one more or less at the end. */
function halfway(value: number): string {
  const words = new Uint32Array(new Float64Array([value]).buffer);
  const exponent = (((words[1] as number) >>> 20) & 0x7ff) - 1075;
  const mantissa = (BigInt((words[1] as number) & 0xfffff) << 32n) + BigInt(words[0] as number) + (1n << 52n);
  const twice = 2n * mantissa + 1n;
  const power = exponent - 1;
  const text = power >= 0 ? String(twice << BigInt(power)) : `${twice * 5n ** BigInt(-power)}e${power}`;
  return (words[0] as number) % 3 === 0 ? text.replace(/(\d)(e|$)/, '$13$2') : text;
}

const names = [
  'NaN',
  'nan',
  '+NaN',
  'Inf',
  '+inf',
  '-INF',
  'infinity',
  '-Infinity',
  'infinit',
  'in',
  '+',
  '',
];
const odd = [
  '0x10',
  '1_0',
  '0x1p4',
  '1e',
  '1e+',
  '.',
  '..',
  '1..2',
  '1.2.3',
  '-.',
  'e5',
  '--1',
  '1e5.',
  '\xff',
  '1P',
];

function numberText(random: Random): string {
  switch (random.uint32() % 8) {
    case 0:
      return String(random.uint32());
    case 1:
      return `${digits(random, 6)}.${digits(random, 6)}`;
    case 2:
      return `${digits(random, 25)}.${digits(random, 25)}e${(random.uint32() % 700) - 350}`;
    case 3:
      return `0.${'0'.repeat(random.uint32() % 330)}${digits(random, 30)}`;
    case 4:
      return names[random.uint32() % names.length] as string;
    case 5:
      return odd[random.uint32() % odd.length] as string;
    default:
      return ofBits(random);
  }
}

/** Reads as many texts by the kernel as by its twin; answers how many the kernel gave up. */
export function checkFloats(kernels: Kernels, { seed, count }: { seed: number; count: number }): number {
  installFloatPowers(kernels);
  const random = seededRandom(seed);
  const size = 4096;
  const at = kernels.alloc(size);
  const bytes = kernels.bytes.subarray(at + 8, at + size);
  const found = new Uint32Array(kernels.memory.buffer, at, 2);
  const column = floatColumn(1);
  let slow = 0;
  for (let i = 0; i < count; i++) {
    const text = (random.uint32() % 4 === 0 ? '-' : '') + numberText(random);
    const length = Buffer.from(bytes.buffer, bytes.byteOffset).write(text, 'latin1');
    bytes.fill(0x20, length, length + 32);
    const status = kernels.exports.floatParse(at + 8, at + 8 + length, at);
    if (status === 4) {
      slow++;
      continue;
    }
    const expected = readFloat(bytes, 0, length, column, 0);
    assert.equal(status, expected, `seed ${seed}, case ${i}: ${text}`);
    if (status === 0) assert.deepEqual([...found], [...column.words], `seed ${seed}, case ${i}: ${text}`);
  }
  kernels.free(at, size);
  return slow;
}
