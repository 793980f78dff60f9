/**
 * Go's trigonometry, whose last bits other libraries have otherwise. Source: Go's package math; the approximations are
 * those of the Cephes library 2.8, of sinh number 2029 of Hart and Cheney.
 */

/** The value of a polynomial, its coefficients from the highest power down. */
function polynomial(coefficients: readonly number[], x: number): number {
  let value = 0;
  for (const coefficient of coefficients) value = value * x + coefficient;
  return value;
}

const atanTop = [
  ...[-0.8750608600031904, -16.157537187333652, -75.00855792314705],
  ...[-122.88666844901361, -64.85021904942025],
];
const atanBottom = [
  ...[1, 24.858464901423062, 165.02700983169885, 432.88106049129027],
  ...[485.3903996359137, 194.5506571482614],
];
/** What is left of π/2 behind its double. */
const halfPiTail = 6.123233995736766e-17;
const tangentOfThreeEighths = 2.414213562373095;

/** Of 0 to 0.66: the rational approximation of the Cephes library. */
function smallAtan(x: number): number {
  const z = x * x;
  return x * ((z * polynomial(atanTop, z)) / polynomial(atanBottom, z)) + x;
}

/** math.Atan, whose last bit other libraries have otherwise. Source: Cephes 2.8, atan.c. */
export function goAtan(value: number): number {
  if (value === 0 || Number.isNaN(value)) return value;
  const x = Math.abs(value);
  const sign = value < 0 ? -1 : 1;
  if (x <= 0.66) return sign * smallAtan(x);
  if (x > tangentOfThreeEighths) return sign * (Math.PI / 2 - smallAtan(1 / x) + halfPiTail);
  return sign * (Math.PI / 4 + smallAtan((x - 1) / (x + 1)) + 0.5 * halfPiTail);
}

/** math.Atan2 rests on math.Atan. */
export function goAtan2(y: number, x: number): number {
  if (y === 0 || x === 0 || !Number.isFinite(y) || !Number.isFinite(x)) return Math.atan2(y, x);
  const angle = goAtan(y / x);
  if (x > 0) return angle;
  return angle <= 0 ? angle + Math.PI : angle - Math.PI;
}

export function goAsin(value: number): number {
  if (value === 0 || !(Math.abs(value) <= 1)) return value === 0 ? value : Number.NaN;
  const x = Math.abs(value);
  const other = Math.sqrt(1 - x * x);
  const angle = x > 0.7 ? Math.PI / 2 - goAtan(other / x) : goAtan(x / other);
  return value < 0 ? -angle : angle;
}

export function goAcos(value: number): number {
  return Math.PI / 2 - goAsin(value);
}

/** From here on Go reduces arguments with more of 4/π than a double has. */
const reduceThreshold = 2 ** 29;
const fourOverPi = 1.2732395447351628;
/** π/4 in three parts. */
const quarterPi = [0.7853981256484985, 3.774894707930798e-8, 2.6951514290790595e-15] as const;

interface Reduced {
  /** 0, 2, 4 or 6. */
  readonly octant: number;
  /** What is left, -π/4 to π/4. */
  readonly z: number;
}

/** Of what is not negative. */
function reduce(x: number): Reduced {
  if (x >= reduceThreshold) return reduceLarge(x);
  let j = Math.floor(x * fourOverPi);
  if (j % 2 === 1) j++;
  return { octant: j % 8, z: x - j * quarterPi[0] - j * quarterPi[1] - j * quarterPi[2] };
}

const digitBits = 64n;
const digitMask = (1n << digitBits) - 1n;
/** So many bits of 4/π behind the point reach the largest doubles. */
const fractionBits = 19n * digitBits;
const fourOverPiBits = BigInt(
  `0x${[
    '000000000000000145f306dc9c882a53f84eafa3ea69bb81b6c52b3278872083fca2c757bd778ac36e48dc74849ba5c0',
    '0c925dd413a32439fc3bd63962534e7dd1046bea5d768909d338e04d68befc827323ac7306a673e93908bf177bf25076',
    '3ff12fffbc0b301fde5e2316b414da3eda6cfd9e4f96136e9e8c7ecd3cbfd45aea4f758fd7cbe2f67a0e73ef14a525d4',
    'd7f6bf623f1aba10ac06608df8f6d757',
  ].join('')}`,
);

