const offsetBasis = 0xcbf29ce484222325n;
const prime = 0x100000001b3n;
const mask = (1n << 64n) - 1n;

/** 64-bit FNV-1a of a text's UTF-8 bytes. For short texts: it runs once a target. */
export function fnv64a(text: string): bigint {
  let hash = offsetBasis;
  for (const byte of Buffer.from(text, 'utf8')) hash = ((hash ^ BigInt(byte)) * prime) & mask;
  return hash;
}
