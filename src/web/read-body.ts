import type { IncomingMessage } from 'node:http';
import { UserError } from '../base/index.js';

/** The whole body; undefined when it has more than `mostBytes`, of which no more is read. Rejects when it breaks off. */
export function readBody(message: IncomingMessage, mostBytes: number): Promise<Uint8Array | undefined> {
  if (message.readableEnded) return Promise.resolve(new Uint8Array(0));
  const { promise, resolve, reject } = Promise.withResolvers<Uint8Array | undefined>();
  const pieces: Buffer[] = [];
  let size = 0;
  message.on('data', (piece: Buffer) => {
    size += piece.length;
    if (size > mostBytes) {
      message.pause();
      message.removeAllListeners('data');
      resolve(undefined);
    } else pieces.push(piece);
  });
  message.once('end', () => resolve(pieces.length === 1 ? pieces[0] : Buffer.concat(pieces, size)));
  message.once('error', reject);
  message.once('close', () => reject(new UserError({ code: 'api-bad_data', message: 'unexpected EOF' })));
  return promise;
}

/** A header as it came, by its name in lower case; "" when absent. */
export function rawHeader({ rawHeaders }: IncomingMessage, name: string): string {
  for (let i = 0; i < rawHeaders.length; i += 2) {
    if (rawHeaders[i]?.toLowerCase() === name) return rawHeaders[i + 1] ?? '';
  }
  return '';
}
