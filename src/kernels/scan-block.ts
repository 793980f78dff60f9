/** The block by which a scan and its kernels know each other; `assembly/scan-lines.ts` has the same. */

/** Words of the block; what is not listed is a double. */
const scanFields = {
  at: 0,
  end: 1,
  stop: 2,
  predicted: 3,
  slotCount: 4,
  hashes: 5,
  payloads: 6,
  infos: 7,
  positions: 8,
  table: 9,
  tableMask: 10,
  rows: 11,
  rowCapacity: 12,
  outPayloads: 13,
  outTimes: 14,
  outValues: 15,
  outSlots: 16,
  outStarts: 17,
  outEnds: 18,
  outTypes: 19,
  metricType: 20,
  honor: 21,
  total: 22,
  added: 23,
  duplicates: 24,
  appended: 25,
  sampleLimit: 26,
  overLimit: 27,
  outOfBounds: 28,
  touched: 29,
  disorder: 30,
  tracked: 31,
  stillTracked: 32,
  textStart: 33,
  textEnd: 34,
  keys: 35,
} as const;
export const valueDouble = 18;
export const timestampDouble = 19;
export const timeDouble = 20;
export const latestDouble = 21;
export const scanBlockBytes = 192;

export type ScanField = keyof typeof scanFields;

/** Words and doubles of a block in a memory of kernels. */
export class ScanBlock {
  readonly address: number;
  readonly words: Uint32Array;
  readonly doubles: Float64Array;

  constructor(buffer: ArrayBufferLike, address: number) {
    this.address = address;
    this.words = new Uint32Array(buffer, address, scanBlockBytes / 4);
    this.doubles = new Float64Array(buffer, address, scanBlockBytes / 8);
    this.words.fill(0);
  }

  get(field: ScanField): number {
    return this.words[scanFields[field]] as number;
  }

  set(field: ScanField, value: number): void {
    this.words[scanFields[field]] = value;
  }
}
