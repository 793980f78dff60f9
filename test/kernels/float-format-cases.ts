import assert from 'node:assert/strict';
import {
  formatApiFloat,
  formatFloatPlain,
  formatFloatShortest,
  type Random,
  seededRandom,
} from '../../src/base/index.js';
import { floatForms, installFormatPowers, type Kernels } from '../../src/kernels/index.js';

const double = new Float64Array(1);
const halves = new Uint32Array(double.buffer);

/** Any bits, few digits, whole numbers, neighbours of powers of two and ten. */
export function randomDouble(random: Random): number {
  const sign = random.uint32() % 2 === 0 ? 1 : -1;
  switch (random.uint32() % 8) {
    case 0:
    case 1:
      halves[0] = random.uint32();
      halves[1] = random.uint32();
      return double[0] as number;
    case 2:
      return sign * random.float() * 10 ** ((random.uint32() % 44) - 22);
    case 3:
      return (sign * (random.uint32() % 1_000_000)) / 10 ** (random.uint32() % 12);
    case 4:
      return sign * Math.floor(random.float() * 10 ** (random.uint32() % 24));
    case 5:
      double[0] = 2 ** ((random.uint32() % 2098) - 1074);
      halves[0] = (halves[0] as number) + (random.uint32() % 3) - 1;
      return sign * (double[0] as number);
    case 6:
      double[0] = Number(`1e${(random.uint32() % 632) - 323}`);
      halves[0] = (halves[0] as number) + (random.uint32() % 5) - 2;
      return sign * (double[0] as number);
    default:
      return sign * random.float();
  }
}

const forms = [
  [floatForms.plain, formatFloatPlain],
  [floatForms.api, formatApiFloat],
  [floatForms.shortest, formatFloatShortest],
] as const;

export class FloatTexts {
  readonly #kernels: Kernels;
  readonly #at: number;

  constructor(kernels: Kernels) {
    installFormatPowers(kernels);
    this.#kernels = kernels;
    this.#at = kernels.alloc(400);
  }

  text(value: number, form: number): string {
    const length = this.#kernels.exports.formatFloat(this.#at, value, form);
    return String.fromCharCode(...this.#kernels.bytes.subarray(this.#at, this.#at + length));
  }

  check(value: number, where: string): void {
    for (const [form, format] of forms) assert.equal(this.text(value, form), format(value), where);
  }
}

/** Formats as many random doubles in each form with the kernel and in plain code. Answers how many. */
export function checkFloatFormat(kernels: Kernels, seed: number, cases: number): number {
  const random = seededRandom(seed);
  const texts = new FloatTexts(kernels);
  for (let i = 0; i < cases; i++) texts.check(randomDouble(random), `seed ${seed}, case ${i}`);
  return cases;
}
