import { assert, type Clock, type Random } from '../../base/index.js';

const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const timeDigits = 10;
const randomBytes = 10;
const pattern = /^[0-7][0-9A-HJKMNP-TV-Z]{25}$/;

/**
 * A name for a block: 48 bits of time and 80 random ones, in Crockford's base 32, so that names sort by time.
 */
export function createUlid(clock: Clock, random: Random): string {
  let text = '';
  let timeMs = clock.nowMs();
  assert(timeMs >= 0 && timeMs < 2 ** 48, `no ULID holds the time ${timeMs}`);
  for (let i = 0; i < timeDigits; i++) {
    text = `${alphabet[timeMs % 32]}${text}`;
    timeMs = Math.floor(timeMs / 32);
  }
  let bits = 0;
  let count = 0;
  for (const byte of random.bytes(randomBytes)) {
    bits = (bits << 8) | byte;
    count += 8;
    while (count >= 5) {
      count -= 5;
      text += alphabet[(bits >>> count) & 31];
    }
    bits &= (1 << count) - 1;
  }
  return text;
}

export function isUlid(text: string): boolean {
  return pattern.test(text);
}
