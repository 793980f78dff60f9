/** Numbers of chunk files. Source: tsdb/chunks/{chunks,head_chunks}.go; drawn in docs/formats/chunks.md. */
export const chunksMagic = 0x85bd40dd;
export const headChunksMagic = 0x0130bc91;
export const chunksVersion = 1;
/** Magic number, version, three zeros. */
export const chunkFileHeaderBytes = 8;
export const maxLengthBytes = 5;
export const checksumBytes = 4;
export const segmentBytes = 512 << 20;
export const headSegmentBytes = 128 << 20;

/** Series, first and last time, encoding: what stands before a head chunk's length. */
export const headChunkFixedBytes = 8 + 8 + 8 + 1;
/** The least that upstream takes for a head chunk. */
export const headChunkMetaBytes = headChunkFixedBytes + maxLengthBytes + checksumBytes;
/** In a head chunk's encoding: its samples came late. */
export const outOfOrderMask = 0x80;

const fileName = /^[0-9]+$/;

export function chunkFileName(sequence: number): string {
  return String(sequence).padStart(6, '0');
}

/** The sequence number of a chunk file's name, or undefined for other names. */
export function chunkFileSequence(name: string): number | undefined {
  const sequence = Number(name);
  return fileName.test(name) && Number.isSafeInteger(sequence) ? sequence : undefined;
}

/** Bytes asked for where a chunk's length is not known yet: most chunks are shorter. */
export const usualChunkBytes = 1200;

/** A checksum as errors say it. */
export function hex(checksum: number): string {
  return checksum.toString(16).padStart(8, '0');
}
