/**
 * The parts of a head's memory and the fields in them. What each field is, in bytes, is drawn in
 * kernels/assembly/head-state.ts, which writes most of them; names here are offsets.
 */

/** The control page: words that any thread may read. */
export const control = {
  commit: 0,
  epoch: 4,
  symbols: 8,
  pairs: 12,
  names: 16,
  /** Rows that were ever taken: 0 to this, excluded. */
  rowLimit: 24,
  /** Places in the table of readers that were ever taken. */
  readerLimit: 28,
  /** Doubles: of committed samples. */
  mint: 32,
  maxt: 40,
  hashSeed: 48,
  /** Three columns of words, one row a reader: the slot that owns it + 1, its epoch (0: outside), its commit. */
  readers: 64,
} as const;

/** Readers of all threads at one time. */
export const mostReaders = 1024;
export const readerColumnBytes = mostReaders * 4;
export const controlBytes = 16_384;

export const hotRowBytes = 64;
export const hot = {
  sequence: 0,
  openAt: 4,
  openBits: 8,
  openCount: 12,
  /** The encoding of the newest chunk of histograms. */
  encoding: 14,
  flags: 15,
  lastMs: 16,
  lastDelta: 24,
  lastValue: 32,
  nextAt: 40,
  newestCommit: 52,
  olderCommit: 56,
  newestAdded: 60,
  olderAdded: 62,
} as const;

export const coldRowBytes = 48;
export const cold = {
  ref: 0,
  openMint: 8,
  chunks: 16,
  chunkCount: 20,
  labels: 24,
  labelCount: 28,
  history: 40,
} as const;

export const chunkRecordBytes = 32;
export const chunk = {
  mint: 0,
  span: 8,
  at: 12,
  bytes: 16,
  count: 20,
  encoding: 22,
  flags: 23,
  commit: 24,
  hidden: 28,
} as const;
/** A chunk's span that stands for any longer one. */
export const longestSpan = 2 ** 32 - 1;

export const rowFlag = { pending: 1, foreign: 2, histogram: 4, dead: 8, history: 16 } as const;
/** Closed: of a chunk in memory that waits for its place on disk. */
export const chunkFlag = { onDisk: 1, late: 2, closed: 4 } as const;

export const symbol = { bytes: 0, name: 8, text: 12 } as const;
export const nameRecord = { symbol: 0, firstPair: 4, next: 12 } as const;
export const pair = { name: 0, value: 4, firstRow: 8, rest: 12, count: 16, next: 24, sequence: 28 } as const;
export const table = { mask: 0, slots: 16 } as const;

/** As a kernel's answer arrives. */
export const noRow = -1;

export interface HeadLayout extends Readonly<Record<string, number>> {
  readonly control: number;
  readonly hotRows: number;
  readonly coldRows: number;
  readonly rowCapacity: number;
  readonly arena: number;
  readonly end: number;
}

/** What a series takes at least, its row and some samples with it: so many can be there at most. */
const leastSeriesBytes = 448;

export function layoutOf(baseAt: number, end: number): HeadLayout {
  const align = (at: number): number => Math.ceil(at / 64) * 64;
  const controlAt = align(baseAt);
  const hotRows = controlAt + controlBytes;
  const rowCapacity = Math.max(1, Math.floor((end - hotRows) / leastSeriesBytes));
  const coldRows = hotRows + rowCapacity * hotRowBytes;
  const arena = align(coldRows + rowCapacity * coldRowBytes);
  return { control: controlAt, hotRows, coldRows, rowCapacity, arena, end };
}

/** Views of the whole memory, which does not grow. */
export class HeadViews {
  readonly layout: HeadLayout;
  readonly bytes: Uint8Array<SharedArrayBuffer>;
  readonly halves: Uint16Array<SharedArrayBuffer>;
  readonly words: Uint32Array<SharedArrayBuffer>;
  readonly doubles: Float64Array<SharedArrayBuffer>;

  constructor(memory: WebAssembly.Memory, layout: HeadLayout) {
    const buffer = memory.buffer as unknown as SharedArrayBuffer;
    this.layout = layout;
    this.bytes = new Uint8Array(buffer);
    this.halves = new Uint16Array(buffer);
    this.words = new Uint32Array(buffer);
    this.doubles = new Float64Array(buffer);
  }

  word(at: number): number {
    return this.words[at >>> 2] as number;
  }

  setWord(at: number, value: number): void {
    this.words[at >>> 2] = value;
  }

  half(at: number): number {
    return this.halves[at >>> 1] as number;
  }

  byte(at: number): number {
    return this.bytes[at] as number;
  }

  double(at: number): number {
    return this.doubles[at >>> 3] as number;
  }

  setDouble(at: number, value: number): void {
    this.doubles[at >>> 3] = value;
  }

  /** As other threads store it. */
  loadWord(at: number): number {
    return Atomics.load(this.words, at >>> 2);
  }

  hotRow(row: number): number {
    return this.layout.hotRows + row * hotRowBytes;
  }

  coldRow(row: number): number {
    return this.layout.coldRows + row * coldRowBytes;
  }
}
