/** What a plain scalar means in YAML 1.1 as upstream reads it. Source: go.yaml.in/yaml v2 resolve.go. */
export type ResolvedScalar =
  | { readonly tag: '!!null' }
  | { readonly tag: '!!bool'; readonly value: boolean }
  | { readonly tag: '!!int'; readonly value: bigint }
  | { readonly tag: '!!float'; readonly value: number }
  | { readonly tag: '!!timestamp' }
  | { readonly tag: '!!merge' }
  | { readonly tag: '!!str' };

const words: ReadonlyMap<string, ResolvedScalar> = new Map<string, ResolvedScalar>([
  ...casings('y', 'yes', 'true', 'on').map((word) => [word, { tag: '!!bool', value: true }] as const),
  ...casings('n', 'no', 'false', 'off').map((word) => [word, { tag: '!!bool', value: false }] as const),
  ...['', '~', ...casings('null')].map((word) => [word, { tag: '!!null' }] as const),
  ...['.nan', '.NaN', '.NAN'].map((word) => [word, { tag: '!!float', value: Number.NaN }] as const),
  ...['.inf', '.Inf', '.INF', '+.inf', '+.Inf', '+.INF'].map(
    (word) => [word, { tag: '!!float', value: Number.POSITIVE_INFINITY }] as const,
  ),
  ...['-.inf', '-.Inf', '-.INF'].map(
    (word) => [word, { tag: '!!float', value: Number.NEGATIVE_INFINITY }] as const,
  ),
  ['<<', { tag: '!!merge' }],
]);

function casings(...lower: string[]): string[] {
  return lower.flatMap((word) => [
    word,
    (word[0] as string).toUpperCase() + word.slice(1),
    word.toUpperCase(),
  ]);
}

const text: ResolvedScalar = { tag: '!!str' };
const date =
  /^[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?:[Tt ][0-9]{1,2}:[0-9]{1,2}:[0-9]{1,2}(?:\.[0-9]+)?(?:Z|[-+][0-9:]+)?)?$/;
const float = /^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$/;
const decimal = /^[-+]?(?:0|[1-9][0-9]*)$/;
const radix = /^([-+]?)0(?:([xX])([0-9a-fA-F]+)|([bB])([01]+)|[oO]?([0-7]+))$/;

export function resolveScalar(plain: string): ResolvedScalar {
  const word = words.get(plain);
  if (word !== undefined) return word;
  const first = plain.charCodeAt(0);
  const numeric = (first >= 48 && first <= 57) || first === 43 || first === 45 || first === 46;
  if (!numeric || plain.length > 400) return text;
  if (date.test(plain)) return { tag: '!!timestamp' };
  const digits = first === 46 ? plain : plain.replaceAll('_', '');
  const integer = readInteger(digits);
  if (integer !== undefined) return { tag: '!!int', value: integer };
  return float.test(digits) ? { tag: '!!float', value: Number(digits) } : text;
}

/** Go's base-0 integers (`010` is octal) within 64 bits, signed or not. */
function readInteger(digits: string): bigint | undefined {
  let value: bigint;
  if (decimal.test(digits)) {
    value = BigInt(digits.startsWith('+') ? digits.slice(1) : digits);
  } else {
    const found = radix.exec(digits);
    if (found === null) return undefined;
    const [, sign, , hex, , binary, octal] = found;
    const magnitude = BigInt(
      hex !== undefined ? `0x${hex}` : binary !== undefined ? `0b${binary}` : `0o${octal}`,
    );
    value = sign === '-' ? -magnitude : magnitude;
  }
  return value >= -(2n ** 63n) && value < 2n ** 64n ? value : undefined;
}
