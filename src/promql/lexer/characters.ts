/** Classes of characters, by code point; the end of the text is -1. */
export const endOfText = -1;

/** The character itself; "" at the end. */
export function characterOf(point: number): string {
  return point === endOfText ? '' : String.fromCodePoint(point);
}

export function isSpace(point: number): boolean {
  return point === 0x20 || point === 0x09 || point === 0x0a || point === 0x0d;
}

export function isDigit(point: number): boolean {
  return point >= 0x30 && point <= 0x39;
}

/** ASCII letters and the underscore. */
export function isAlpha(point: number): boolean {
  return point === 0x5f || (point >= 0x61 && point <= 0x7a) || (point >= 0x41 && point <= 0x5a);
}

export function isAlphanumeric(point: number): boolean {
  return isAlpha(point) || isDigit(point);
}
