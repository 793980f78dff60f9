/** What the kernels that scan pages export, and the constants that both sides know. */
import type { Random } from '../base/index.js';

export interface ScanExports {
  floatTable(): number;
  floatParse(start: number, end: number, out: number): number;
  scanText(block: number): number;
  scanOpenMetrics(block: number): number;
  scanFind(block: number): number;
  scanAdd(block: number, payload: number, flags: number): number;
  scanAdmit(block: number): number;
  scanPush(block: number, slot: number): void;
  scanTake(block: number, slot: number): void;
  scanTouch(block: number, slot: number): void;
  scanEnter(block: number, from: number, to: number): void;
  scanTrack(block: number, from: number, to: number): void;
}

/** Why `PageScan.run` returned. */
export const scanReasons = {
  /** `stop` is reached. */
  stopped: 0,
  /** The line at `at` is none that the kernel reads. */
  otherLine: 1,
  /** The text of the sample before `at` has no slot; the block describes it. */
  unknownText: 2,
  rowsFull: 3,
  /** No table of slots is open. */
  needsTable: 4,
} as const;

/** Flags of a slot's info word, whose upper 24 bits are the text's length. */
export const slotFlags = { seen: 1, dropped: 2, tracked: 4, wasTracked: 8, metadata: 16 } as const;

/** A row's slot, of a series that is not to be tracked. */
export const untrackedRow = 0x8000_0000;

/** Rows of a page that are handed over at once. */
export const scanRowCapacity = 8192;

/** Slots of a page: of each a hash (two words), a payload and an info word. */
export interface SlotColumns {
  readonly count: number;
  readonly hashes: Uint32Array;
  readonly payloads: Float64Array;
  readonly infos: Uint32Array;
}

/** Words of secret keys: those of a block of text, and what goes on behind. */
export const scanKeyWords = (1024 + 48) / 4;

/** Keys of the hashes of series texts, secret to the process. */
export function scanKeys(random: Random): Uint32Array {
  return Uint32Array.from({ length: scanKeyWords }, () => random.uint32());
}