/** Payne's and Hanek's reduction with 192 bits of 4/π, as math/trig_reduce.go computes it. */
function reduceLarge(x: number): Reduced {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, x);
  const bits = view.getBigUint64(0);
  const exponent = (bits >> 52n) - 1075n;
  const mantissa = (bits & 0xf_ffff_ffff_ffffn) | (1n << 52n);
  const from = fractionBits - (exponent + 61n) - 2n * digitBits;
  const three = from >= 0n ? fourOverPiBits >> from : fourOverPiBits << -from;
  const low = ((three & digitMask) * mantissa) >> digitBits;
  const product = ((three >> digitBits) & ((digitMask << digitBits) | digitMask)) * mantissa + low;
  const hi = (product >> digitBits) & digitMask;
  const lo = product & digitMask;
  const octant = Number(hi >> 61n);
  const fraction = ((hi << 3n) & digitMask) | (lo >> 61n);
  const z = fraction === 0n ? 0 : toFraction(fraction, lo);
  const isOdd = octant % 2 === 1;
  return { octant: isOdd ? (octant + 1) % 8 : octant, z: (isOdd ? z - 1 : z) * (Math.PI / 4) };
}

/** The double below the fraction `hi`·2^-64, its missing bits out of `lo`. */
function toFraction(hi: bigint, lo: bigint): number {
  const zeros = BigInt(64 - hi.toString(2).length);
  const mantissa = (((hi << (zeros + 1n)) & digitMask) | (lo >> (digitBits - zeros - 1n))) >> 12n;
  const view = new DataView(new ArrayBuffer(8));
  view.setBigUint64(0, mantissa | ((1022n - zeros) << 52n));
  return view.getFloat64(0);
}

const sinTerms = [
  ...[1.5896230157654656e-10, -2.5050747762857807e-8, 2.7557313621385722e-6],
  ...[-0.0001984126982958954, 0.008333333333322118, -0.1666666666666663],
];
const cosTerms = [
  ...[-1.1358536521387682e-11, 2.087570084197473e-9, -2.755731417929674e-7],
  ...[2.4801587288851704e-5, -0.0013888888888873056, 0.041666666666666595],
];

function smallSin(z: number): number {
  const zz = z * z;
  return z + z * zz * polynomial(sinTerms, zz);
}

function smallCos(z: number): number {
  const zz = z * z;
  return 1 - 0.5 * zz + zz * zz * polynomial(cosTerms, zz);
}

export function goSin(value: number): number {
  if (value === 0 || !Number.isFinite(value)) return Math.sin(value);
  const { octant, z } = reduce(Math.abs(value));
  const size = octant % 4 === 2 ? smallCos(z) : smallSin(z);
  return value < 0 !== octant > 3 ? -size : size;
}

export function goCos(value: number): number {
  if (!Number.isFinite(value)) return Math.cos(value);
  const { octant, z } = reduce(Math.abs(value));
  const size = octant % 4 === 2 ? smallSin(z) : smallCos(z);
  return octant === 2 || octant === 4 ? -size : size;
}

const tanTop = [-13093.693918138379, 1153516.6483858742, -17956525.197648488];
const tanBottom = [...[1, 13681.296347069296, -1320892.3444021097, 25008380.18233579], -53869575.592945464];

export function goTan(value: number): number {
  if (value === 0 || !Number.isFinite(value)) return Math.tan(value);
  const { octant, z } = reduce(Math.abs(value));
  const zz = z * z;
  const near = zz > 1e-14 ? z + z * ((zz * polynomial(tanTop, zz)) / polynomial(tanBottom, zz)) : z;
  const tangent = octant % 4 === 2 ? -1 / near : near;
  return value < 0 ? -tangent : tangent;
}

const sinhTop = [...[-26.30563213397497, -2894.211355989564], ...[-89912.72022039509, -630767.3640497717]];
const sinhBottom = [...[1, -173.6789535582337, 15215.17378790019], -630767.3640497717];

export function goSinh(value: number): number {
  const x = Math.abs(value);
  const sign = value < 0 ? -1 : 1;
  const power = Math.exp(x);
  if (x > 21) return sign * power * 0.5;
  if (x > 0.5) return sign * (power - 1 / power) * 0.5;
  const square = x * x;
  return sign * ((polynomial(sinhTop, square) * x) / polynomial(sinhBottom, square));
}

export function goCosh(value: number): number {
  const power = Math.exp(Math.abs(value));
  return Math.abs(value) > 21 ? power * 0.5 : (power + 1 / power) * 0.5;
}

const tanhTop = [-0.9643991794250523, -99.28772310019185, -1614.6876844170845];
const tanhBottom = [1, 112.81167849163194, 2235.4883906010045, 4844.063053251255];
const halfMaxLog = 0.5 * 88.02969193111305;

export function goTanh(value: number): number {
  const x = Math.abs(value);
  if (x > halfMaxLog) return value < 0 ? -1 : 1;
  if (x >= 0.625) {
    const size = 1 - 2 / (Math.exp(2 * x) + 1);
    return value < 0 ? -size : size;
  }
  if (value === 0) return value;
  const square = value * value;
  return value + (value * square * polynomial(tanhTop, square)) / polynomial(tanhBottom, square);
}
