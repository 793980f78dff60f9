import { chunkFault } from '../kernels/index.js';

/** Chunks are not trusted: what does not decode is told, with the samples before the fault. */
export type DecodeResult =
  | { readonly kind: 'decoded'; readonly count: number }
  | { readonly kind: 'corrupt'; readonly reason: string };

const reasons: ReadonlyMap<number, string> = new Map([
  [chunkFault.truncated, 'the chunk ends within a sample, or a sample is none'],
  [chunkFault.outOfRange, 'a timestamp is out of range'],
]);

export function decodeResult(countOrFault: number): DecodeResult {
  if (countOrFault >= 0) return { kind: 'decoded', count: countOrFault };
  return { kind: 'corrupt', reason: reasons.get(countOrFault) ?? `fault ${countOrFault}` };
}
