/** Faults are -1 (damaged) and -2 (a number that a double does not hold). */
export interface WalSamplesExports {
  walEncodeSamples(refs: number, timestamps: number, values: number, length: number, into: number): number;
  walOpenSamples(state: number, at: number, end: number): number;
  walDecodeSamples(state: number, refs: number, timestamps: number, values: number, most: number): number;
  walKeepRows(refs: number, timestamps: number, values: number, length: number, mint: number): number;
  walFrame(state: number, from: number, length: number, flags: number): void;
}
