import type { Kernels } from './kernels.js';

const wordMask = (1n << 64n) - 1n;

/** 5^-342 to 5^308 as 128 bits from the highest one on, cut off (rounded up below 5^0), high word first. */
function floatPowers(): BigUint64Array {
  const powers = new BigUint64Array(2 * (342 + 308 + 1));
  for (let q = -342; q <= 308; q++) {
    let power = 5n ** BigInt(Math.abs(q));
    if (q < 0) {
      const bits = BigInt((power - 1n).toString(2).length);
      power = (1n << (q >= -27 ? bits + 127n : 2n * bits + 128n)) / power + 1n;
    }
    const excess = power.toString(2).length - 128;
    power = excess > 0 ? power >> BigInt(excess) : power << BigInt(-excess);
    powers[2 * (q + 342)] = power >> 64n;
    powers[2 * (q + 342) + 1] = power & wordMask;
  }
  return powers;
}

/** To be called once an instance before any kernel reads a number. */
export function installFloatPowers({ exports, memory }: Kernels): void {
  const powers = floatPowers();
  new BigUint64Array(memory.buffer, exports.floatTable(), powers.length).set(powers);
}
