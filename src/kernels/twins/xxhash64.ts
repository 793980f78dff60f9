const mask = 0xffffffffffffffffn;
const prime1 = 0x9e3779b185ebca87n;
const prime2 = 0xc2b2ae3d27d4eb4fn;
const prime3 = 0x165667b19e3779f9n;
const prime4 = 0x85ebca77c2b2ae63n;
const prime5 = 0x27d4eb2f165667c5n;

const rotate = (x: bigint, bits: bigint): bigint => ((x << bits) | (x >> (64n - bits))) & mask;
const round = (acc: bigint, input: bigint): bigint =>
  (rotate((acc + input * prime2) & mask, 31n) * prime1) & mask;
const merge = (acc: bigint, value: bigint): bigint => ((acc ^ round(0n, value)) * prime1 + prime4) & mask;

/** XXH64 with seed 0. Source: the xxHash specification, as github.com/cespare/xxhash uses it. */
export function xxhash64(bytes: Uint8Array): bigint {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 0;
  let hash: bigint;
  if (bytes.length >= 32) {
    let v1 = (prime1 + prime2) & mask;
    let v2 = prime2;
    let v3 = 0n;
    let v4 = (0n - prime1) & mask;
    for (; at + 32 <= bytes.length; at += 32) {
      v1 = round(v1, view.getBigUint64(at, true));
      v2 = round(v2, view.getBigUint64(at + 8, true));
      v3 = round(v3, view.getBigUint64(at + 16, true));
      v4 = round(v4, view.getBigUint64(at + 24, true));
    }
    hash = (rotate(v1, 1n) + rotate(v2, 7n) + rotate(v3, 12n) + rotate(v4, 18n)) & mask;
    hash = merge(merge(merge(merge(hash, v1), v2), v3), v4);
  } else {
    hash = prime5;
  }
  hash = (hash + BigInt(bytes.length)) & mask;
  for (; at + 8 <= bytes.length; at += 8) {
    hash = (rotate(hash ^ round(0n, view.getBigUint64(at, true)), 27n) * prime1 + prime4) & mask;
  }
  if (at + 4 <= bytes.length) {
    hash =
      (rotate(hash ^ ((BigInt(view.getUint32(at, true)) * prime1) & mask), 23n) * prime2 + prime3) & mask;
    at += 4;
  }
  for (; at < bytes.length; at++) {
    hash = (rotate(hash ^ ((BigInt(bytes[at] as number) * prime5) & mask), 11n) * prime1) & mask;
  }
  hash = ((hash ^ (hash >> 33n)) * prime2) & mask;
  hash = ((hash ^ (hash >> 29n)) * prime3) & mask;
  return hash ^ (hash >> 32n);
}

/**
 * Hash of a label set given as name, value, name, value…: xxhash64 over upstream's layout, each part behind its length
 * (one byte below 255, else 255 and three bytes, least first). Source: model/labels/labels_stringlabels.go.
 */
export function hashLabels(pairs: readonly string[]): bigint {
  const parts = pairs.map((part) => Buffer.from(part, 'utf8'));
  const bytes = new Uint8Array(
    parts.reduce((sum, part) => sum + part.length + (part.length < 255 ? 1 : 4), 0),
  );
  let at = 0;
  for (const part of parts) {
    if (part.length < 255) {
      bytes[at++] = part.length;
    } else {
      bytes[at++] = 255;
      bytes[at++] = part.length & 0xff;
      bytes[at++] = (part.length >> 8) & 0xff;
      bytes[at++] = (part.length >> 16) & 0xff;
    }
    bytes.set(part, at);
    at += part.length;
  }
  return xxhash64(bytes);
}
