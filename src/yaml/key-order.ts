const letter = /^\p{L}$/u;
const digit = /^[0-9]$/;

/** The order in which upstream's yaml.v2 prints the keys of a map: letters behind all else, numbers by their value. */
export function compareKeys(a: string, b: string): number {
  const left = [...a];
  const right = [...b];
  for (let i = 0; i < left.length && i < right.length; i++) {
    const [x, y] = [left[i] as string, right[i] as string];
    if (x === y) continue;
    const [isLetter, isOtherLetter] = [letter.test(x), letter.test(y)];
    if (isLetter !== isOtherLetter) return isOtherLetter ? -1 : 1;
    const byPoint = (x.codePointAt(0) as number) - (y.codePointAt(0) as number);
    return isLetter ? byPoint : compareNumbers(left, right, i) || byPoint;
  }
  return left.length - right.length;
}

/** The numbers that stand from `start` on, as parts of those that may begin before it. */
function compareNumbers(left: readonly string[], right: readonly string[], start: number): number {
  let before = start - 1;
  while (left[before] === '0') before--;
  const isWithin = (left[start] === '0' || right[start] === '0') && digit.test(left[before] ?? '');
  const [number, length] = numberAt(left, start, isWithin);
  const [other, otherLength] = numberAt(right, start, isWithin);
  return Number(number - other) || length - otherLength;
}

function numberAt(
  text: readonly string[],
  start: number,
  isWithin: boolean,
): [value: bigint, length: number] {
  let end = start;
  while (digit.test(text[end] ?? '')) end++;
  const digits = text.slice(start, end).join('');
  return [BigInt((isWithin ? '1' : '0') + digits), end - start];
}
