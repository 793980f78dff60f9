import { promisify } from 'node:util';
import { createDeflate, createGzip, deflate, gzip } from 'node:zlib';

export type ContentCoding = 'gzip' | 'deflate';

/** Speed over size: answers are repetitive text, and the last per cents cost the most. */
const level = 3;

/** The first coding of the header that we have, as util/httputil chooses; weights are not looked at. */
export function chooseCoding(acceptEncoding: string | undefined): ContentCoding | undefined {
  for (const part of (acceptEncoding ?? '').split(',')) {
    const coding = part.trim();
    if (coding === 'gzip' || coding === 'deflate') return coding;
  }
  return undefined;
}

export function compressionStream(coding: ContentCoding) {
  return coding === 'gzip' ? createGzip({ level }) : createDeflate({ level });
}

const gzipWhole = promisify<Uint8Array, { level: number }, Uint8Array>(gzip);
const deflateWhole = promisify<Uint8Array, { level: number }, Uint8Array>(deflate);

export function compressWhole(coding: ContentCoding, bytes: Uint8Array): Promise<Uint8Array> {
  return (coding === 'gzip' ? gzipWhole : deflateWhole)(bytes, { level });
}
