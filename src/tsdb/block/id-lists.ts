/** Lists of series numbers, rising, none twice. */
export type IdList = Uint32Array;

export const noIds: IdList = new Uint32Array(0);

/** One list this many times as long as the other is searched rather than walked. */
const searchedFrom = 16;

/**
 * The index of the first number that is not below `wanted`, at `from` or behind it: doubling steps, then
 * halving.
 */
function seek(list: IdList, wanted: number, from: number): number {
  let step = 1;
  let low = from;
  let high = from;
  while (high < list.length && (list[high] as number) < wanted) {
    low = high + 1;
    high += step;
    step *= 2;
  }
  high = Math.min(high, list.length);
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((list[middle] as number) < wanted) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The numbers of `list` that are in `other` (`keep` true) or are not. */
function filter(list: IdList, other: IdList, keep: boolean): IdList {
  const kept = new Uint32Array(keep ? Math.min(list.length, other.length) : list.length);
  const searches = other.length > searchedFrom * list.length;
  let count = 0;
  let at = 0;
  for (let i = 0; i < list.length; i++) {
    const id = list[i] as number;
    if (searches) at = seek(other, id, at);
    else while (at < other.length && (other[at] as number) < id) at++;
    if ((at < other.length && other[at] === id) === keep) kept[count++] = id;
  }
  return count === list.length ? list : kept.slice(0, count);
}

export function intersect(a: IdList, b: IdList): IdList {
  return a.length <= b.length ? filter(a, b, true) : filter(b, a, true);
}

/** Whether a number is in both. */
export function meets(a: IdList, b: IdList): boolean {
  const [short, long] = a.length <= b.length ? [a, b] : [b, a];
  let at = 0;
  for (let i = 0; i < short.length && at < long.length; i++) {
    const id = short[i] as number;
    at = seek(long, id, at);
    if (long[at] === id) return true;
  }
  return false;
}

export function without(list: IdList, removed: IdList): IdList {
  return removed.length === 0 ? list : filter(list, removed, false);
}

/**
 * A number in any of the lists. Few numbers are sorted; many go through a set of bits as wide as the largest.
 */
export function unite(lists: readonly IdList[]): IdList {
  if (lists.length <= 1) return lists[0] ?? noIds;
  let total = 0;
  let largest = 0;
  for (const list of lists) {
    total += list.length;
    if (list.length > 0) largest = Math.max(largest, list[list.length - 1] as number);
  }
  const words = (largest >>> 5) + 1;
  return words < 8 * total ? uniteBits(lists, words) : uniteSorted(lists, total);
}

function uniteSorted(lists: readonly IdList[], total: number): IdList {
  const all = new Uint32Array(total);
  let at = 0;
  for (const list of lists) {
    all.set(list, at);
    at += list.length;
  }
  all.sort();
  let count = 0;
  for (let i = 0; i < total; i++) {
    if (i === 0 || all[i] !== all[i - 1]) all[count++] = all[i] as number;
  }
  return all.subarray(0, count);
}

function uniteBits(lists: readonly IdList[], words: number): IdList {
  const bits = new Uint32Array(words);
  let count = 0;
  for (const list of lists) {
    for (let i = 0; i < list.length; i++) {
      const id = list[i] as number;
      const word = bits[id >>> 5] as number;
      const bit = 1 << (id & 31);
      if ((word & bit) === 0) {
        bits[id >>> 5] = word | bit;
        count++;
      }
    }
  }
  const united = new Uint32Array(count);
  let at = 0;
  for (let i = 0; i < words; i++) {
    for (let word = bits[i] as number; word !== 0; ) {
      const low = word & -word;
      united[at++] = 32 * i + (31 - Math.clz32(low));
      word ^= low;
    }
  }
  return united;
}
