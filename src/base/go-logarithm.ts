/**
 * Go's logarithms and powers of two, whose last bits other libraries have otherwise. Source: Go's package math (log.go and
 * log_amd64.s, log10.go, exp.go), which follows FreeBSD's e_log.c and e_exp.c.
 */

const double = new Float64Array(1);
const words = new Uint32Array(double.buffer);
const ln2Hi = 0.6931471803691238;
const ln2Lo = 1.9082149292705877e-10;

/**
 * The binary exponent of a positive number, and what is left of it, 0.5 to 1. amd64 takes a denormal number's fraction for
 * a normal one's where `isPlain`.
 */
function splitExponent(value: number, isPlain: boolean): [fraction: number, exponent: number] {
  double[0] = value;
  let shift = 0;
  if (!isPlain && value < 2 ** -1022) {
    double[0] = value * 2 ** 52;
    shift = -52;
  }
  const high = words[1] as number;
  words[1] = (high & 0x800f_ffff) | 0x3fe0_0000;
  return [double[0] as number, ((high >>> 20) & 0x7ff) - 0x3fe + shift];
}

/** math.Log. */
export function goLog(value: number): number {
  if (!(value > 0) || value === Number.POSITIVE_INFINITY) return Math.log(value);
  const [fraction, exponent] = splitExponent(value, true);
  const isSmall = fraction < Math.SQRT1_2;
  const f = (isSmall ? 2 * fraction : fraction) - 1;
  const k = isSmall ? exponent - 1 : exponent;
  const s = f / (2 + f);
  const s2 = s * s;
  const s4 = s2 * s2;
  const odd = 0.3999999999940942 + s4 * (0.22222198432149784 + s4 * 0.15313837699209373);
  const even =
    0.6666666666666735 + s4 * (0.2857142874366239 + s4 * (0.1818357216161805 + s4 * 0.14798198605116586));
  const rest = s2 * even + s4 * odd;
  const half = 0.5 * f * f;
  return k * ln2Hi - (half - (s * (half + rest) + k * ln2Lo) - f);
}

/** math.Log2. */
export function goLog2(value: number): number {
  if (!(value > 0) || value === Number.POSITIVE_INFINITY) return Math.log(value);
  const [fraction, exponent] = splitExponent(value, false);
  return fraction === 0.5 ? exponent - 1 : goLog(fraction) * (1 / Math.LN2) + exponent;
}

/** math.Log10. */
export function goLog10(value: number): number {
  return goLog(value) * Math.LOG10E;
}

/** math.Exp2. */
export function goExp2(value: number): number {
  if (Number.isNaN(value)) return value;
  if (value > 1023.9999999999999) return Number.POSITIVE_INFINITY;
  if (value < -1074) return 0;
  const k = Math.trunc(value > 0 ? value + 0.5 : value - 0.5);
  const t = value - k;
  const hi = t * ln2Hi;
  const lo = -t * ln2Lo;
  const r = hi - lo;
  const square = r * r;
  const c =
    r -
    square *
      (0.16666666666666666 +
        square *
          (-0.0027777777777015593 +
            square *
              (0.00006613756321437934 +
                square * (-0.0000016533902205465252 + square * 4.138136797057238e-8))));
  const y = 1 - (lo - (r * c) / (2 - c) - hi);
  // In two steps, as 2**k may be no normal number.
  return k < -1000 ? y * 2 ** (k + 100) * 2 ** -100 : y * 2 ** (k - 1) * 2;
}

/** math.Asinh, by the logarithms above. */
export function goAsinh(value: number): number {
  const x = Math.abs(value);
  if (Number.isNaN(value) || x === Number.POSITIVE_INFINITY) return value;
  const size = asinhOf(x);
  return value < 0 || Object.is(value, -0) ? -size : size;
}

function asinhOf(x: number): number {
  if (x > 2 ** 28) return goLog(x) + Math.LN2;
  if (x > 2) return goLog(2 * x + 1 / (Math.sqrt(x * x + 1) + x));
  return x < 2 ** -28 ? x : Math.log1p(x + (x * x) / (1 + Math.sqrt(1 + x * x)));
}

/** math.Acosh. */
export function goAcosh(x: number): number {
  if (!(x >= 1)) return Number.NaN;
  if (x >= 2 ** 28) return goLog(x) + Math.LN2;
  if (x > 2) return goLog(2 * x - 1 / (x + Math.sqrt(x * x - 1)));
  const t = x - 1;
  return Math.log1p(t + Math.sqrt(2 * t + t * t));
}
