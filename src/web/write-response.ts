/** Bytes out: whole answers with their length, long ones piece by piece at the client's pace. */
import type { ServerResponse } from 'node:http';
import type { Writable } from 'node:stream';
import type { Clock } from '../base/index.js';
import { type ContentCoding, compressionStream, compressWhole } from './compression.js';

export interface WriteOptions {
  readonly raw: ServerResponse;
  readonly status: number;
  readonly coding: ContentCoding | undefined;
  readonly clock: Clock;
  /** A client that takes nothing for so long is cut off. */
  readonly stallMs: number;
}

/**
 * Writes the head and all pieces; resolves to the body's size on the wire once the response ended or broke.
 */
export async function writePieces(
  pieces: Iterator<Uint8Array, void>,
  options: WriteOptions,
): Promise<number> {
  const first = pieces.next();
  const firstPiece = first.done ? new Uint8Array(0) : first.value;
  const second = first.done ? first : pieces.next();
  if (second.done) return writeWhole(firstPiece, options);
  const { raw, coding } = options;
  raw.writeHead(options.status);
  const target: Writable = coding === undefined ? raw : compressionStream(coding);
  let sizeBytes = 0;
  if (target !== raw) {
    target.on('data', (chunk: Uint8Array) => {
      sizeBytes += chunk.length;
    });
    target.pipe(raw);
  }
  for (const piece of inOrder(firstPiece, second.value, pieces)) {
    if (raw.destroyed) break;
    if (target === raw) sizeBytes += piece.length;
    if (!target.write(piece) && !(await taken(target, 'drain', options))) break;
  }
  if (raw.destroyed) target.destroy();
  else target.end();
  await taken(raw, 'finish', options);
  return sizeBytes;
}

function* inOrder(
  first: Uint8Array,
  second: Uint8Array,
  rest: Iterator<Uint8Array, void>,
): Generator<Uint8Array, void> {
  yield first;
  yield second;
  for (let next = rest.next(); !next.done; next = rest.next()) yield next.value;
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
