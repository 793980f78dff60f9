import type { Kernels } from './kernels.js';

const leastPower = -292;
const mostPower = 324;
const tableBits = 128;

/** Fills the instance's table where it is empty: whoever formats floats calls it first. */
export function installFormatPowers(kernels: Kernels): void {
  const at = kernels.exports.floatFormatPowers();
  // The highest word of a power is not 0.
  if (kernels.words[(at >>> 2) + 3] !== 0) return;
  const view = new DataView(kernels.memory.buffer, at, 16 * (mostPower - leastPower + 1));
  for (let power = leastPower; power <= mostPower; power++) {
    const bits = scaledPower(power);
    const entry = 16 * (power - leastPower);
    view.setBigUint64(entry, BigInt.asUintN(64, bits), true);
    view.setBigUint64(entry + 8, bits >> 64n, true);
  }
}

/** 10^power times the power of two that gives it 128 bits, rounded up. */
function scaledPower(power: number): bigint {
  const whole = 10n ** BigInt(Math.abs(power));
  const bits = whole.toString(2).length;
  if (power >= 0) {
    if (bits <= tableBits) return whole << BigInt(tableBits - bits);
    return ceilDivide(whole, 1n << BigInt(bits - tableBits));
  }
  return ceilDivide(1n << BigInt(bits + tableBits - 1), whole);
}

function ceilDivide(a: bigint, b: bigint): bigint {
  return (a + b - 1n) / b;
}
