/** Numbers of the index file. Source: tsdb/index/index.go; drawn in docs/formats/index.md. */
export const indexFileName = 'index';
export const indexMagic = 0xbaaad700;
export const indexHeaderBytes = 5;
/** Six offsets of eight bytes and a checksum. */
export const tocBytes = 6 * 8 + 4;
/** From version 2 on series stand at multiples of it, and are numbered by offset / 16. */
export const seriesAlignBytes = 16;
/** Where sections begin; 0 where there is none. */
export interface IndexToc {
  readonly symbols: number;
  readonly series: number;
  readonly labelIndices: number;
  readonly labelIndicesTable: number;
  readonly postings: number;
  readonly postingsTable: number;
}

/** One chunk of a series: its samples' first and last time, and where it stands. */
export interface ChunkMeta {
  readonly mintMs: number;
  readonly maxtMs: number;
  /** Number of the segment file, from 0, times 2^32, and the offset in it. */
  readonly ref: number;
}

export interface ChunkRefParts {
  readonly segment: number;
  readonly offset: number;
}

export function splitChunkRef(ref: number): ChunkRefParts {
  const segment = Math.floor(ref / 2 ** 32);
  return { segment, offset: ref - segment * 2 ** 32 };
}

export function joinChunkRef({ segment, offset }: ChunkRefParts): number {
  return segment * 2 ** 32 + offset;
}
