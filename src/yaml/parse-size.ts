/** Sizes in powers of 1024 whatever the suffix. Source: alecthomas/units ParseBase2Bytes. */
const prefixes = ['K', 'M', 'G', 'T', 'P', 'E'];

const unitBytes: ReadonlyMap<string, number> = new Map([
  ['B', 1],
  ...prefixes.flatMap((prefix, i): [string, number][] => [
    [`${prefix}iB`, 1024 ** (i + 1)],
    [`${prefix}B`, 1024 ** (i + 1)],
  ]),
]);

/** `512MB`, `1GiB512KB`, `0`; errors are upstream's texts. */
export function parseBase2Bytes(text: string): number | { readonly error: string } {
  const invalid = { error: `units: invalid ${text}` };
  const negative = text.startsWith('-');
  const body = negative || text.startsWith('+') ? text.slice(1) : text;
  if (body === '0') return 0;
  if (body === '') return invalid;
  const part = /([0-9]*)(?:\.([0-9]*))?([^.0-9]*)/y;
  let total = 0;
  while (part.lastIndex < body.length) {
    const found = part.exec(body);
    if (found === null || found[0] === '') return invalid;
    const [, whole = '', fraction = '', unit = ''] = found;
    if (whole === '' && fraction === '') return invalid;
    const bytes = unitBytes.get(unit);
    if (bytes === undefined) return { error: `units: unknown unit ${unit} in ${text}` };
    total += Number(`${whole || '0'}.${fraction || '0'}`) * bytes;
  }
  if (total > 2 ** 63) return { error: 'units: overflow parsing unit' };
  return Math.trunc(negative ? -total : total);
}

/** Upstream prints `512MiB`, `1GiB512MiB`. */
export function formatBase2Bytes(bytes: number): string {
  if (bytes === 0) return '0B';
  let text = '';
  let rest = Math.abs(bytes);
  for (let i = prefixes.length; i > 0; i--) {
    const unit = 1024 ** i;
    const count = Math.floor(rest / unit);
    if (count > 0) text += `${count}${prefixes[i - 1]}iB`;
    rest -= count * unit;
  }
  if (rest > 0) text += `${rest}B`;
  return bytes < 0 ? `-${text}` : text;
}
