/**
 * Where the parts of a head's memory stand, and the bytes of a series. A row's sequence is odd while its fields change;
 * readers on other threads copy what they need and look whether it was even and the same before and after.
 *
 * Hot row, one cache line of 64 bytes, all that an append in order touches beside the chunk's end:
 *    0  u32 sequence
 *    4  u32 open chunk, 0 for none       8  u32 its bits                (see xor-append.ts)
 *   12  u16 its samples                 14  u8  unused    15  u8 flags
 *   16  f64 last time in order, -Infinity for none
 *   24  f64 last delta                  32  u64 last value's bits
 *   40  f64 time at which the next chunk begins
 *   48  u8 leading  49 u8 trailing  50 u16 capacity / 16
 *   52  u32 last commit that added samples                60  u16 how many
 *   56  u32 the commit before it                          62  u16 how many
 *
 * Cold row, 48 bytes:
 *    0  f64 ref, 0 for a row that is free                  8  f64 first time in the open chunk
 *   16  u32 chunks                      20  u16 their count   22  u16 room for so many
 *   24  u32 labels: addresses of pairs, in label order     28  u16 their count  30 u16 unused
 *   32  u32 hash of the labels          36  u32 generation: how often the row was taken
 *   40  u32 history, where the row's flags say so         44  u32 unused
 *
 * History, of commits before the two that the hot row knows, while open readers stand between them: u32 entries,
 * u32 room, then {u32 commit, u32 samples that it and those up to the next entry added} each, newest first.
 *
 * Chunk that takes no more samples, 32 bytes:
 *    0  f64 first time                   8  u32 last time - first time (2^32 - 1: for ever)
 *   12  u32 address, or segment on disk 16  u32 bytes, or offset on disk
 *   20  u16 samples  22 u8 encoding  23 u8 flags
 *   24  u32 commit that shows it (0: it is of samples that were shown one by one)
 *   28  u32 commit that hides it, 0 for none
 *
 * Symbol: u32 bytes, u32 uses, u32 name record or 0, then the bytes, 0 up to a multiple of 4.
 * Name, 16 bytes: u32 symbol, u32 first pair, u32 pairs, u32 next name.
 * Pair, 32 bytes: u32 name's symbol, u32 value's symbol, u32 first row, u32 block of the other rows, u32 rows,
 *   u32 room in the block, u32 next pair of the name, u32 sequence.
 */

export const flagPending: u32 = 1;
/** The newest chunk is written by the caller: histograms, start timestamps. */
export const flagForeign: u32 = 2;
export const flagHistogram: u32 = 4;
export const flagDead: u32 = 8;
export const flagHistory: u32 = 16;

/** Flags of chunks: 1 on disk, 2 late, 4 closed in memory. */
export const chunkClosed: u32 = 4;

/** Control page: words that readers know. */
export const controlCommit: u32 = 0;
export const controlEpoch: u32 = 4;
export const controlSymbols: u32 = 8;
export const controlPairs: u32 = 12;
export const controlNames: u32 = 16;
const controlFence: u32 = 20;
/** Of the hashes of texts: a secret, so that nobody can choose labels that collide. */
export const controlSeed: u32 = 48;

export let control: u32 = 0;
export let hotRows: u32 = 0;
export let coldRows: u32 = 0;
export let chunkRangeMs: f64 = 0;
export let samplesPerChunk: u32 = 120;

// @ts-ignore: decorator
@inline
export function hotRow(row: u32): u32 {
  return hotRows + (row << 6);
}

// @ts-ignore: decorator
@inline
export function coldRow(row: u32): u32 {
  return coldRows + row * 48;
}

export function headPlace(controlAt: u32, hotAt: u32, coldAt: u32, rangeMs: f64, samples: u32): void {
  control = controlAt;
  hotRows = hotAt;
  coldRows = coldAt;
  chunkRangeMs = rangeMs;
  samplesPerChunk = samples;
}

/**
 * What was stored before is seen before what is stored after: a release and an acquire of one word keep their order
 * (the compiler's own fence is none).
 */
// @ts-ignore: decorator
@inline
export function fence(): void {
  atomic.store<u32>(control, 0, controlFence);
  atomic.load<u32>(control, controlFence);
}
