/** Bytes out: whole answers with their length, long ones piece by piece at the client's pace. */
import type { ServerResponse } from 'node:http';
import type { Writable } from 'node:stream';
import type { Clock } from '../base/index.js';
import { type ContentCoding, compressionStream, compressWhole } from './compression.js';
import type { Piece, PieceSource } from './relay.js';

export interface WriteOptions {
  readonly raw: ServerResponse;
  readonly status: number;
  readonly coding: ContentCoding | undefined;
  readonly clock: Clock;
  /** A client that takes nothing for so long is cut off. */
  readonly stallMs: number;
}

/**
 * Writes the head and all pieces and closes their source; resolves to the body's size on the wire once the response
 * ended or broke.
 */
export async function writePieces(pieces: PieceSource, options: WriteOptions): Promise<number> {
  try {
    const first = await pieces.next();
    return first.isLast ? await writeWhole(first.bytes, options) : await writeChunked(first, pieces, options);
  } finally {
    pieces.close();
  }
}

async function writeChunked(first: Piece, rest: PieceSource, options: WriteOptions): Promise<number> {
  const { raw, coding } = options;
  if (raw.destroyed) return 0;
  raw.writeHead(options.status);
  const target: Writable = coding === undefined ? raw : compressionStream(coding);
  let sizeBytes = 0;
  if (target !== raw) {
    target.on('data', (chunk: Uint8Array) => {
      sizeBytes += chunk.length;
    });
    target.pipe(raw);
  }
  try {
    for (let piece = first; !raw.destroyed; piece = await rest.next()) {
      if (target === raw) sizeBytes += piece.bytes.length;
      const { release } = piece;
      const hasRoom = target.write(piece.bytes, () => release?.());
      if (!hasRoom && !(await taken(target, 'drain', options))) break;
      if (piece.isLast) {
        target.end();
        await taken(raw, 'finish', options);
        break;
      }
    }
    return sizeBytes;
  } finally {
    if (target !== raw) target.destroy();
  }
}

export async function writeWhole(body: Uint8Array, options: WriteOptions): Promise<number> {
  const { raw, coding } = options;
  const bytes = coding === undefined ? body : await compressWhole(coding, body);
  if (raw.destroyed) return 0;
  raw.setHeader('Content-Length', bytes.length);
  raw.writeHead(options.status);
  raw.end(bytes);
  await taken(raw, 'finish', options);
  return bytes.length;
}

/**
 * Waits for `event`; false, with the connection cut, when the client is gone or takes nothing for too long.
 */
function taken(target: Writable, event: 'drain' | 'finish', options: WriteOptions): Promise<boolean> {
  const { raw, clock, stallMs } = options;
  if (event === 'finish' && raw.writableFinished) return Promise.resolve(true);
  if (raw.destroyed) return Promise.resolve(false);
  return new Promise((resolve) => {
    const settle = (isTaken: boolean): void => {
      timer.cancel();
      target.off(event, onTaken);
      raw.off('close', onClose);
      resolve(isTaken);
    };
    const onTaken = (): void => settle(true);
    const onClose = (): void => settle(false);
    const timer = clock.after(stallMs, () => raw.destroy(), { unref: true });
    target.on(event, onTaken);
    raw.on('close', onClose);
  });
}
