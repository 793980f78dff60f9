import { UserError } from '../base/index.js';

const least = -(2n ** 63n);
const most = 2n ** 63n - 1n;

/** A whole number of 64 bits given on the command line; the least and the greatest stand for no bound at all. */
export function parseWholeFlag(text: string, flag: string): number {
  if (/^[+-]?\d+$/.test(text)) {
    const value = BigInt(text);
    if (value === least) return Number.NEGATIVE_INFINITY;
    if (value === most) return Number.POSITIVE_INFINITY;
    if (value > least && value < most) return Number(value);
  }
  throw new UserError({
    code: 'bad-number',
    message: `"${text}" is no whole number of 64 bits for --${flag}`,
    suggestions: ['give milliseconds since 1970, such as 1700000000000'],
  });
}
