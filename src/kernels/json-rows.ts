export interface JsonRowsExports {
  /** Writes the opening `[<seconds>,"` of each of `count` times into slots of 32 bytes. */
  jsonSlots(times: number, count: number, slots: number): void;
  /** Writes rows that the fields at `fields` describe, as many as have room; answers the bytes. */
  jsonRows(fields: number): number;
}

/** Words of the fields that `jsonRows` reads; it moves on `row` and `nextSlot`. All are addresses or counts. */
export const jsonRowFields = {
  timestamps: 0,
  values: 1,
  row: 2,
  endRow: 3,
  firstRow: 4,
  out: 5,
  outBytes: 6,
  times: 7,
  slots: 8,
  slotCount: 9,
  nextSlot: 10,
} as const;
export const jsonRowFieldBytes = 48;
export const jsonSlotBytes = 32;
