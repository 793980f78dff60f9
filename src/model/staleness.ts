/**
 * Special NaNs. Source: model/value/value.go. A payload dies in a JS variable, so the stale marker is moved
 * as bits (typed-array copies) and tested through a Uint32 alias of the column.
 */
export const staleNaNHigh = 0x7ff00000;
export const staleNaNLow = 0x00000002;
export const normalNaNHigh = 0x7ff80000;
export const normalNaNLow = 0x00000001;

/**
 * The halves of each value of a column: low word at 2i, high word at 2i + 1 (all supported machines are
 * little-endian).
 */
export function wordsOf(values: Float64Array): Uint32Array {
  return new Uint32Array(values.buffer, values.byteOffset, values.length * 2);
}

/**
 * Whether value `i` is the stale marker; `words` is `wordsOf` its column. The quiet bit may have been set
 * on the way.
 */
export function isStaleAt(words: Uint32Array, i: number): boolean {
  return words[2 * i] === staleNaNLow && ((words[2 * i + 1] as number) & 0xfff7ffff) === staleNaNHigh;
}

/** Writes the canonical stale marker. */
export function setStaleAt(words: Uint32Array, i: number): void {
  words[2 * i] = staleNaNLow;
  words[2 * i + 1] = staleNaNHigh;
}

/** Writes the NaN that parsers store for the text `NaN`. */
export function setNormalNaNAt(words: Uint32Array, i: number): void {
  words[2 * i] = normalNaNLow;
  words[2 * i + 1] = normalNaNHigh;
}
