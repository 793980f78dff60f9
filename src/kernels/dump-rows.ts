export interface DumpRowsExports {
  /** Writes rows that the fields at `fields` describe, as many as have room; answers the bytes. */
  dumpRows(fields: number): number;
}

/** Words of the fields that `dumpRows` reads; it moves on `row`. All but the last two are addresses or counts. */
export const dumpRowFields = {
  timestamps: 0,
  values: 1,
  row: 2,
  endRow: 3,
  out: 4,
  outBytes: 5,
  prefix: 6,
  prefixBytes: 7,
  /** A byte. */
  separator: 8,
  /** One of `dumpTimeForms`. */
  form: 9,
} as const;
export const dumpRowFieldBytes = 48;
/** A row takes no more than its prefix and this. */
export const dumpRowBytes = 512;
/** Seconds are for times within `dumpSecondsLimitMs`: beyond, a double of seconds has not all milliseconds. */
export const dumpTimeForms = { milliseconds: 0, seconds: 1 } as const;
export const dumpSecondsLimitMs = 2 ** 49;
