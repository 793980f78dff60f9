import { getRandomValues } from 'node:crypto';

/** Randomness as a port: the system's in production, a seeded one in tests. */
export interface Random {
  /** Uniform in [0, 1). */
  float(): number;
  /** Uniform in [0, 2^32). */
  uint32(): number;
  bytes(length: number): Uint8Array;
}

export const systemRandom: Random = {
  float: () => Math.random(),
  uint32: () => getRandomValues(new Uint32Array(1))[0] as number,
  bytes: (length) => getRandomValues(new Uint8Array(length)),
};

/** A small, fast, repeatable generator (splitmix32); the same seed gives the same sequence on every machine. */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  const uint32 = (): number => {
    state = (state + 0x9e3779b9) >>> 0;
    let z = state;
    z = Math.imul(z ^ (z >>> 16), 0x21f0aaad);
    z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
    return (z ^ (z >>> 15)) >>> 0;
  };
  return {
    uint32,
    float: () => uint32() / 2 ** 32,
    bytes: (length) => Uint8Array.from({ length }, () => uint32() & 0xff),
  };
}
