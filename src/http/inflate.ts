import { createGunzip, gunzip } from 'node:zlib';
import { errnoOf, messageOf } from '../base/index.js';
import type { BodyBuffer, BodyRefusal } from './body-buffer.js';
import type { Cancellation } from './cancellation.js';

export type InflateResult = { readonly refused: BodyRefusal } | { readonly error: string } | undefined;

/** Ratio up to which a body is inflated in one piece; what inflates further goes through a stream, byte for byte. */
const onePieceRatio = 24;

/** Inflates gzip into `into`, which counts and bounds the bytes. Undefined when all went well; an abort is an error. */
export async function inflateGzip(
  compressed: Uint8Array,
  into: BodyBuffer,
  cancellation: Cancellation,
): Promise<InflateResult> {
  const bound = compressed.length * onePieceRatio + 16_384;
  if (bound <= 8 * 1024 * 1024) {
    const whole = await inflateWhole(compressed, bound);
    if (whole.bytes !== undefined) {
      const refused = into.appendWhole(whole.bytes);
      return refused === undefined ? undefined : { refused };
    }
    if (whole.error !== undefined) return { error: whole.error };
  }
  return inflateStream(compressed, into, cancellation);
}

function inflateWhole(
  compressed: Uint8Array,
  maxOutputLength: number,
): Promise<{ bytes?: Uint8Array; error?: string }> {
  return new Promise((resolve) => {
    gunzip(compressed, { maxOutputLength }, (error, bytes) => {
      if (error === null) resolve({ bytes });
      else if (errnoOf(error) === 'ERR_BUFFER_TOO_LARGE') resolve({});
      else resolve({ error: gzipError(error) });
    });
  });
}

function inflateStream(
  compressed: Uint8Array,
  into: BodyBuffer,
  cancellation: Cancellation,
): Promise<InflateResult> {
  return new Promise((resolve) => {
    const stream = createGunzip({ chunkSize: 256 * 1024 });
    const onAbort = (): void => void stream.destroy(new Error('aborted'));
    cancellation.listen(onAbort);
    stream.on('close', () => cancellation.unlisten(onAbort));
    if (cancellation.reason !== undefined) onAbort();
    stream.on('data', (chunk: Buffer) => {
      const refused = into.append(chunk);
      if (refused === undefined) return;
      resolve({ refused });
      stream.destroy();
    });
    stream.on('end', () => resolve(undefined));
    stream.on('error', (error) => resolve({ error: gzipError(error) }));
    stream.end(compressed);
  });
}

/** Go's words for what zlib finds. */
function gzipError(error: Error): string {
  const message = messageOf(error);
  if (message.includes('incorrect header check')) return 'gzip: invalid header';
  if (message.includes('unexpected end of file')) return 'unexpected EOF';
  if (message.includes('incorrect data check') || message.includes('incorrect length check')) {
    return 'gzip: invalid checksum';
  }
  return `flate: corrupt input: ${message}`;
}
