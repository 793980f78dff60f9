/**
 * Floats as Go prints and reads them. Source: strconv.FormatFloat and strconv.ParseFloat; which printer
 * stands where is upstream's choice (the API: `formatApiFloat`, PromQL text: `formatFloatPlain`, `%g` and
 * `%v`: `formatFloatShortest`).
 */

interface Decimal {
  readonly negative: boolean;
  /** Significant digits without leading or trailing zeros; "0" for zero. */
  readonly digits: string;
  /** The decimal point stands before digit `exponent`: 1.5 is digits "15", exponent 1. */
  readonly exponent: number;
}

/**
 * Shortest digits that read back as the same double: ECMAScript's Number::toString, as Go's `-1` precision.
 */
function shortestDecimal(value: number): Decimal {
  const negative = value < 0 || Object.is(value, -0);
  const text = Math.abs(value).toString();
  const e = text.indexOf('e');
  const mantissa = e < 0 ? text : text.slice(0, e);
  let exponent = e < 0 ? 0 : Number(text.slice(e + 1));
  const dot = mantissa.indexOf('.');
  let digits = dot < 0 ? mantissa : mantissa.slice(0, dot) + mantissa.slice(dot + 1);
  exponent += dot < 0 ? mantissa.length : dot;
  let start = 0;
  while (start < digits.length - 1 && digits.charCodeAt(start) === 48) start++;
  exponent -= start;
  let end = digits.length;
  while (end > start + 1 && digits.charCodeAt(end - 1) === 48) end--;
  digits = digits.slice(start, end);
  if (digits === '0') exponent = 1;
  return { negative, digits, exponent };
}

/** What Go prints for NaN and the infinities; undefined for other numbers. */
export function formatNonFinite(value: number): string | undefined {
  if (Number.isNaN(value)) return 'NaN';
  if (value === Number.POSITIVE_INFINITY) return '+Inf';
  if (value === Number.NEGATIVE_INFINITY) return '-Inf';
  return undefined;
}

function plain({ negative, digits, exponent }: Decimal): string {
  const sign = negative ? '-' : '';
  if (exponent <= 0) return digits === '0' ? `${sign}0` : `${sign}0.${'0'.repeat(-exponent)}${digits}`;
  if (exponent >= digits.length) return sign + digits + '0'.repeat(exponent - digits.length);
  return `${sign}${digits.slice(0, exponent)}.${digits.slice(exponent)}`;
}

function scientific({ negative, digits, exponent }: Decimal): string {
  const power = digits === '0' ? 0 : exponent - 1;
  const magnitude = Math.abs(power).toString().padStart(2, '0');
  const mantissa = digits.length > 1 ? `${digits[0]}.${digits.slice(1)}` : digits;
  return `${negative ? '-' : ''}${mantissa}e${power < 0 ? '-' : '+'}${magnitude}`;
}

/** Go's FormatFloat(value, 'f', -1, 64): never an exponent. */
export function formatFloatPlain(value: number): string {
  return formatNonFinite(value) ?? plain(shortestDecimal(value));
}

/** Go's FormatFloat(value, 'e', -1, 64): `1e+00`. */
export function formatFloatScientific(value: number): string {
  return formatNonFinite(value) ?? scientific(shortestDecimal(value));
}

/** Go's FormatFloat(value, 'g', -1, 64), `%g` and `%v`: an exponent below 1e-4 and from 1e6 on. */
export function formatFloatShortest(value: number): string {
  const text = formatNonFinite(value);
  if (text !== undefined) return text;
  const decimal = shortestDecimal(value);
  const power = decimal.digits === '0' ? 0 : decimal.exponent - 1;
  return power < -4 || power >= 6 ? scientific(decimal) : plain(decimal);
}

/** The API's value format (util/jsonutil): plain, with an exponent below 1e-6 and from 1e21 on. */
export function formatApiFloat(value: number): string {
  const magnitude = Math.abs(value);
  if (magnitude !== 0 && (magnitude < 1e-6 || magnitude >= 1e21)) return formatFloatScientific(value);
  return formatFloatPlain(value);
}
