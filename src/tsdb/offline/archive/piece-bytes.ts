/** Archives are read, and what they hold is written, in pieces of at most so many bytes. */
export const pieceBytes = 1 << 20;
const leastBytes = 4096;
const usualRatio = 16;

/** Room for a piece of what so many packed bytes become: small archives are not worth a large one. */
export function outputPieceBytes(packedBytes: number): number {
  return Math.max(leastBytes, Math.min(pieceBytes, usualRatio * packedBytes));
}
