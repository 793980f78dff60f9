import type { Piece, PieceSource } from './relay.js';

/** Pieces made on this thread. One is made ahead of what was asked for: the last is then known as such. */
export function localPieces(pieces: Iterator<Uint8Array, void>): PieceSource {
  let ahead: Uint8Array | undefined;
  return {
    next(): Piece {
      const bytes = ahead ?? bytesOf(pieces.next()) ?? new Uint8Array(0);
      ahead = bytesOf(pieces.next());
      return { bytes, isLast: ahead === undefined };
    },
    close() {
      pieces.return?.();
    },
  };
}

function bytesOf(next: IteratorResult<Uint8Array, void>): Uint8Array | undefined {
  return next.done === true ? undefined : next.value;
}
