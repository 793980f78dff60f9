/** Series refs in rising order, none twice. Never changed by who receives them. */
export type Postings = ArrayLike<number>;

export const noPostings: Postings = [];

/** When one list is so many times longer than the other, its members are looked up instead of walked. */
const lookUpRatio = 16;

export function intersect(a: Postings, b: Postings): Postings {
  const [short, long] = a.length <= b.length ? [a, b] : [b, a];
  const both: number[] = [];
  const lookUp = short.length * lookUpRatio < long.length;
  let at = 0;
  for (let i = 0; i < short.length; i++) {
    const ref = short[i] as number;
    if (lookUp) at = lowerBound(long, ref, at);
    else while (at < long.length && (long[at] as number) < ref) at++;
    if (at === long.length) break;
    if (long[at] === ref) both.push(ref);
  }
  return both;
}

/** Members of `a` that are not in `b`. */
export function subtract(a: Postings, b: Postings): Postings {
  if (b.length === 0) return a;
  const rest: number[] = [];
  const lookUp = a.length * lookUpRatio < b.length;
  let at = 0;
  for (let i = 0; i < a.length; i++) {
    const ref = a[i] as number;
    if (lookUp) at = lowerBound(b, ref, at);
    else while (at < b.length && (b[at] as number) < ref) at++;
    if (b[at] !== ref) rest.push(ref);
  }
  return rest;
}

/** Joins lists that share no member, as those of different values of one label. */
export function uniteDisjoint(lists: readonly Postings[]): Postings {
  if (lists.length <= 1) return lists[0] ?? noPostings;
  let length = 0;
  for (const list of lists) length += list.length;
  const united = new Float64Array(length);
  let at = 0;
  for (const list of lists) {
    united.set(list, at);
    at += list.length;
  }
  return united.sort();
}

/** First index from `from` on whose ref is at least `ref`. */
export function lowerBound(postings: Postings, ref: number, from = 0): number {
  let low = from;
  let high = postings.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((postings[middle] as number) < ref) low = middle + 1;
    else high = middle;
  }
  return low;
}
